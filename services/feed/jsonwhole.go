package feed

import "fmt"

// wholeJSON makes sure that a JSON text nests no deeper than the limit, and
// mends one that stops short or goes on behind its end: it is cut behind its
// last whole entry, or its end.
func (p *parser) wholeJSON(text string) (string, error) {
	var stack []byte // the closing brackets that are owed
	whole, owed := 0, ""
	quoted, escaped := false, false
	for i := range len(text) {
		c := text[i]
		switch {
		case quoted:
			quoted = escaped || c != '"'
			escaped = !escaped && c == '\\'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if len(stack) >= p.opts.MaxDepth {
				return "", fmt.Errorf("%w: JSON nested deeper than %d", ErrNotFeed, p.opts.MaxDepth)
			}
			stack = append(stack, c+2) // the closing bracket follows two code points later
		case c == '}' || c == ']':
			if len(stack) == 0 || stack[len(stack)-1] != c {
				return text, nil // the decoder says what is wrong
			}
			stack = stack[:len(stack)-1]
			switch len(stack) {
			case 0:
				return p.ending(text, i+1), nil
			case 2:
				whole, owed = i+1, string([]byte{stack[1], stack[0]})
			}
		}
	}
	if whole == 0 {
		return text, nil
	}
	p.doc.problem(-1, "", CodeTruncated, "the document stops short; entries from there on are lost")
	return text[:whole] + owed, nil
}

// ending drops what stands behind the end of the document.
func (p *parser) ending(text string, end int) string {
	if end < len(text) {
		p.doc.problem(-1, "", CodeMalformed, "something follows the end of the document")
	}
	return text[:end]
}
