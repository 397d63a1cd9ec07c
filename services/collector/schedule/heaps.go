package schedule

import "time"

// next is the moment at which the host may be asked for its first feed.
func (h *host) next() time.Time { return later(h.free, h.feeds[0].due) }

// entries is a heap of one host's feeds by due time.
type entries []*entry

func (s entries) Len() int { return len(s) }
func (s entries) Less(i, j int) bool {
	if !s[i].due.Equal(s[j].due) {
		return s[i].due.Before(s[j].due)
	}
	return s[i].id < s[j].id
}
func (s entries) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].at, s[j].at = i, j
}
func (s *entries) Push(x any) {
	e := x.(*entry)
	e.at = len(*s)
	*s = append(*s, e)
}
func (s *entries) Pop() any {
	last := len(*s) - 1
	e := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	e.at = -1
	return e
}

// hosts is a heap of hosts by their next moment.
type hosts []*host

func (s hosts) Len() int           { return len(s) }
func (s hosts) Less(i, j int) bool { return s[i].next().Before(s[j].next()) }
func (s hosts) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].at, s[j].at = i, j
}
func (s *hosts) Push(x any) {
	h := x.(*host)
	h.at = len(*s)
	*s = append(*s, h)
}
func (s *hosts) Pop() any {
	last := len(*s) - 1
	h := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	h.at = -1
	return h
}
