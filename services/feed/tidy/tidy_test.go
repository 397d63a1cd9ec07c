package tidy

import (
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// put runs Document and gives the XML without CDATA marks, tickets exchanged
// for their texts.
func put(t testing.TB, src, base string) (string, Doc) {
	t.Helper()
	opts := Options{MaxItems: 100, MaxDepth: 16}
	if base != "" {
		opts.Base, _ = url.Parse(base)
	}
	d, err := Document(src, opts)
	if err != nil {
		t.Fatalf("%v in %q", err, src)
	}
	out := regexp.MustCompile(ticketMark+`\d+`+ticketMark).ReplaceAllStringFunc(string(d.XML), d.Text)
	return strings.NewReplacer("<![CDATA[", "", "]]>", "").Replace(out), d
}

func rssOf(inside string) string {
	return `<rss version="2.0"><channel>` + inside + `</channel></rss>`
}

func TestShape(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"plain", `<rss version="2.0"><channel><title>T</title><item><title>One</title><link>http://a.example/1</link></item></channel></rss>`,
			rssOf(`<title type="html">T</title><item><title type="html">One</title><link>http://a.example/1</link></item>`)},
		{"names in capitals", `<RSS><CHANNEL><ITEM><pubDate>Mon, 02 Jan 2006 15:04:05 EST</pubDate></ITEM></CHANNEL></RSS>`,
			rssOf(`<item><pubdate>2006-01-02T20:04:05Z</pubdate></item>`)},
		{"junk before the prolog", "\n<br />\n<b>Warning</b>: x() in a.php\n<?xml version='1.0'?><rss><channel><item/></channel></rss>",
			rssOf(`<item></item>`)},
		{"items outside the channel", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel><item rdf:about="http://a.example/1"><title>One</title></item></rdf:RDF>`,
			rssOf(`<title type="html">T</title><item><guid isPermaLink="false">http://a.example/1</guid><title type="html">One</title></item>`)},
		{"items inside a wrapper", `<rss><channel><items><item><title>A</title></item></items></channel></rss>`,
			rssOf(`<items></items><item><title type="html">A</title></item>`)},
		{"any prefix", `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:x="http://purl.org/dc/elements/1.1/"><entry><x:creator>J</x:creator></entry></feed>`,
			`<feed><entry><dc:creator>J</dc:creator></entry></feed>`},
		{"prefixed Atom", `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>i</a:id></a:entry></a:feed>`,
			`<feed><entry><id>i</id></entry></feed>`},
		{"undeclared prefix", `<rss><channel><item><dc:date>2006-01-02</dc:date></item></channel></rss>`,
			rssOf(`<item><dc:date>2006-01-02</dc:date></item>`)},
		{"Atom's link in RSS", `<rss><channel><item><link rel="self" href="http://a.example/f"/><link>http://a.example/1</link></item></channel></rss>`,
			rssOf(`<item><atom:link rel="self" href="http://a.example/f"></atom:link><link>http://a.example/1</link></item>`)},
		{"CDF", `<CHANNEL HREF="http://a.example/"><TITLE>T</TITLE><ITEM HREF="http://a.example/1" LASTMOD="2006-01-02"><ABSTRACT>S</ABSTRACT></ITEM></CHANNEL>`,
			rssOf(`<link>http://a.example/</link><title type="html">T</title><item><link>http://a.example/1</link><dc:date>2006-01-02</dc:date><abstract type="html">S</abstract></item>`)},
		{"a feed's own fields after its entries", `<rss><channel><title>T</title><item></item><title>U</title></channel></rss>`,
			rssOf(`<title type="html">T</title><item></item>`)},
		{"comments and instructions", `<rss><!-- <item> --><channel><?php x ?><item><!-- - --><title>a<!-- b -->c</title></item></channel></rss>`,
			rssOf(`<item><title type="html">ac</title></item>`)},
		{"Atom 0.3's creation", `<feed version="0.3"><entry><created>2006-01-02</created></entry></feed>`,
			`<feed><entry><dcterms:created>2006-01-02</dcterms:created></entry></feed>`},
		{"link with text", `<feed><entry><link>http://a.example/1</link></entry></feed>`,
			`<feed><entry><link href="http://a.example/1">http://a.example/1</link></entry></feed>`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, _ := put(t, c.in, ""); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestMending(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		kind           FaultKind
		fault          string
	}{
		{"truncated in a tag", `<rss><channel><item><title>A</title><link>http://a.exam`,
			rssOf(`<item><title type="html">A</title></item>`), Truncated, "ends inside <link>"},
		{"truncated in a text", `<rss><channel><item><description>Half an arti`,
			rssOf(`<item><description type="html">Half an arti</description></item>`), Truncated, "ends inside <description>"},
		{"truncated in CDATA", `<rss><channel><item><title>A</title><description><![CDATA[Half`,
			rssOf(`<item><title type="html">A</title><description type="html">Half</description></item>`), Truncated, "ends inside"},
		{"never closed", `<rss><channel><item><title>A</title></item><item><title>B</title>`,
			rssOf(`<item><title type="html">A</title></item><item><title type="html">B</title></item>`), Truncated, "ends inside <item>"},
		{"item not closed", `<rss><channel><item><title>A</title><item><title>B</title></item></channel></rss>`,
			rssOf(`<item><title type="html">A</title></item><item><title type="html">B</title></item>`), Malformed, "starts inside another"},
		{"title not closed", `<rss><channel><item><title>A<link>http://a.example/1</link></item></channel></rss>`,
			rssOf(`<item><title type="html">A</title><link>http://a.example/1</link></item>`), Malformed, "<title> is not closed"},
		{"link not closed", `<rss><channel><item><link>http://a.example/1<title>A</title></item></channel></rss>`,
			rssOf(`<item><link>http://a.example/1</link><title type="html">A</title></item>`), Malformed, "<link> is not closed"},
		{"title closed by the item", `<rss><channel><item><title>A</item><item><title>B</title></item></channel></rss>`,
			rssOf(`<item><title type="html">A</title></item><item><title type="html">B</title></item>`), Malformed, "<title> is not closed"},
		{"stray end tag", `<rss><channel></p><item><title>A</title></item></channel></rss>`,
			rssOf(`<item><title type="html">A</title></item>`), Malformed, "closes nothing"},
		{"crossed", `<rss><channel><item><author><name>J</author></name><title>A</title></item></channel></rss>`,
			rssOf(`<item><author><name>J</name></author><title type="html">A</title></item>`), Malformed, "<name> is not closed"},
		{"tag without its end", `<rss><channel><item><title>A</title<guid>g</guid></item></channel></rss>`,
			rssOf(`<item><title type="html">A</title><guid>g</guid></item>`), Malformed, ""},
		{"too deep", `<rss><channel>` + strings.Repeat("<a>", 40) + `<item/>` + strings.Repeat("</a>", 40) + `<item/></channel></rss>`,
			rssOf(strings.Repeat("<a>", 14) + strings.Repeat("</a>", 14) + `<item></item>`), Limited, "nested deeper than 16"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, d := put(t, c.in, "")
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if c.fault == "" {
				return
			}
			if len(d.Faults) == 0 || d.Faults[0].Kind != c.kind || !strings.Contains(d.Faults[0].Reason, c.fault) {
				t.Errorf("faults %+v, want %q", d.Faults, c.fault)
			}
		})
	}
}

var construct = regexp.MustCompile(`type="html">(.*)</(?:title|content|description)></(?:item|entry)>`)

func TestConstructs(t *testing.T) {
	for _, c := range []struct{ name, atom, in, want string }{
		{"Atom text", "atom", `<title>1 &lt; 2 &amp; <![CDATA[3 > 2]]></title>`, `1 &lt; 2 &amp; 3 &gt; 2`},
		{"Atom text that says so", "atom", `<title type="text">&lt;b>x&lt;/b></title>`, `&lt;b&gt;x&lt;/b&gt;`},
		{"Atom text that does not, and is HTML", "atom", `<title>&lt;b>x&lt;/b></title>`, `<b>x</b>`},
		{"Atom HTML", "atom", `<title type="html">&lt;b>x&lt;/b> &amp;amp; y</title>`, `<b>x</b> &amp; y`},
		{"Atom XHTML", "atom", `<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a &lt; <b>b</b><br/><i/></div></content>`, `<div>a &lt; <b>b</b><br><i></i></div>`},
		{"Atom XHTML with a prefix", "atom", `<content type="xhtml" xmlns:h="http://www.w3.org/1999/xhtml"><h:div><h:p>a</h:p></h:div></content>`, `<div><p>a</p></div>`},
		{"escaped inside a div", "atom", `<content type="html"><div>&lt;p>a&lt;/p></div></content>`, `<p>a</p>`},
		{"base64", "atom", `<content type="text/html" mode="base64">PGI+eDwvYj4=</content>`, `<b>x</b>`},
		{"picture in base64", "atom", `<content type="image/png">iVBORw0KGgo=</content>`, ``},
		{"RSS description", "", `<description>&lt;p>a&lt;/p></description>`, `<p>a</p>`},
		{"RSS description with tags", "", `<description><p>a &amp; b<br>c</p></description>`, `<p>a &amp; b<br>c</p>`},
		{"RSS title, plain", "", `<title>a &lt; b</title>`, `a &lt; b`},
		{"RSS title, HTML", "", `<title>&lt;i>a&lt;/i></title>`, `<i>a</i>`},
		{"HTML's entities", "", `<title>caf&eacute;&nbsp;&mdash; &#8220;x&#8221;</title>`, "café\u00a0— “x”"},
		{"bare ampersands", "", `<title>AT&T &amp R&D &nosuch; x</title>`, `AT&amp;T &amp;amp R&amp;D &amp;nosuch; x`},
		{"Windows-1252 references", "", `<title>it&#146;s</title>`, `it’s`},
		{"forbidden references", "", `<title>a&#0;&#x1f;b&#xFFFFFFF;</title>`, "a\uFFFDb\uFFFD"},
		{"encoded twice", "", `<title>BrÃ¸ndby vandt â€“ igen</title>`, `Brøndby vandt – igen`},
		{"not encoded twice", "", `<title>NÃO é assim</title>`, `NÃO é assim`},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := `<rss><channel><item>` + c.in + `</item></channel></rss>`
			if c.atom != "" {
				src = `<feed xmlns="http://www.w3.org/2005/Atom"><entry>` + c.in + `</entry></feed>`
			}
			got, _ := put(t, src, "")
			m := construct.FindStringSubmatch(got)
			if m == nil || m[1] != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	const base = "https://a.example/d/feed.xml?x=1"
	b, _ := url.Parse(base)
	for ref, want := range map[string]string{
		"http://b.example/x y":  "http://b.example/x y",
		"/n/1":                  "https://a.example/n/1",
		"n/1?a=b c#d e":         "https://a.example/d/n/1?a=b c#d e",
		"../up/./x":             "https://a.example/up/x",
		"../../..":              "https://a.example/",
		"//b.example/p":         "https://b.example/p",
		"?page=2":               "https://a.example/d/feed.xml?page=2",
		"#top":                  "https://a.example/d/feed.xml?x=1#top",
		"":                      "",
		"tag:a.example,2006:1":  "tag:a.example,2006:1",
		" n/1\n":                "https://a.example/d/n/1",
		"HTTP://B.example/%7Ea": "HTTP://B.example/%7Ea",
		"a/b/../":               "https://a.example/d/a/",
	} {
		if got := absolute(b, ref); got != want {
			t.Errorf("absolute(%q) = %q, want %q", ref, got, want)
		}
	}
	if got := absolute(nil, "/n/1"); got != "/n/1" {
		t.Errorf("without a base: %q", got)
	}
	got, _ := put(t, `<feed xml:base="/sub/"><entry xml:base="e/"><link href="1"/><id>tag:1</id><content type="html">x</content></entry><entry><link href="2"/></entry></feed>`, base)
	want := `<feed><entry><link href="https://a.example/sub/e/1"></link><id>tag:1</id><content type="html"><base href="https://a.example/sub/e/">x</content></entry>` +
		`<entry><link href="https://a.example/sub/2"></link></entry></feed>`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestMarks(t *testing.T) {
	_, d := put(t, "<feed xml:lang='en'>\n<entry>\n<id> x </id></entry>\n\n<entry xml:lang='th'/></feed>", "")
	want := []Mark{{Line: 2, Language: "en", ID: "x"}, {Line: 5, Language: "th"}}
	if len(d.Marks) != 2 || d.Marks[0] != want[0] || d.Marks[1] != want[1] || d.Language != "en" {
		t.Errorf("got %+v, language %q", d.Marks, d.Language)
	}
}

func TestFormats(t *testing.T) {
	for src, want := range map[string][2]string{
		`<rss version="0.92"/>`: {"rss", "0.92"},
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>`: {"rdf", "1.0"},
		`<rdf:RDF xmlns="http://my.netscape.com/rdf/simple/0.9/"/>`:                                           {"rdf", "0.90"},
		`<feed xmlns="http://www.w3.org/2005/Atom"/>`:                                                         {"atom", "1.0"},
		`<feed xmlns="http://purl.org/atom/ns#"/>`:                                                            {"atom", "0.3"},
		`<channel base="http://a.example/"/>`:                                                                 {"cdf", ""},
		`<channel><item/></channel>`:                                                                          {"rss", ""},
	} {
		if _, d := put(t, src, ""); string(d.Format) != want[0] || d.Version != want[1] {
			t.Errorf("%s: %s %q", src, d.Format, d.Version)
		}
	}
	for _, src := range []string{"", "text", "<html><body><p>x</p></body></html>", "<opml/>", "<", "<<<>>>"} {
		if _, err := Document(src, Options{MaxItems: 1, MaxDepth: 9}); !errors.Is(err, ErrNoRoot) {
			t.Errorf("%q: %v", src, err)
		}
	}
}

func TestLimits(t *testing.T) {
	d, err := Document("<rss><channel>"+strings.Repeat("<item></item>", 9)+"</channel></rss>", Options{MaxItems: 3, MaxDepth: 9})
	if err != nil || len(d.Marks) != 3 || len(d.Faults) != 1 || d.Faults[0].Kind != Limited {
		t.Errorf("%d entries, faults %v, %v", len(d.Marks), d.Faults, err)
	}
	d, _ = Document("<rss><channel>"+strings.Repeat("</p>", 1000), Options{MaxItems: 3, MaxDepth: 9})
	if len(d.Faults) != maxFaults {
		t.Errorf("%d faults", len(d.Faults))
	}
}

func TestEntities(t *testing.T) {
	doc := func(subset, text string) string {
		return `<!DOCTYPE rss [` + subset + `]><rss><channel><item><title>` + text + `</title></item></channel></rss>`
	}
	for _, c := range []struct{ name, subset, text, want string }{
		{"own", `<!ENTITY desk "Tide Desk">`, "&desk;", "Tide Desk"},
		{"single quotes", `<!ENTITY desk 'Tide "Desk"'>`, "&desk;", `Tide "Desk"`},
		{"the first binds", `<!ENTITY a "1"><!ENTITY a "2">`, "&a;", "1"},
		{"not inside another", `<!ENTITY a "x"><!ENTITY b "&a;&a;">`, "&b;", "&amp;a;&amp;a;"},
		{"external", `<!ENTITY f SYSTEM "file:///etc/passwd">`, "&f;", "&amp;f;"},
		{"parameter", `<!ENTITY % p "x">`, "&p;", "&amp;p;"},
		{"HTML's before none", ``, "&mdash;", "—"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := put(t, doc(c.subset, c.text), "")
			if want := rssOf(`<item><title type="html">` + c.want + `</title></item>`); got != want {
				t.Errorf("got %s", got)
			}
		})
	}
	// A thousand times a thousand bytes stays within the budget.
	d, err := Document(doc(`<!ENTITY a "`+strings.Repeat("x", maxEntityLength)+`">`, strings.Repeat("&a;", 100_000)), Options{MaxItems: 9, MaxDepth: 9})
	if err != nil || len(d.texts[0]) > maxEntityExpands {
		t.Fatalf("%d bytes, %v", len(d.texts[0]), err)
	}
	if f := d.Faults[len(d.Faults)-1]; f.Kind != Limited {
		t.Errorf("fault %+v", f)
	}
}

func TestTicketsCannotBeForged(t *testing.T) {
	forged := ticketMark + "0" + ticketMark
	_, d := put(t, "<rss><channel><item><description>"+strings.Repeat("long ", 20)+"</description><author>"+forged+"</author><title>"+forged+"</title></item></channel></rss>", "")
	if strings.Count(string(d.XML), ticketMark) != 2 {
		t.Errorf("a document's own mark got through: %q", d.XML)
	}
	if d.Text(ticketMark+"9"+ticketMark) != "" || d.Text(ticketMark+"x") != "" {
		t.Error("a ticket for nothing gives something")
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range []string{
		"<rss><channel><title>T</title><item><title>A&B</title><link>/x</link></item></channel></rss>",
		"<feed xmlns='http://www.w3.org/2005/Atom' xml:base='/a/'><entry><id>1</id><content type='xhtml'><div><p>x</div></content></entry>",
		"<rdf:RDF><channel/><item rdf:about='x'><dc:date>2006</dc:date></item></rdf:RDF>",
		"<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>&a;<item><title>&a;&#x0;</title>", "<rss><a:b:c xmlns:a='x'><:x><-y></rss>",
		"<rss><item><title>]]></title><![CDATA[x]]]]></item><item", "<channel href='x'><item href='y' lastmod='z'>", "<rss a=\"><item b='c' =d /e>",
	} {
		f.Add(s)
	}
	base, _ := url.Parse("https://a.example/b/c")
	f.Fuzz(func(t *testing.T, src string) {
		src = strings.ToValidUTF8(src, "\uFFFD")
		d, err := Document(src, Options{Base: base, MaxItems: 50, MaxDepth: 12})
		if err != nil {
			return
		}
		dec := xml.NewDecoder(strings.NewReader(string(d.XML)))
		depth, entries := 0, 0
		for {
			tok, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%v in %q from %q", err, d.XML, src)
			}
			switch e := tok.(type) {
			case xml.StartElement:
				depth++
				if depth > 20 {
					t.Fatalf("too deep: %q", d.XML)
				}
				if name := e.Name.Local; (name == "item" || name == "entry") && e.Name.Space == "" {
					entries++
				}
			case xml.EndElement:
				depth--
			}
		}
		if entries != len(d.Marks) {
			t.Fatalf("%d entries, %d marks in %q", entries, len(d.Marks), d.XML)
		}
	})
}
