package tidy

import (
	"fmt"
	"strings"
	"testing"
)

// lexed writes a document's tokens one after the other, for comparison.
func lexed(src string) string {
	l := lexer{src: src, names: make(map[string]string)}
	var out []string
	for {
		t := l.next()
		var s string
		switch t.kind {
		case tokenEOF:
			return strings.Join(out, " ")
		case tokenText:
			s = fmt.Sprintf("text(%s)", t.text)
		case tokenCDATA:
			s = fmt.Sprintf("cdata(%s)", t.text)
		case tokenDecl:
			s = fmt.Sprintf("decl(%s)", t.text)
		case tokenEnd:
			s = "/" + t.name
		case tokenStart:
			s = t.name
			for _, a := range t.attrs {
				s += fmt.Sprintf("[%s=%s]", a.name, a.value)
			}
			if t.empty {
				s += "/"
			}
		}
		if t.cut {
			s += "…"
		}
		out = append(out, s)
	}
}

func TestLexer(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"nothing", "", ""},
		{"text", "a b", "text(a b)…"},
		{"element", "<a>b</a>", "a text(b) /a"},
		{"empty element", "<a/><b />", "a/ b/"},
		{"capitals", "<A:Bc></A:BC>", "a:bc /a:bc"},
		{"attributes", `<a b="1" C='2' d=3 e>`, "a[b=1][c=2][d=3]"},
		{"attribute twice", `<a b="1" b="2">`, "a[b=1]"},
		{"attribute with references", `<a b="1&amp;2&lt;&eacute;">`, "a[b=1&2<é]"},
		{"attribute with angle brackets", `<a b="<c>">`, "a[b=<c>]"},
		{"attribute over lines", "<a\n b = '1\n2'\t>", "a[b=1\n2]"},
		{"quote never closed", `<a b="1><c>`, "a[b=1] c"},
		{"slash in a bare value", `<a href=http://x.example/y>`, "a[href=http://x.example/y]"},
		{"tag never closed", "<a b='1'<c>", "a[b=1] c"},
		{"tag cut", "<a b='1'", "a[b=1]…"},
		{"end tag with rubbish", "</a b='c'>x", "/a text(x)…"},
		{"end tag cut", "</a", "/a…"},
		{"end tag never closed", "</a<b>", "/a b"},
		{"comment", "a<!-- <b> - -- -->c", "text(a) text(c)…"},
		{"comment never closed", "a<!-- b", "text(a)"},
		{"instruction", "<?xml version='1.0'?><?php a ?>b", "text(b)…"},
		{"CDATA", "<![CDATA[<a>]]b]]>c", "cdata(<a>]]b) text(c)…"},
		{"CDATA never closed", "<![CDATA[ab", "cdata(ab)…"},
		{"doctype", "<!DOCTYPE rss><a>", "decl(DOCTYPE rss) a"},
		{"doctype with a subset", "<!DOCTYPE r [<!ENTITY a '>'>]><b>", "decl(DOCTYPE r [<!ENTITY a '>'>]) b"},
		{"doctype never closed", "<!DOCTYPE r [", "decl(DOCTYPE r [)…"},
		{"angle brackets that mean nothing", "1 < 2 <3 <- <", "text(1 ) text(< 2 ) text(<3 ) text(<- ) text(<)…"},
		{"names in other scripts", "<ก>x</ก>", "ก text(x) /ก"},
		{"equals alone", "<a ==b = c>", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := lexed(c.in); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestDecodeReferences(t *testing.T) {
	own := &entities{text: map[string]string{"desk": "Tide Desk", "amp": "never"}}
	for in, want := range map[string]string{
		"":                                  "",
		"plain":                             "plain",
		"&lt;&gt;&amp;&quot;&apos;":         `<>&"'`,
		"&#65;&#x42;&#X43;":                 "ABC",
		"&#8220;x&#8221;":                   "“x”",
		"&eacute;&Eacute;&nbsp;":            "éÉ\u00a0",
		"&desk;":                            "Tide Desk",
		"&amp;amp;":                         "&amp;",
		"&":                                 "&",
		"& &":                               "& &",
		"&;":                                "&;",
		"&#;":                               "&#;",
		"&#x;":                              "&#x;",
		"&nosuch;":                          "&nosuch;",
		"a=1&copy=2":                        "a=1&copy=2",
		"a=1&copy=2;":                       "a=1&copy=2;",
		"&notit;":                           "&notit;",
		"&copy;":                            "©",
		"&#8217s":                           "’s",
		"&#150;&#146;":                      "–’",
		"&#1;&#8;":                          "",
		"&#10;&#9;":                         "\n\t",
		"&" + strings.Repeat("a", 99):       "&" + strings.Repeat("a", 99),
		"&AMP;":                             "&",
		"&CounterClockwiseContourIntegral;": "∳",
	} {
		if got := decode(in, own); got != want {
			t.Errorf("decode(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestCanonicalNames(t *testing.T) {
	r := &reader{lex: lexer{names: map[string]string{}}}
	r.bind([]attr{
		{"xmlns", "http://purl.org/rss/1.0/"}, {"xmlns:x", "http://purl.org/dc/elements/1.1/"},
		{"xmlns:atom10", "http://www.w3.org/2005/Atom"}, {"xmlns:own", "https://own.example/ns"},
		{"xmlns:m", "http://search.yahoo.com/mrss"}, {"xmlns:h", "http://www.w3.org/1999/XHTML"}, {"xmlns:old", "http://backend.userland.com/RSS2"},
	})
	for in, want := range map[string]string{
		"title": "title", "x:date": "dc:date", "atom10:link": "atom:link", "own:thing": "own:thing", "m:title": "media:title",
		"h:div": "xhtml:div", "old:item": "item", "sy:updateperiod": "sy:updateperiod", "a:b:c": "x-a_b_c", ":a": "x-_a",
		"ก": "x-_", "xmlns:a": "x-xmlns_a", "a:": "x-a_",
	} {
		if got := r.canonical(in); got != want {
			t.Errorf("canonical(%q) = %q, want %q", in, got, want)
		}
	}
	r.doc.Format = Atom
	r.bind([]attr{{"xmlns:a", "http://www.w3.org/2005/Atom"}})
	if got := r.canonical("a:entry"); got != "entry" {
		t.Errorf("in Atom: %q", got)
	}
}

func TestUnmix(t *testing.T) {
	for in, want := range map[string]string{
		"plain":              "plain",
		"CafÃ©":              "Café",
		"CafÃ© â€˜xâ€™":      "Café ‘x’",
		"Ã©tÃ©":              "été",
		"NÃO":                "NÃO",
		"Café":               "Café",
		"Café and CafÃ©":     "Café and CafÃ©", // half and half: no telling
		"ไทย Ã©":             "ไทย Ã©",
		"Â£5":                "£5",
		"à¸ªà¸§à¸±à¸ªà¸”à¸µ": "สวัสดี",
		"":                   "",
	} {
		if got := unmix(in); got != want {
			t.Errorf("unmix(%q) = %q, want %q", in, got, want)
		}
	}
}
