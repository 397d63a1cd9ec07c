package story

import (
	"cmp"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Placed is where a document belongs.
type Placed struct {
	// Story is the id that the document's story was given at first sight.
	Story string
	// Aliases are the joins that the document made known.
	Aliases []kulkul.StoryAlias
	// Entry rebuilds the index's memory of the document.
	Entry Entry
}

// Options of an index.
type Options struct {
	Window time.Duration // how far apart two linked documents may be published
	Limit  int           // most documents remembered; the oldest entries go first
}

// Index remembers documents. It is not safe for concurrent use.
//
// Documents are numbered as they come and lie in a ring. Those that share a
// hash form a chain, the newest first; a chain ends where the ring has
// forgotten, so that forgetting costs nothing.
type Index struct {
	options Options
	ring    []*document // document number n lies at n % Limit
	first   uint32      // number of the oldest document remembered
	next    uint32
	byItem  map[string]uint32
	heads   []uint32          // by hash: number + 1 of the newest document
	into    map[string]string // joined stories
	swept   uint32            // number at which joined stories were last swept
	round   uint32            // of looking for links
}

// New makes an empty index.
func New(o Options) *Index {
	return &Index{options: o, byItem: map[string]uint32{}, heads: make([]uint32, 1<<12), into: map[string]string{}}
}

// Add places a document. A document seen before keeps its story; if its
// content changed, what it now resembles is linked to it as well.
func (x *Index) Add(d Doc) Placed {
	n := newDocument(d)
	known := x.known(d.Item)
	if known != nil && known.same(n) {
		return Placed{Story: known.story, Entry: known.entry()}
	}
	linked := x.linked(n)
	switch {
	case known != nil:
		n.story = known.story
	case len(linked) > 0:
		n.story = x.root(linked[0].story)
	default:
		n.story = kulkul.Hash("story", d.Item)
	}
	p := Placed{Story: n.story, Entry: n.entry()}
	for _, other := range linked {
		if a, joined := x.join(n.story, other.story); joined {
			a.At = d.Published.UTC()
			p.Aliases = append(p.Aliases, a)
		}
	}
	x.insert(n)
	return p
}

// Restore takes in an entry that an earlier index gave. Entries are restored in
// the order in which they were given.
func (x *Index) Restore(e Entry) error {
	n, err := e.document()
	if err != nil {
		return err
	}
	if known := x.known(e.Item); known != nil && known.same(n) {
		return nil
	}
	for _, other := range x.linked(n) {
		x.join(n.story, other.story)
	}
	x.insert(n)
	return nil
}

// Len is how many documents are remembered.
func (x *Index) Len() int { return int(x.next - x.first) }

// Forget drops the documents at the old end that were published before t.
func (x *Index) Forget(t time.Time) {
	for x.first < x.next && x.at(x.first).at < t.Unix() {
		x.evict()
	}
}

func (x *Index) at(number uint32) *document { return x.ring[number%uint32(x.options.Limit)] }

func (x *Index) known(item string) *document {
	if number, ok := x.byItem[item]; ok {
		return x.at(number)
	}
	return nil
}

// maxChain bounds how many documents are looked at for one hash: text that
// thousands of documents share cannot slow the index down.
const maxChain = 400

// linked finds the documents that n is linked to, oldest first.
func (x *Index) linked(n *document) []*document {
	x.round++
	var out []*document
	for k, key := range n.keys {
		if key == 0 {
			continue
		}
		slot := x.slot(key)
		at := x.heads[slot]
		for range maxChain {
			if at == 0 || at-1 < x.first {
				break
			}
			d := x.at(at - 1)
			// Others are in the slot by chance, or were met under another hash.
			if d.keys[k] == key && d.round != x.round {
				d.round = x.round
				if links(n, d, x.options.Window) {
					d.number = at - 1
					out = append(out, d)
				}
			}
			at = d.before[x.place(d, slot)]
		}
	}
	slices.SortFunc(out, func(a, b *document) int { return cmp.Compare(a.number, b.number) })
	return out
}

func (x *Index) slot(key uint32) uint32 { return key & uint32(len(x.heads)-1) }

// place is the first of a document's hashes that falls into the slot: the one
// under which it is chained there.
func (x *Index) place(d *document, slot uint32) int {
	for k, key := range d.keys {
		if key != 0 && x.slot(key) == slot {
			return k
		}
	}
	return 0
}

// insert remembers a document in place of what was known under its item.
func (x *Index) insert(n *document) {
	if x.Len() == x.options.Limit {
		x.evict()
	}
	if len(x.ring) < x.options.Limit {
		x.ring = append(x.ring, n)
	} else {
		x.ring[x.next%uint32(x.options.Limit)] = n
	}
	x.byItem[n.item] = x.next
	x.next++
	if x.Len()*places > 2*len(x.heads) {
		x.widen()
	} else {
		x.chain(x.next - 1)
	}
}

// chain puts a document at the head of the chains of its hashes.
func (x *Index) chain(number uint32) {
	d := x.at(number)
	d.before = [places]uint32{}
	for k, key := range d.keys {
		if key == 0 {
			continue
		}
		if slot := x.slot(key); x.heads[slot] != number+1 { // once for each slot
			d.before[k], x.heads[slot] = x.heads[slot], number+1
		}
	}
}

// widen doubles the table of chains.
func (x *Index) widen() {
	x.heads = make([]uint32, 2*len(x.heads))
	for number := x.first; number < x.next; number++ {
		x.chain(number)
	}
}

// evict forgets the oldest document.
func (x *Index) evict() {
	if d := x.at(x.first); x.byItem[d.item] == x.first {
		delete(x.byItem, d.item)
	}
	x.first++
	if int(x.first-x.swept) >= x.options.Limit {
		x.sweep()
	}
}

// sweep keeps the joins of stories that are still remembered, and no others.
func (x *Index) sweep() {
	into := map[string]string{}
	for number := x.first; number < x.next; number++ {
		story := x.at(number).story
		if root := x.root(story); root != story {
			into[story] = root
		}
	}
	x.into, x.swept = into, x.first
}

// root is the story that a story reads as.
func (x *Index) root(story string) string {
	for {
		into, joined := x.into[story]
		if !joined {
			return story
		}
		story = into
	}
}

// join makes two stories one, the greater id reading as the smaller, and
// reports whether they were two.
func (x *Index) join(a, b string) (kulkul.StoryAlias, bool) {
	a, b = x.root(a), x.root(b)
	if a == b {
		return kulkul.StoryAlias{}, false
	}
	if b < a {
		a, b = b, a
	}
	x.into[b] = a
	return kulkul.StoryAlias{Story: b, Into: a}, true
}
