package story

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
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
	Owner uint32 `json:"o,omitempty"` // hashes; 0: none
	Link  uint64 `json:"l,omitempty"`
	Title uint64 `json:"h,omitempty"`
	// Figures is a hash of the figures in the title.
	Figures uint32 `json:"f,omitempty"`
	// Sketch is the shingle hashes and Bands what it is found by, four bytes
	// each, little-endian.
	Sketch []byte `json:"k,omitempty"`
	Bands  []byte `json:"b,omitempty"`
}

// places is by how many hashes a document is found: link, title, bands.
const places = 2 + bands

// document is an entry ready to be compared.
type document struct {
	item, story string
	at          int64
	owner       uint32
	figures     uint32
	link, title uint64
	sketch      sketch
	keys        [places]uint32 // 0: none
	before      [places]uint32 // by key: number + 1 of the document before it in its chain
	number      uint32         // in the index
	round       uint32         // when the index last looked at it
}

func newDocument(d Doc) *document {
	n := &document{item: d.Item, at: d.Published.Unix(), owner: fnv(owner(d))}
	if d.Link != "" {
		n.link = uint64(fnv(d.Link))<<32 | uint64(fnv(d.Link+"#"))
	}
	n.title, n.figures = headline(d.Title)
	var h shingler
	for _, part := range []string{withoutPublisher(d.Title), d.Summary, d.Text} {
		h.add(part)
	}
	var keys [bands]uint32
	n.sketch, keys = h.sketch()
	copy(n.keys[2:], keys[:])
	n.wholeKeys()
	return n
}

func owner(d Doc) string {
	if d.Owner != "" {
		return d.Owner
	}
	return d.Source
}

// wholeKeys makes the keys of link and title.
func (n *document) wholeKeys() {
	if n.link != 0 {
		n.keys[0] = max(finish(uint32(n.link)^0x6c69), 1)
	}
	if n.title != 0 {
		n.keys[1] = max(finish(uint32(n.title)^0x7469), 1)
	}
}

func (n *document) entry() Entry {
	return Entry{
		Item: n.item, Story: n.story, At: n.at, Owner: n.owner, Link: n.link, Title: n.title, Figures: n.figures,
		Sketch: pack(n.sketch), Bands: pack(n.keys[2:]),
	}
}

// document is the entry read back.
func (e Entry) document() (*document, error) {
	n := &document{item: e.Item, story: e.Story, at: e.At, owner: e.Owner, link: e.Link, title: e.Title, figures: e.Figures}
	hashes, err := unpack(e.Sketch)
	if err != nil || !slices.IsSorted(hashes) || len(hashes) > sketchSize {
		return nil, fmt.Errorf("story entry of %s: sketch is no list of hashes", e.Item)
	}
	n.sketch = hashes
	keys, err := unpack(e.Bands)
	if err != nil || len(keys) != bands && len(keys) != 0 {
		return nil, fmt.Errorf("story entry of %s: bands are no %d hashes", e.Item, bands)
	}
	copy(n.keys[2:], keys)
	n.wholeKeys()
	return n, nil
}

func pack(list []uint32) []byte {
	raw := make([]byte, 0, 4*len(list))
	for _, h := range list {
		raw = binary.LittleEndian.AppendUint32(raw, h)
	}
	return raw
}

func unpack(raw []byte) ([]uint32, error) {
	if len(raw)%4 != 0 {
		return nil, fmt.Errorf("%d bytes", len(raw))
	}
	list := make([]uint32, len(raw)/4)
	for i := range list {
		list[i] = binary.LittleEndian.Uint32(raw[4*i:])
	}
	return list, nil
}

// same reports whether two documents are the same to the index.
func (n *document) same(o *document) bool {
	return n.at == o.at && n.link == o.link && n.title == o.title && n.figures == o.figures && n.owner == o.owner && slices.Equal(n.sketch, o.sketch)
}

// Similarity bounds, see the package comment.
const (
	sameLink  = 0.25
	sameText  = 0.6
	sameOwner = 0.7 // for two texts of one owner, whose frames are alike
	sameSerie = 0.2
	// fewShingles is how many a document needs for its similarity to mean
	// anything.
	fewShingles = 6
)

// links decides whether two documents tell the same story. It is symmetric and
// looks at nothing else.
func links(a, b *document, window time.Duration) bool {
	if apart := time.Duration(a.at-b.at) * time.Second; apart > window || -apart > window {
		return false
	}
	if a.owner == b.owner && a.figures != b.figures {
		return false // the next of a series: "day 1,408", "day 1,409"
	}
	if nextOfSeries(a, b) {
		return false
	}
	s := similarity(a.sketch, b.sketch)
	switch {
	case a.title != 0 && a.title == b.title:
		// A column under a standing headline is told from a repost by its text.
		return a.owner != b.owner || s >= sameSerie
	case a.link != 0 && a.link == b.link && s >= sameLink:
		return true
	}
	if a.owner == b.owner && s < sameOwner {
		return false
	}
	return s >= sameText && min(len(a.sketch), len(b.sketch)) >= fewShingles
}

// nextPage is from when on another page of one owner that reads alike is the
// next of a series: they come daily, and revisions come sooner.
const nextPage = 20 * time.Hour

// nextOfSeries reports whether two documents of one owner are parts of a series
// that counts in words or not at all ("in six days", "Round-up"): other pages,
// most of a day apart, without figures in the title that agree, and not under
// one telling headline.
func nextOfSeries(a, b *document) bool {
	apart := time.Duration(a.at-b.at) * time.Second
	return a.owner == b.owner && a.figures == 0 && b.figures == 0 && a.link != 0 && b.link != 0 && a.link != b.link &&
		(apart >= nextPage || -apart >= nextPage) && (a.title == 0 || a.title != b.title)
}
