package feed

import (
	"github.com/kulkul-ews/kulkul/services/feed/charset"
	"github.com/kulkul-ews/kulkul/services/feed/tidy"
)

// charsetProblems notes what was odd about the charset.
func (p *parser) charsetProblems(r charset.Result) {
	if r.Declared != "" {
		p.doc.problem(-1, "", CodeCharset, "declared as "+r.Declared+", read as "+r.Charset)
	}
	if r.Replaced {
		p.doc.problem(-1, "", CodeCharset, "some bytes are no "+r.Charset+" text")
	}
}

// faults takes over what the tidier mended.
func (p *parser) faults(list []tidy.Fault) {
	codes := map[tidy.FaultKind]string{tidy.Malformed: CodeMalformed, tidy.Truncated: CodeTruncated, tidy.Limited: CodeLimit}
	for _, f := range list {
		p.doc.Problems = append(p.doc.Problems,
			Problem{Index: f.Entry, Where: lineWord(f.Line), Reason: f.Reason, Code: codes[f.Kind]})
	}
}

// judge notes the entries that a reader could do little with.
func (d *Document) judge() {
	for i := range d.Items {
		e := &d.Items[i]
		if e.Title == "" && e.Text == "" && e.Summary == "" {
			d.problem(i, "title", CodeEmpty, "neither title nor text")
		}
		if e.GUID == "" && e.Link == "" {
			d.problem(i, "link", CodeLink, "neither guid nor link; known by its title and date")
		}
		if e.Truncated {
			d.problem(i, "text", CodeTruncated, "the text is longer than is kept")
		}
	}
}

// problem notes something wrong with entry i, or with the feed where i is -1.
func (d *Document) problem(i int, field, code, reason string) {
	p := Problem{Index: i, Field: field, Code: code, Reason: reason}
	if i >= 0 && i < len(d.Items) && d.Items[i].Line > 0 {
		p.Where = lineWord(d.Items[i].Line)
	}
	d.Problems = append(d.Problems, p)
}
