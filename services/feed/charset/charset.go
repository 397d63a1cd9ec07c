// Package charset finds out in which charset a document is written and gives it
// as UTF-8.
//
// In: a body and its Content-Type. Out: valid UTF-8 text, the charset's name,
// and what was odd about it. Called by package feed and its parts.
package charset

import (
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// Result is a decoded document.
type Result struct {
	Text    string // valid UTF-8, no byte order mark
	Charset string // as the WHATWG Encoding Standard names it, "utf-32le", "utf-32be" or "ibm037"
	// Declared is the charset the document or its header claims, where it is
	// another one or unknown; "" otherwise.
	Declared string
	// Replaced marks bytes that were no text in the charset: each stands as
	// U+FFFD.
	Replaced bool
}

// Decode gives a body as UTF-8. A byte order mark decides; then the shape of
// the first bytes, for charsets that are not ASCII's; then what the HTTP header
// declares, what the XML or HTML prolog declares, and what the bytes look like,
// in this order, the first that fits without error. A body that is UTF-8 beyond
// chance is read so even where an 8-bit charset is declared: servers put such
// declarations on everything.
func Decode(body []byte, contentType string) Result {
	if enc, name, skip := marked(body); enc != nil {
		return decoded(body[skip:], enc, name)
	}
	declared := declarations(body, contentType)
	switch {
	case ascii(body):
		return plain(body, declared)
	case utf8.Valid(body) && !multibyte(declared):
		return Result{Text: windows(unmark(string(body))), Charset: "utf-8", Declared: other(declared, "utf-8")}
	}
	for _, label := range declared {
		enc, name := lookup(label)
		if enc == nil {
			continue
		}
		if r := decoded(body, enc, name); !r.Replaced {
			return r
		}
	}
	if utf8.Valid(body) {
		return Result{Text: windows(unmark(string(body))), Charset: "utf-8", Declared: other(declared, "utf-8")}
	}
	return guessed(body, declared)
}

// guessed decodes a body that fits none of its declarations: as what it looks
// like, or as UTF-8 with gaps where it was nearly that.
func guessed(body []byte, declared []string) Result {
	label := "utf-8"
	if !nearlyUTF8(body) {
		label = sniff(body)
	}
	for _, d := range declared {
		// A declared multi-byte charset with a few bad bytes is still likelier
		// than any other.
		if enc, name := lookup(d); enc != nil && multibyte([]string{d}) {
			if r := decoded(body, enc, name); strings.Count(r.Text, "\uFFFD")*50 < utf8.RuneCountInString(r.Text) {
				return r
			}
		}
	}
	enc, name := lookup(label)
	r := decoded(body, enc, name)
	r.Declared = other(declared, name)
	return r
}

func decoded(body []byte, enc encoding.Encoding, name string) Result {
	out, err := enc.NewDecoder().Bytes(body)
	text := strings.ToValidUTF8(string(out), "\uFFFD")
	bad := err != nil || strings.Contains(text, "\uFFFD") || holes(text)
	return Result{Text: windows(unmark(text)), Charset: name, Replaced: bad}
}

// windows reads C1 controls as the Windows-1252 characters of the same bytes,
// which is what their authors saw.
func windows(text string) string {
	if !holes(text) {
		return text
	}
	return strings.Map(func(c rune) rune {
		if c >= 0x80 && c < 0xA0 {
			return charmap.Windows1252.DecodeByte(byte(c))
		}
		return c
	}, text)
}

// holes reports C1 controls: what Windows charsets leave undefined decodes to
// them.
func holes(text string) bool {
	for i := 0; i+1 < len(text); i++ {
		if text[i] == 0xC2 && text[i+1] < 0xA0 {
			return true
		}
	}
	return false
}

func plain(body []byte, declared []string) Result {
	for _, d := range declared {
		if enc, name := lookup(d); name == "iso-2022-jp" || name == "hz-gb-2312" {
			return decoded(body, enc, name)
		}
	}
	name := "utf-8"
	if len(declared) > 0 {
		if _, known := lookup(declared[0]); known != "" {
			name = known
		} else {
			return Result{Text: string(body), Charset: name, Declared: declared[0]}
		}
	}
	return Result{Text: string(body), Charset: name}
}

// prolog finds the charset in an XML declaration or in a page's head.
var prolog = regexp.MustCompile(`(?i)<\?xml[^>]{0,200}?encoding\s*=\s*["']?([\w.:-]{1,40})|<meta[^>]{0,200}?charset\s*=\s*["']?([\w.:-]{1,40})`)

// declarations lists what a document claims, the header first, in lower case.
func declarations(body []byte, contentType string) []string {
	var found []string
	if _, params, err := mime.ParseMediaType(contentType); err == nil || params != nil {
		found = appendLabel(found, params["charset"])
	}
	if len(found) == 0 {
		if _, after, ok := strings.Cut(strings.ToLower(contentType), "charset"); ok {
			label, _, _ := strings.Cut(strings.TrimLeft(after, " \t="), ";")
			found = appendLabel(found, label)
		}
	}
	if m := prolog.FindSubmatch(body[:min(len(body), 2048)]); m != nil {
		found = appendLabel(appendLabel(found, string(m[1])), string(m[2]))
	}
	return found
}

func appendLabel(list []string, label string) []string {
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	if label == "" || len(list) > 0 && list[0] == label {
		return list
	}
	return append(list, label)
}

// lookup finds an encoding by any of its labels; nil where there is none.
func lookup(label string) (encoding.Encoding, string) {
	switch label {
	case "gb2312", "gbk", "gb_2312-80", "x-gbk", "csgb2312", "chinese", "cp936", "ms936":
		return simplifiedchinese.GB18030, "gb18030" // a superset of both
	case "cp037", "ibm037", "ebcdic-cp-us":
		return charmap.CodePage037, "ibm037"
	case "cp437", "ibm437":
		return charmap.CodePage437, "ibm437"
	case "cp850", "ibm850":
		return charmap.CodePage850, "ibm850"
	case "hz-gb-2312", "hz":
		return simplifiedchinese.HZGB2312, "hz-gb-2312"
	case "cp874", "tis620", "tis-620", "iso-8859-11":
		label = "windows-874"
	case "u8", "utf", "utf_8", "utf8mb4", "x-utf-8":
		label = "utf-8"
	case "utf-16", "utf-16le", "utf-16be", "ucs-2", "utf-32", "ucs-4", "x-user-defined":
		return nil, "" // the bytes would have shown it
	}
	if strings.HasPrefix(label, "cp125") {
		label = "windows-" + label[2:]
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, ""
	}
	name, err := htmlindex.Name(enc)
	if err != nil || name == "replacement" {
		return nil, ""
	}
	if name == "utf-8" {
		return unicode.UTF8, name
	}
	return enc, name
}

// multibyte reports whether the first known of some labels names a charset of
// several bytes a character, in which UTF-8 could be valid by chance.
func multibyte(labels []string) bool {
	for _, l := range labels {
		switch _, name := lookup(l); name {
		case "gb18030", "big5", "euc-kr", "euc-jp", "shift_jis", "iso-2022-jp", "hz-gb-2312":
			return true
		case "":
		default:
			return false
		}
	}
	return false
}

// other is the first declaration, where it names something else than what was
// used.
func other(declared []string, used string) string {
	if len(declared) == 0 {
		return ""
	}
	if _, name := lookup(declared[0]); name == used {
		return ""
	}
	return declared[0]
}

func ascii(body []byte) bool {
	for _, c := range body {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func unmark(s string) string { return strings.TrimPrefix(s, "\uFEFF") }

// utf16 and utf32 decode by the byte order that was seen.
func utf16(order unicode.Endianness) encoding.Encoding {
	return unicode.UTF16(order, unicode.IgnoreBOM)
}

func wide(order utf32.Endianness) encoding.Encoding {
	return utf32.UTF32(order, utf32.IgnoreBOM)
}
