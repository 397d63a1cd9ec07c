package tidy

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
)

// frame is one open element.
type frame struct {
	raw      string // name as the document writes it, for its end tag
	name     string // canonical; what was written out
	written  bool   // its start tag stands in the output
	bindings int    // how many were in scope before it
	base     *url.URL
	lang     string
}

// reader walks a document's tokens and writes the tidy form.
type reader struct {
	lex      lexer
	opts     Options
	doc      Doc
	out      bytes.Buffer
	stack    []frame
	bindings []binding
	base     *url.URL // in scope
	lang     string   // in scope
	at       int      // stack index of the open entry, -1 outside entries
	head     map[string]bool
	skipping int // depth inside a subtree that is being dropped
	full     bool
	line     int // of the offset counted so far
	counted  int
}

func (r *reader) run() {
	for !r.full {
		t := r.lex.next()
		switch t.kind {
		case tokenEOF:
			r.finish(t.pos)
			return
		case tokenDecl:
			r.declare(t)
		case tokenStart:
			r.start(t)
		case tokenEnd:
			r.end(t)
		case tokenText:
			r.text(t, decode(t.text, r.lex.entities))
		case tokenCDATA:
			r.text(t, t.text)
		}
	}
	r.closeTo(0)
	r.root(false)
}

func (r *reader) finish(pos int) {
	if r.doc.Format == "" {
		return
	}
	if len(r.stack) > 0 {
		r.fault(pos, Truncated, "the document ends inside <"+r.stack[len(r.stack)-1].raw+">")
	}
	if r.lex.entities.exhausted() {
		r.fault(pos, Limited, "the document's own entities expand beyond the limit")
	}
	r.closeTo(0)
	r.root(false)
}

func (r *reader) declare(t token) {
	if r.lex.entities == nil && strings.HasPrefix(strings.ToUpper(t.text), "DOCTYPE") {
		r.lex.entities = declared(t.text)
	}
}

func (r *reader) start(t token) {
	if r.skipping > 0 {
		if !t.empty {
			r.skipping++
		}
		return
	}
	if r.doc.Format == "" && !r.detect(t) {
		return
	}
	if len(r.stack) >= r.opts.MaxDepth {
		r.fault(t.pos, Limited, fmt.Sprintf("nested deeper than %d", r.opts.MaxDepth))
		if !t.empty {
			r.skipping = 1
		}
		return
	}
	if r.at >= 0 && entryName(r.canonical(t.name)) {
		r.fault(t.pos, Malformed, "<"+t.name+"> starts inside another")
		r.closeTo(r.at)
	}
	f := r.open(t)
	switch {
	case container(f.name) && r.at < 0:
		r.channel(t, f.name)
	case entryName(f.name):
		r.entry(t, f)
		return
	case r.leaf(t, f):
		return
	default:
		r.writeStart(f.name, t.attrs, t.empty)
		f.written = !t.empty
	}
	r.push(f, t.empty)
}

// open enters an element's scope: namespaces, base and language.
func (r *reader) open(t token) frame {
	f := frame{raw: t.name, bindings: len(r.bindings), base: r.base, lang: r.lang}
	r.bind(t.attrs)
	f.name = r.canonical(t.name)
	for _, a := range t.attrs {
		switch a.name {
		case "xml:base":
			if u, err := url.Parse(strings.TrimSpace(a.value)); err == nil {
				if r.base != nil {
					u = r.base.ResolveReference(u)
				}
				r.base = u
			}
		case "xml:lang":
			r.lang = a.value
		}
	}
	return f
}

// push keeps an element open; an empty one is left at once.
func (r *reader) push(f frame, empty bool) {
	r.stack = append(r.stack, f)
	if empty {
		r.pop()
	}
}

// pop leaves the innermost element.
func (r *reader) pop() {
	i := len(r.stack) - 1
	f := r.stack[i]
	if f.written {
		r.writeEnd(f.name)
	}
	r.stack = r.stack[:i]
	r.bindings = r.bindings[:f.bindings]
	r.base, r.lang = f.base, f.lang
	if r.at == i {
		r.at = -1
	}
}

func (r *reader) closeTo(depth int) {
	for len(r.stack) > depth {
		r.pop()
	}
}

func (r *reader) end(t token) {
	if r.skipping > 0 {
		r.skipping--
		return
	}
	for i := len(r.stack) - 1; i >= 0; i-- {
		if r.stack[i].raw == t.name {
			if i < len(r.stack)-1 {
				r.fault(t.pos, Malformed, "<"+r.stack[len(r.stack)-1].raw+"> is not closed")
			}
			r.closeTo(i)
			return
		}
	}
	if len(r.stack) > 0 {
		r.fault(t.pos, Malformed, "</"+t.name+"> closes nothing")
	}
}

func (r *reader) text(t token, s string) {
	if len(r.stack) == 0 || r.skipping > 0 || !r.stack[len(r.stack)-1].written || strings.TrimSpace(s) == "" {
		return
	}
	r.writeText(unmix(s))
}

func entryName(name string) bool { return name == "item" || name == "entry" || name == "atom:entry" }

// entry starts an item: directly inside the root, whatever stands around it.
func (r *reader) entry(t token, f frame) {
	if len(r.doc.Marks) >= r.opts.MaxItems {
		r.fault(t.pos, Limited, fmt.Sprintf("more than %d entries", r.opts.MaxItems))
		r.full = true
		return
	}
	for i := len(r.stack) - 1; i >= 0; i-- {
		if r.stack[i].written {
			r.writeEnd(r.stack[i].name)
			r.stack[i].written = false
		}
	}
	f.name = "item"
	if r.doc.Format == Atom {
		f.name = "entry"
	}
	f.written = true
	r.doc.Marks = append(r.doc.Marks, Mark{Line: r.lineAt(t.pos), Language: r.lang})
	r.writeStart(f.name, nil, false)
	r.about(t)
	r.at = len(r.stack)
	r.push(f, t.empty)
}

// about writes what an entry's own attributes say: RDF's identity, CDF's link
// and date.
func (r *reader) about(t token) {
	for _, a := range t.attrs {
		switch a.name {
		case "rdf:about", "about":
			if r.doc.Format != Atom {
				r.writeElement("guid", []attr{{"ispermalink", "false"}}, a.value)
			}
		case "href":
			if r.doc.Format != Atom {
				r.writeElement("link", nil, absolute(r.base, a.value))
			}
		case "lastmod":
			if r.doc.Format != Atom {
				r.writeElement("dc:date", nil, a.value)
			}
		}
	}
}

// fault notes one, up to a bound.
func (r *reader) fault(pos int, kind FaultKind, reason string) {
	if len(r.doc.Faults) >= maxFaults {
		return
	}
	entry := -1
	if r.at >= 0 {
		entry = len(r.doc.Marks) - 1
	}
	r.doc.Faults = append(r.doc.Faults, Fault{Entry: entry, Line: r.lineAt(pos), Kind: kind, Reason: reason})
}

// lineAt is the line of an offset; offsets come in rising order, but for
// faults, which may look a little back.
func (r *reader) lineAt(pos int) int {
	if pos > r.counted {
		r.line += strings.Count(r.lex.src[r.counted:pos], "\n")
		r.counted = pos
	}
	return r.line
}
