package feed

import (
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed/date"
	"github.com/kulkul-ews/kulkul/services/feed/markup"
	ext "github.com/mmcdole/gofeed/extensions"
)

// Bounds on the short fields of an entry, in bytes and in number.
const (
	maxTitle = 4 << 10
	maxName  = 256
	maxNames = 64
	maxLink  = 8 << 10
)

// values lists the texts of an extension's elements, empty ones left out.
func values(e ext.Extensions, prefix, name string) []string {
	var out []string
	for _, x := range e[prefix][name] {
		if v := strings.TrimSpace(x.Value); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// value is the last text of an extension's elements: like the formats' own
// elements, a repeated one replaces what came before.
func value(e ext.Extensions, prefix, name string) string {
	list := values(e, prefix, name)
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// media is the text of a Media RSS element of the entry, or of its group.
func media(e ext.Extensions, name string) string {
	if v := value(e, "media", name); v != "" {
		return v
	}
	for _, holder := range []string{"group", "content"} {
		for _, g := range e["media"][holder] {
			for _, x := range g.Children[name] {
				if v := strings.TrimSpace(x.Value); v != "" {
					return v
				}
			}
		}
	}
	return ""
}

// line gives a text construct of the tidied document as plain text on one line.
func (p *parser) line(construct string) string {
	return markup.Line(p.tidy.Text(construct), maxTitle)
}

// paragraphs gives a text construct as plain text.
func (p *parser) paragraphs(construct string) string {
	return markup.Clean(p.tidy.Text(construct), p.base, maxTitle).Text
}

// content sets the entry's summary, text and HTML from the feed's HTML. The
// text comes from the content where there is one.
func (p *parser) content(e *Entry, summary, content string) {
	summary, content = p.tidy.Text(summary), p.tidy.Text(content)
	var cut bool
	if summary != "" {
		c := markup.Clean(summary, p.base, p.opts.MaxText)
		e.Summary, cut = c.Text, c.Cut
		if content == "" {
			e.Text, e.HTML = c.Text, c.HTML
		}
	}
	if content != "" {
		c := markup.Clean(content, p.base, p.opts.MaxText)
		e.Text, e.HTML, cut = firstOf(c.Text, e.Summary), c.HTML, cut || c.Cut
	}
	e.Truncated = cut
}

// stamp is one of an entry's dates and the field it stood in.
type stamp struct{ field, text string }

// dates sets the entry's times: the first readable date of each list. Where
// nothing says when it was published, its update stands for that.
func (p *parser) dates(i int, e *Entry, published, updated []stamp) {
	var updatedDay bool
	e.Published, e.PublishedDay, e.hasPublished = p.firstDate(i, published)
	e.Updated, updatedDay, e.hasUpdated = p.firstDate(i, updated)
	if !e.hasPublished {
		e.Published, e.PublishedDay, e.hasPublished = e.Updated, updatedDay, e.hasUpdated
	}
}

func (p *parser) firstDate(i int, list []stamp) (t time.Time, day, ok bool) {
	for _, s := range list {
		if s.text == "" {
			continue
		}
		t, day, ok := date.Parse(s.text)
		if ok && plausible(t) {
			return t, day, true
		}
		reason := "unreadable date "
		if ok {
			reason = "no date that anybody can mean: "
		}
		p.doc.Problems = append(p.doc.Problems, Problem{Index: i, Field: s.field, Code: CodeDate, Reason: reason + quoted(s.text)})
		if ok {
			return t, day, true
		}
	}
	return time.Time{}, false, false
}

// plausible reports whether something can have been published at t. Archives
// reach back; no feed reaches forward as far.
func plausible(t time.Time) bool { return t.Year() >= 1800 && t.Year() <= 2200 }

func quoted(s string) string {
	s, cut := Cut(s, 80)
	if cut {
		s += "…"
	}
	return "“" + s + "”"
}

// names cleans a list of names or keywords: one line each, none twice.
func names(lists ...[]string) []string {
	var out []string
	seen := make(map[string]bool)
	for _, list := range lists {
		for _, s := range list {
			s = markup.Line(s, maxName)
			if s != "" && !seen[s] && len(out) < maxNames {
				seen[s] = true
				out = append(out, s)
			}
		}
	}
	return out
}

// person gives the name in what RSS calls an author: "jo@example.org (Jo Lee)",
// "Jo Lee <jo@example.org>", or either part alone.
func person(s string) string {
	s = strings.TrimSpace(s)
	if open := strings.IndexByte(s, '('); open > 0 && strings.HasSuffix(s, ")") && strings.Contains(s, "@") {
		before, inside := strings.TrimSpace(s[:open]), strings.TrimSpace(s[open+1:len(s)-1])
		if strings.Contains(before, "@") && inside != "" {
			return inside
		}
		if before != "" {
			return before
		}
	}
	if open := strings.IndexByte(s, '<'); open > 0 && strings.HasSuffix(s, ">") && strings.Contains(s[open:], "@") {
		return strings.Trim(strings.TrimSpace(s[:open]), `"`)
	}
	return s
}

// keywords splits what iTunes and Media RSS write on one line.
func keywords(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

// permalink is the address that an identity is, "" where it is none: one that a
// browser can open, or a path on the document's site.
func (p *parser) permalink(guid string) string {
	if webAddress(guid) || p.base != nil && strings.HasPrefix(guid, "/") {
		return p.absolute(guid)
	}
	return ""
}

// webAddress reports whether s can be opened in a browser.
func webAddress(s string) bool {
	low := strings.ToLower(s[:min(len(s), 8)])
	return strings.HasPrefix(low, "http://") && len(s) > 7 || strings.HasPrefix(low, "https://") && len(s) > 8
}
