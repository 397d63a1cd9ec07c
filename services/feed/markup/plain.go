package markup

import "strings"

// Plain treats a text that is no HTML as Clean treats HTML: white space is
// brought in order, line breaks stay.
func Plain(s string, limit int) Cleaned {
	var w textWriter
	w.limit = limit
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		switch {
		case i > 0 && strings.TrimSpace(line) == "":
			w.gap = gapPara
		case i > 0:
			w.gap = max(w.gap, gapLine)
		}
		w.line(line)
	}
	var b strings.Builder
	text := w.String()
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			b.WriteString("<br>")
		}
		if b.Len()+len(line) > limit {
			line = line[:boundary(line, max(0, limit-b.Len()))]
		}
		escape(&b, line)
	}
	return Cleaned{HTML: b.String(), Text: text, Cut: len(s) > limit}
}
