package tidy

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/feed/markup"
)

// value is the content of a leaf as it is read. Text that contains no element
// is kept as it is; with the first element it turns into HTML, the text so far
// escaped.
type value struct {
	shape  shape
	rss    bool
	kind   string // media type the construct declares, lower case; "" where none
	base64 bool
	text   strings.Builder // text, or HTML once tagged
	tagged bool
	inline int // open inline elements
}

// declare reads the attributes that say what the content is.
func (v *value) declare(attrs []attr) {
	v.kind = strings.ToLower(strings.TrimSpace(attribute(attrs, "type")))
	switch v.kind {
	case "text", "plain":
		v.kind = "text/plain"
	case "html":
		v.kind = "text/html"
	case "xhtml":
		v.kind = "application/xhtml+xml"
	}
	v.base64 = strings.EqualFold(attribute(attrs, "mode"), "base64")
}

// xml reports whether the construct says that its elements are mark-up, so
// that none of them can mean a missing end tag.
func (v *value) xml() bool {
	return strings.HasSuffix(v.kind, "+xml") || strings.HasSuffix(v.kind, "/xml")
}

func (v *value) add(s string) {
	if v.tagged {
		s = escapeText(s)
	}
	v.text.WriteString(s)
}

// open takes an inline start tag. A lone <div> around escaped mark-up is no
// mark-up itself: publishing tools put it there.
func (v *value) open(t token, local string) {
	if v.shape != shapeText && v.shape != shapeHTML {
		return
	}
	if !v.tagged && local == "div" && !v.xml() {
		return
	}
	if !v.tagged {
		v.tagged = true
		s := escapeText(v.text.String())
		v.text.Reset()
		v.text.WriteString(s)
	}
	v.text.WriteByte('<')
	v.text.WriteString(local)
	for _, a := range t.attrs {
		if plainName(a.name) && !strings.HasPrefix(a.name, "xml") {
			v.text.WriteString(" " + a.name + `="` + escapeAttribute(a.value) + `"`)
		}
	}
	v.text.WriteByte('>')
	switch {
	case markup.Void(local):
	case t.empty:
		v.text.WriteString("</" + local + ">")
	default:
		v.inline++
	}
}

func (v *value) end(local string) {
	if v.tagged && !markup.Void(local) {
		v.text.WriteString("</" + local + ">")
		v.inline = max(0, v.inline-1)
	}
}

// html gives a text construct as HTML, whatever it declared itself to be.
func (v *value) html() string {
	s := strings.TrimSpace(v.text.String())
	if v.tagged || s == "" {
		return s
	}
	kind := v.kind
	if v.base64 || binary(kind) {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		switch {
		case err == nil && printable(b):
			s = string(b)
		case binary(kind):
			return ""
		}
	}
	s = unmix(s)
	switch {
	case strings.Contains(kind, "html"), kind == "" && v.shape == shapeHTML, kind != "" && v.rss && v.shape == shapeHTML:
		return s
	case (kind == "" || v.rss) && markup.Looks(s):
		return s
	}
	return escapeText(s)
}

// binary reports whether a media type is neither text nor XML nor JSON.
func binary(kind string) bool {
	for _, p := range []string{"image/", "audio/", "video/", "font/", "application/octet", "application/pdf", "application/zip", "application/x-"} {
		if strings.HasPrefix(kind, p) {
			return true
		}
	}
	return false
}

// printable reports whether bytes are text after all.
func printable(b []byte) bool {
	for _, c := range b {
		if c < ' ' && c != '\n' && c != '\t' && c != '\r' {
			return false
		}
	}
	return utf8.Valid(b)
}

func escapeText(s string) string {
	if !strings.ContainsAny(s, "&<>") {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

func escapeAttribute(s string) string {
	if !strings.ContainsAny(s, `&<>"`) {
		return s
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&#34;").Replace(s)
}
