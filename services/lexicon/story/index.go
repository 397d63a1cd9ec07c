package story

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Doc is an item as the index sees it.
type Doc struct {
	Item, Source, Owner  string
	Link                 string // canonical
	Title, Summary, Text string
	// Published is when it was published, or collected where that is unknown.
	Published time.Time
}

// Entry is what the index keeps of a document, and all it needs to be rebuilt.
type Entry struct {
	Item  string `json:"i"`
	Story string `json:"s"`
	At    int64  `json:"t"`           // seconds since 1970, UTC
	Link  uint64 `json:"l,omitempty"` // hashes; 0: none
	Title uint64 `json:"h,omitempty"`
	// Sketch is the shingle hashes, little-endian, in base64.
	Sketch string `json:"k,omitempty"`
}

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
type Index struct {
	options Options
	docs    map[uint32]*document // by number
	first   uint32               // number of the oldest document remembered
	next    uint32
	byItem  map[string]uint32
	by      map[uint64][]uint32 // by link, headline and shingle: documents
	into    map[string]string   // joined stories
}

// document is an entry ready to be compared.
type document struct {
	item, story string
	at          int64
	link, title uint64
	sketch      sketch
}

// New makes an empty index.
func New(o Options) *Index {
	return &Index{options: o, docs: map[uint32]*document{}, byItem: map[string]uint32{}, by: map[uint64][]uint32{}, into: map[string]string{}}
}

// Add places a document. A document seen before keeps its story; if its
// content changed, what it now resembles is linked to it as well.
func (x *Index) Add(d Doc) Placed {
	n := &document{item: d.Item, at: d.Published.Unix(), sketch: makeSketch(d.Title + "\n" + d.Summary + "\n" + d.Text)}
	if d.Link != "" {
		n.link = uint64(fnv(d.Link))<<32 | uint64(fnv(d.Link+"#"))
	}
	if hash, telling := headline(d.Title); telling {
		n.title = hash
	}
	linked := x.linked(n)
	switch known, seen := x.byItem[d.Item]; {
	case seen:
		n.story = x.docs[known].story
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
	n := &document{item: e.Item, story: e.Story, at: e.At, link: e.Link, title: e.Title}
	raw, err := base64.StdEncoding.DecodeString(e.Sketch)
	if err != nil || len(raw)%4 != 0 {
		return fmt.Errorf("story entry of %s: sketch is no list of hashes", e.Item)
	}
	for i := 0; i < len(raw); i += 4 {
		n.sketch = append(n.sketch, binary.LittleEndian.Uint32(raw[i:]))
	}
	for _, other := range x.linked(n) {
		x.join(n.story, other.story)
	}
	x.insert(n)
	return nil
}

// Len is how many documents are remembered.
func (x *Index) Len() int { return len(x.docs) }

// linked finds the documents that n is linked to, oldest first.
func (x *Index) linked(n *document) []*document {
	var numbers []uint32
	for _, key := range n.keys() {
		numbers = append(numbers, x.by[key]...)
	}
	slices.Sort(numbers)
	var out []*document
	for _, number := range slices.Compact(numbers) {
		if d := x.docs[number]; d != nil && x.links(n, d) {
			out = append(out, d)
		}
	}
	return out
}

// Similarity bounds, see the package comment.
const (
	sameLink = 0.25
	sameText = 0.6
	// fewShingles is how many a document needs for its similarity to mean
	// anything.
	fewShingles = 6
)

// links decides whether two documents tell the same story. It is symmetric.
func (x *Index) links(a, b *document) bool {
	if apart := time.Duration(a.at-b.at) * time.Second; apart > x.options.Window || -apart > x.options.Window {
		return false
	}
	if a.title != 0 && a.title == b.title {
		return true
	}
	s := similarity(a.sketch, b.sketch)
	if a.link != 0 && a.link == b.link && s >= sameLink {
		return true
	}
	return s >= sameText && min(len(a.sketch), len(b.sketch)) >= fewShingles
}

// probes is how many of its smallest shingles a document is found by. Of two
// documents with similarity s each probe is shared with probability about s:
// at 0.6 all eight miss once in 1,500 pairs.
const probes = 8

// keys are what a document is found by.
func (n *document) keys() []uint64 {
	keys := make([]uint64, 0, probes+2)
	if n.link != 0 {
		keys = append(keys, n.link^0x6c69)
	}
	if n.title != 0 {
		keys = append(keys, n.title^0x7469)
	}
	for _, h := range n.sketch[:min(probes, len(n.sketch))] {
		keys = append(keys, uint64(h))
	}
	return keys
}

func (n *document) entry() Entry {
	raw := make([]byte, 0, 4*len(n.sketch))
	for _, h := range n.sketch {
		raw = binary.LittleEndian.AppendUint32(raw, h)
	}
	return Entry{Item: n.item, Story: n.story, At: n.at, Link: n.link, Title: n.title, Sketch: base64.StdEncoding.EncodeToString(raw)}
}

// insert remembers a document in place of what was known under its item.
func (x *Index) insert(n *document) {
	x.docs[x.next] = n
	x.byItem[n.item] = x.next
	for _, key := range n.keys() {
		x.by[key] = append(x.by[key], x.next)
	}
	x.next++
	for len(x.docs) > x.options.Limit {
		x.evict()
	}
}

// evict forgets the oldest document.
func (x *Index) evict() {
	d := x.docs[x.first]
	delete(x.docs, x.first)
	if x.byItem[d.item] == x.first {
		delete(x.byItem, d.item)
	}
	for _, key := range d.keys() {
		rest := slices.DeleteFunc(x.by[key], func(n uint32) bool { return n == x.first })
		if len(rest) == 0 {
			delete(x.by, key)
		} else {
			x.by[key] = rest
		}
	}
	x.first++
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
