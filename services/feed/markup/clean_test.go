package markup

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

func TestClean(t *testing.T) {
	const rel = ` rel="nofollow noopener noreferrer"`
	for _, c := range []struct{ name, in, html, text string }{
		{"plain", "Fog over the strait", "Fog over the strait", "Fog over the strait"},
		{"spaces", "  two\n\t words  ", "two\n\t words", "two words"},
		{"paragraphs", "<p>One.</p><p>Two.</p>", "<p>One.</p><p>Two.</p>", "One.\n\nTwo."},
		{"breaks", "a<br>b<br/>c", "a<br>b<br>c", "a\nb\nc"},
		{"list", "<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>", "a\nb"},
		{"open paragraph", "<p>a<p>b", "<p>a</p><p>b</p>", "a\n\nb"},
		{"table", "<table><tr><td>1<td>2<tr><td>3</table>", "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"},
		{"pre", "<pre>a  b\n  c</pre>", "<pre>a  b\n  c</pre>", "a  b\n  c"},
		{"stray end tags", "</b>a</div>b</p>", "ab", "a\nb"},
		{"crossed", "<b><i>x</b>y</i>", "<b><i>x</i></b>y", "xy"},
		{"references", "R&eacute;sum&eacute; &amp; &lt;b&gt;", "Résumé &amp; &lt;b&gt;", "Résumé & <b>"},
		{"bare ampersand", "AT&T & co", "AT&amp;T &amp; co", "AT&T & co"},
		{"no-break space", "a&nbsp;b", "a\u00a0b", "a b"},
		{"soft hyphen", "mari\u00adtime", "mari\u00adtime", "maritime"},
		{"zero-width space stays", "ไทย\u200bไทย", "ไทย\u200bไทย", "ไทย\u200bไทย"},
		{"script", "a<script>alert('<b>x</b>')</script>b", "ab", "ab"},
		{"style", "<style>p{}</style>a", "a", "a"},
		{"iframe shut at once", `a<iframe src="https://v.example"/>b`, "ab", "a\nb"},
		{"comment", "a<!-- <b> -->b", "ab", "ab"},
		{"unknown element", "<blink>a</blink>", "a", "a"},
		{"handlers", `<p onclick="x()" style="color:red" class="c">a</p>`, "<p>a</p>", "a"},
		{"link", `<a href="/x?a=1&amp;b=2" target="_top">l</a>`, `<a href="https://site.example/x?a=1&amp;b=2"` + rel + `>l</a>`, "l"},
		{"javascript", `<a href="javascript:alert(1)">l</a>`, `<a` + rel + `>l</a>`, "l"},
		{"javascript in pieces", "<a href=\" java\tscr\nipt:alert(1)\">l</a>", `<a` + rel + `>l</a>`, "l"},
		{"data", `<img src="data:image/png;base64,AAAA" alt="p">`, `<img alt="p">`, ""},
		{"mail", `<a href="mailto:desk@site.example">m</a>`, `<a href="mailto:desk@site.example"` + rel + `>m</a>`, "m"},
		{"base first", `<base href="https://other.example/d/"><a href="x">l</a>`, `<a href="https://other.example/d/x"` + rel + `>l</a>`, "l"},
		{"base later is nothing", `a<base href="https://other.example/"><a href="/x">l</a>`, `a<a href="https://site.example/x"` + rel + `>l</a>`, "al"},
		{"quotes in values", `<span title="a&quot; onclick=&quot;b">x</span>`, `<span title="a&#34; onclick=&#34;b">x</span>`, "x"},
		{"template trick", "<template><script>x</script><b>y</b></template>", "<b>y</b>", "y"},
		{"svg trick", `<svg><a xlink:href="javascript:x"><text>y</text></a></svg>`, `<a` + rel + `>y</a>`, "y"},
		{"cut tag", `a<img src="https://i.example/1.png`, "a", "a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			base, _ := url.Parse("https://site.example/news/")
			got := Clean(c.in, base, 1<<20)
			if got.HTML != c.html {
				t.Errorf("HTML %q, want %q", got.HTML, c.html)
			}
			if got.Text != c.text {
				t.Errorf("text %q, want %q", got.Text, c.text)
			}
			checkSafe(t, got.HTML)
		})
	}
}

func TestCleanWithoutBase(t *testing.T) {
	got := Clean(`<a href="/logout">x</a><img src="pixel.gif">`, nil, 1000)
	if strings.Contains(got.HTML, "logout") || strings.Contains(got.HTML, "pixel") {
		t.Errorf("relative addresses stayed: %s", got.HTML)
	}
}

func TestCleanLimit(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		text  string
		cut   bool
	}{
		{"<p>abc</p>", 100, "abc", false},
		{"ภาษาไทย", 8, "ภา", true}, // three bytes a letter
		{"<p>aaaa</p><p>bbbb</p>", 12, "aaaa\n\nb", true},
		{strings.Repeat("<b>", 10000) + "x", 1 << 20, "x", false},
	} {
		got := Clean(c.in, nil, c.limit)
		if got.Text != c.text && !(c.cut && strings.HasPrefix(c.text, got.Text)) || got.Cut != c.cut {
			t.Errorf("Clean(%.20q, %d) = %q cut %v, want %q cut %v", c.in, c.limit, got.Text, got.Cut, c.text, c.cut)
		}
		checkSafe(t, got.HTML)
	}
}

func TestPlain(t *testing.T) {
	got := Plain("One  line\r\nand <b>\n\n\nnext", 1000)
	if want := "One line\nand <b>\n\nnext"; got.Text != want {
		t.Errorf("text %q, want %q", got.Text, want)
	}
	if want := "One line<br>and &lt;b&gt;<br><br>next"; got.HTML != want {
		t.Errorf("HTML %q, want %q", got.HTML, want)
	}
	if got := Plain("aaa bbb", 4); !got.Cut || len(got.Text) > 4 || len(got.HTML) > 4 {
		t.Errorf("not cut: %+v", got)
	}
}

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"a\n b":                   "a b",
		"<b>Bold</b> &amp; more":  "Bold & more",
		"<p>One</p><p>Two</p>":    "One Two",
		"":                        "",
		"\u00a0x\u3000y\u200a":    "x y",
		"Q&amp;amp;A":             "Q&amp;A",
		"1 &lt; 2":                "1 < 2",
		"\ufefftitle":             "title",
		"a\u2028b":                "a b",
		"‘quoted’ — dash … étude": "‘quoted’ — dash … étude",
	} {
		if got := Line(in, 1000); got != want {
			t.Errorf("Line(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestLooks(t *testing.T) {
	for in, want := range map[string]bool{
		"plain":                      false,
		"a < b and c > d":            false,
		"<b>bold</b>":                true,
		"one<br>two":                 true,
		"Fish &amp; chips":           true,
		"AT&T":                       false,
		"List<String> in use":        false,
		"<b>List<String></b>":        false,
		"R&eacute;sum&eacute;":       true,
		"&nosuch; <b>x</b>":          false,
		"&#8217;":                    true,
		"I <3 feeds":                 false,
		"query?a=1&copy=2":           false,
		"</p>":                       true,
		"<!-- comment --> <p>x</p>":  true,
		"price < 5 &amp; stock > 10": true,
	} {
		if got := Looks(in); got != want {
			t.Errorf("Looks(%q) = %v", in, got)
		}
	}
}

// checkSafe reads HTML as a browser does and looks for anything that the
// allow-list does not have.
func checkSafe(t *testing.T, src string) {
	t.Helper()
	nodes, err := html.ParseFragment(strings.NewReader(src), &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body})
	if err != nil {
		t.Fatalf("%v in %q", err, src)
	}
	for _, n := range nodes {
		for d := range n.Descendants() {
			checkNode(t, d, src)
		}
		checkNode(t, n, src)
	}
}

func checkNode(t *testing.T, n *html.Node, src string) {
	t.Helper()
	if n.Type != html.ElementNode && n.Type != html.TextNode {
		t.Errorf("node of type %d in %q", n.Type, src)
	}
	if n.Type != html.ElementNode {
		return
	}
	if k := classOf(n.DataAtom); k == classUnknown || k == classDrop || n.Namespace != "" {
		t.Errorf("element <%s> in %q", n.Data, src)
	}
	for _, a := range n.Attr {
		if a.Key == "rel" && n.DataAtom == atom.A {
			continue
		}
		if !kept(n.DataAtom, a.Key) {
			t.Errorf("attribute %s in %q", a.Key, src)
		}
		if a.Key == "href" || a.Key == "src" || a.Key == "cite" {
			u, err := url.Parse(a.Val)
			if err != nil || u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "mailto" {
				t.Errorf("address %q in %q", a.Val, src)
			}
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"<p>a<p>b", "<a href='java&#x09;script:x'>y</a>", "<b><i>x</b></i>", "<math><mi><style><img src=x onerror=y>",
		"<table><a><td>x", "<![CDATA[<b>x</b>]]>", "&#0;&#x110000;&amp", "<noscript><p title='</noscript><img src=x onerror=y>'>",
		"<base href='//h/'><img src=a>", "<pre>\n x\n</pre>", "a\u00ad\ufeff\u200b b", "<p/><br/><iframe/>x", "\xff<\xfe>",
	} {
		f.Add(s)
	}
	base, _ := url.Parse("https://site.example/a/b")
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "")
		const limit = 4096
		got := Clean(s, base, limit)
		checkSafe(t, got.HTML)
		if len(got.Text) > limit {
			t.Errorf("text of %d bytes", len(got.Text))
		}
		if again := Clean(got.HTML, base, 1<<20); !got.Cut && again.HTML != got.HTML {
			t.Errorf("cleaning twice differs:\n%q\n%q", got.HTML, again.HTML)
		}
		if strings.TrimSpace(got.Text) != got.Text {
			t.Errorf("text starts or ends with white space: %q", got.Text)
		}
		Looks(s)
	})
}
