package tidy

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// unmix undoes the commonest mishap of publishing tools: UTF-8 text that was
// taken for Latin-1 or Windows-1252 and encoded as UTF-8 once more. Text is
// changed only where every character beyond ASCII fits such a mishap.
func unmix(s string) string {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	if i == len(s) || s[i] != 0xC3 && s[i] != 0xC2 { // U+0080 to U+00FF come first in any such text
		return s
	}
	raw := make([]byte, 0, len(s))
	raw = append(raw, s[:i]...)
	for _, c := range s[i:] {
		switch b, ok := charmap.Windows1252.EncodeRune(c); {
		case c < 0x100:
			raw = append(raw, byte(c))
		case ok:
			raw = append(raw, b)
		default:
			return s
		}
	}
	if !utf8.Valid(raw) {
		return s
	}
	return string(raw)
}
