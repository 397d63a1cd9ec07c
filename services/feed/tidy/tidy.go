package tidy

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
)

// ErrNoRoot is what Document returns where no element of a feed's name occurs.
var ErrNoRoot = errors.New("no feed element in it")

// Format is what a document turned out to be.
type Format string

// The formats. CDF comes out in RSS's shape, as RDF does.
const (
	RSS  Format = "rss"
	RDF  Format = "rdf"
	Atom Format = "atom"
	CDF  Format = "cdf"
)

// Options bound a document and say where it came from.
type Options struct {
	Base     *url.URL // of relative addresses; nil where unknown
	Language string   // xml:lang around the document (Content-Language); may be ""
	MaxItems int      // entries to keep
	MaxDepth int      // elements to nest
}

// Doc is a document put in order.
type Doc struct {
	XML      []byte   // in the shape the package comment describes
	texts    []string // what the XML has tickets for
	Format   Format
	Version  string // as the root gives it, or as its namespace implies; may be ""
	Language string // xml:lang of the root, as written
	Marks    []Mark // one per entry, in order
	Faults   []Fault
}

// Mark is what the shape cannot carry of one entry.
type Mark struct {
	Line     int    // on which it starts, from 1
	Language string // xml:lang in scope, as written; may be ""
	ID       string // Atom: its id, which the parser behind would respell
}

// Fault is something that was mended or dropped.
type Fault struct {
	Entry  int // index, -1: outside entries
	Line   int
	Kind   FaultKind
	Reason string
}

// FaultKind groups faults.
type FaultKind uint8

// The kinds.
const (
	Malformed FaultKind = iota // mended
	Truncated                  // the document stops short
	Limited                    // dropped, beyond a limit
)

// maxFaults bounds how many faults of one document are told apart.
const maxFaults = 50

// Document puts the text of a document in order. Its only error is ErrNoRoot.
func Document(src string, opts Options) (Doc, error) {
	r := &reader{
		lex:  lexer{src: src, names: make(map[string]string)},
		opts: opts,
		base: opts.Base,
		lang: opts.Language,
		at:   -1,
		head: make(map[string]bool),
		line: 1,
	}
	r.out.Grow(len(src) / 4)
	r.run()
	if r.doc.Format == "" {
		return Doc{}, ErrNoRoot
	}
	r.doc.XML = r.out.Bytes()
	return r.doc, nil
}

// ticketMark encloses the number of a text. It is a noncharacter, which XML
// allows, no text needs, and the tidy document has nowhere else.
const ticketMark = "\uFDD0"

// shortText is how long a text construct may be to stand in the XML itself.
const shortText = 32

// ticket keeps a long text beside the XML and gives what stands for it there:
// articles need not go through an XML parser to come out as they went in.
func (d *Doc) ticket(text string) string {
	if len(text) <= shortText {
		return text
	}
	d.texts = append(d.texts, text)
	return ticketMark + strconv.Itoa(len(d.texts)-1) + ticketMark
}

// Text is the text construct for which s stands in the XML.
func (d *Doc) Text(s string) string {
	number, ok := strings.CutPrefix(s, ticketMark)
	if !ok {
		return s
	}
	n, err := strconv.Atoi(strings.TrimSuffix(number, ticketMark))
	if err != nil || n < 0 || n >= len(d.texts) {
		return ""
	}
	return d.texts[n]
}
