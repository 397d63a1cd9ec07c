package lexicon

// nearSearch looks for one mark of every group, in one field, none over
// another, with at most within between neighbours.
type nearSearch struct {
	s      *scratch
	within uint32
	lists  [4][maxPlaces]int32 // marks by group
	counts [4]int
	groups int
	chosen [4]*mark
	best   float32
	found  [4]*mark // the strongest set
}

// near judges near: the strongest set of marks that stand close together. The
// marks are appended to pick where that is given.
func (t *Taxonomy) near(s *scratch, groups []int32, within uint32, where zoneSet, pick *[]*mark) (float32, bool) {
	for _, g := range groups {
		if s.places[g].count == 0 {
			return 0, false
		}
	}
	var n nearSearch
	n.s, n.within, n.groups = s, within, min(len(groups), 4)
	for f := range fields {
		if !n.collect(groups, f, where) {
			continue
		}
		for _, at := range n.lists[0][:n.counts[0]] {
			n.chosen[0] = &s.marks[at]
			n.search(1)
		}
	}
	if n.best == 0 {
		return 0, false
	}
	if pick != nil {
		*pick = append(*pick, n.found[:n.groups]...)
	}
	return n.best, true
}

// collect lists the marks of each group in one field.
func (n *nearSearch) collect(groups []int32, f field, where zoneSet) bool {
	for k, g := range groups[:n.groups] {
		n.counts[k] = 0
		for at := n.s.places[g].head; at != 0 && n.counts[k] < maxPlaces; at = n.s.nodes[at-1].next {
			m := n.s.nodes[at-1].mark
			if one := &n.s.marks[m]; one.field == f && where.has(one.zone) {
				n.lists[k][n.counts[k]] = m
				n.counts[k]++
			}
		}
		if n.counts[k] == 0 {
			return false
		}
	}
	return true
}

// search chooses a mark for group k and those after it.
func (n *nearSearch) search(k int) {
	if k == n.groups {
		value := float32(1)
		for _, m := range n.chosen[:k] {
			value = min(value, m.weight*m.zone.factor())
		}
		if value > n.best {
			n.best, n.found = value, n.chosen
		}
		return
	}
	for _, at := range n.lists[k][:n.counts[k]] {
		m := &n.s.marks[at]
		if n.joins(m, k) {
			n.chosen[k] = m
			n.search(k + 1)
		}
	}
}

// joins reports whether m stands over none of the k chosen marks and close to
// one of them at least.
func (n *nearSearch) joins(m *mark, k int) bool {
	near := false
	for _, c := range n.chosen[:k] {
		switch {
		case m.first > c.last:
			near = near || m.from <= c.to+n.within
		case m.last < c.first:
			near = near || c.from <= m.to+n.within
		default:
			return false
		}
	}
	return near
}
