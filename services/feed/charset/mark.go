package charset

import (
	"bytes"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// marked recognises a charset by its byte order mark or, after appendix F of
// the XML specification, by how the first characters lie in the bytes. skip is
// the mark's length.
func marked(b []byte) (enc encoding.Encoding, name string, skip int) {
	has := func(s string) bool { return bytes.HasPrefix(b, []byte(s)) }
	switch {
	case has("\xEF\xBB\xBF"):
		if !validAfterMark(b[3:]) {
			return nil, "", 0 // some tool put the mark before another charset
		}
		return unicode.UTF8, "utf-8", 3
	case has("\x00\x00\xFE\xFF"):
		return wide(utf32.BigEndian), "utf-32be", 4
	case has("\xFF\xFE\x00\x00"):
		return wide(utf32.LittleEndian), "utf-32le", 4
	case has("\xFE\xFF"):
		return utf16(unicode.BigEndian), "utf-16be", 2
	case has("\xFF\xFE"):
		return utf16(unicode.LittleEndian), "utf-16le", 2
	case has("\x4C\x6F\xA7\x94"):
		return charmap.CodePage037, "ibm037", 0
	}
	if len(b) < 4 {
		return nil, "", 0
	}
	switch zero := [4]bool{b[0] == 0, b[1] == 0, b[2] == 0, b[3] == 0}; zero {
	case [4]bool{true, true, true, false}:
		return wide(utf32.BigEndian), "utf-32be", 0
	case [4]bool{false, true, true, true}:
		return wide(utf32.LittleEndian), "utf-32le", 0
	case [4]bool{true, false, true, false}:
		return utf16(unicode.BigEndian), "utf-16be", 0
	case [4]bool{false, true, false, true}:
		return utf16(unicode.LittleEndian), "utf-16le", 0
	}
	return nil, "", 0
}

// validAfterMark reports whether what follows a UTF-8 mark is UTF-8, but for a
// little damage.
func validAfterMark(b []byte) bool { return nearlyUTF8(b) || ascii(b) }

// nearlyUTF8 reports whether a body is UTF-8 but for a few bytes: fewer bad
// bytes than a hundredth of the good multi-byte characters, or a lone one at
// the very end of a body that was cut.
func nearlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		n := sequence(b[i:])
		if n == 0 {
			bad++
			n = 1
		} else {
			good++
		}
		i += n
	}
	return good > 0 && bad*20 <= good || bad == 0
}

// sequence is the length of the multi-byte character at the start of b, 0 where
// there is none. A character that the end of b cuts counts whole.
func sequence(b []byte) int {
	n := 0
	switch c := b[0]; {
	case c >= 0xC2 && c <= 0xDF:
		n = 2
	case c >= 0xE0 && c <= 0xEF:
		n = 3
	case c >= 0xF0 && c <= 0xF4:
		n = 4
	default:
		return 0
	}
	for i := 1; i < min(n, len(b)); i++ {
		if b[i]&0xC0 != 0x80 {
			return 0
		}
	}
	return min(n, len(b))
}
