package view

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Segment is a run of text; Why is what its evidence speaks for, "" for none.
type Segment struct {
	Text string `json:"text"`
	Why  string `json:"why,omitempty"`
}

// Span is a place of evidence in a text: byte offsets, End exclusive.
type Span struct {
	Start, End int
	Why        string
}

// places gives where evidence lies in a field, with what it speaks for.
func (r *Reader) places(t kulkul.Tagged, field string) []Span {
	var spans []Span
	for _, tag := range append(append([]kulkul.Tag{}, t.Flashpoints...), t.Areas...) {
		for _, e := range tag.Evidence {
			if e.Field == field {
				spans = append(spans, Span{e.Start, e.End, r.Names.Name(tag.ID)})
			}
		}
	}
	return spans
}

// Cut divides a text into segments so that every one lies wholly inside the
// same spans. Spans outside the text or across a character are left out.
func Cut(text string, spans []Span) []Segment {
	if text == "" {
		return nil
	}
	var good []Span
	edges := []int{0, len(text)}
	for _, s := range spans {
		if s.Start >= 0 && s.Start < s.End && s.End <= len(text) && boundary(text, s.Start) && boundary(text, s.End) {
			good = append(good, s)
			edges = append(edges, s.Start, s.End)
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	slices.SortStableFunc(good, func(a, b Span) int { return cmp.Compare(a.Start, b.Start) })
	var out []Segment
	for i := 0; i+1 < len(edges); i++ {
		why := covering(good, edges[i], edges[i+1])
		part := text[edges[i]:edges[i+1]]
		if n := len(out); n > 0 && out[n-1].Why == why {
			out[n-1].Text += part
			continue
		}
		out = append(out, Segment{part, why})
	}
	return out
}

func covering(spans []Span, start, end int) string {
	var why []string
	for _, s := range spans {
		if s.Start <= start && end <= s.End && !slices.Contains(why, s.Why) {
			why = append(why, s.Why)
		}
	}
	return strings.Join(why, ", ")
}

func boundary(text string, i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }

// shorten keeps about n bytes of segments, beginning shortly before the first
// evidence where that would else be cut off; "…" marks what was left out.
func shorten(segments []Segment, n int) []Segment {
	total, first := 0, -1
	for _, s := range segments {
		if s.Why != "" && first < 0 {
			first = total
		}
		total += len(s.Text)
	}
	if total <= n {
		return segments
	}
	skip := 0
	if first > n*3/4 {
		skip = first - n/4
	}
	var out []Segment
	if skip > 0 {
		out = append(out, Segment{Text: "… "})
	}
	at := 0
	for _, s := range segments {
		start, end := max(skip-at, 0), min(skip+n-at, len(s.Text))
		at += len(s.Text)
		if start >= len(s.Text) || end <= start {
			continue
		}
		if part := whole(s.Text, start, end); part != "" {
			out = append(out, Segment{part, s.Why})
		}
	}
	if skip+n < total {
		out = append(out, Segment{Text: " …"})
	}
	return out
}

// whole is text[start:end] moved inwards to character boundaries.
func whole(text string, start, end int) string {
	for start < end && !boundary(text, start) {
		start++
	}
	for end > start && !boundary(text, end) {
		end--
	}
	return text[start:end]
}
