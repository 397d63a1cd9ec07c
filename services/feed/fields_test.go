package feed

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestRhythm(t *testing.T) {
	head := func(inside string) Info {
		return parse(t, `<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"><channel><title>T</title>`+inside+`</channel></rss>`, Options{}).Feed
	}
	for in, want := range map[string]time.Duration{"60": time.Hour, " 5 ": 5 * time.Minute, "0": 0, "-5": 0, "x": 0, "99999999": 0, "": 0} {
		if got := head("<ttl>" + in + "</ttl>").TTL; got != want {
			t.Errorf("ttl %q: %v, want %v", in, got, want)
		}
	}
	for in, want := range map[[2]string]time.Duration{
		{"hourly", "1"}: time.Hour, {"hourly", "4"}: 15 * time.Minute, {"Daily", ""}: 24 * time.Hour, {"weekly", "2"}: 84 * time.Hour,
		{"monthly", "1"}: 720 * time.Hour, {"yearly", "x"}: 8760 * time.Hour, {"hourly", "100000"}: time.Minute, {"sometimes", "1"}: 0, {"", "3"}: 0,
	} {
		f := head(fmt.Sprintf("<sy:updatePeriod>%s</sy:updatePeriod><sy:updateFrequency>%s</sy:updateFrequency>", in[0], in[1]))
		if f.UpdateEvery != want {
			t.Errorf("%v: %v, want %v", in, f.UpdateEvery, want)
		}
	}
	f := head("<skipHours><hour>0</hour><hour>23</hour><hour>24</hour><hour>25</hour><hour>x</hour></skipHours><skipDays><day>monday</day><day>Mon</day></skipDays>")
	if !reflect.DeepEqual(f.SkipHours, []int{0, 23, 0}) || !reflect.DeepEqual(f.SkipDays, []time.Weekday{time.Monday}) {
		t.Errorf("skip %v %v", f.SkipHours, f.SkipDays)
	}
	f = parse(t, `<feed xmlns:fh="http://purl.org/syndication/history/1.0"><fh:complete/><title>x</title></feed>`, Options{}).Feed
	if !f.Complete {
		t.Error("complete feed not seen")
	}
}

func TestWhichField(t *testing.T) {
	for _, c := range []struct{ name, in, field, want string }{
		{"title before media's", "<media:title>m</media:title><title>t</title>", "title", "t"},
		{"media's title", "<media:title>m</media:title>", "title", "m"},
		{"media's title in a group", "<media:group><media:title>g</media:title></media:group>", "title", "g"},
		{"Dublin Core's title", "<dc:title>d</dc:title>", "title", "d"},
		{"the last of two titles", "<title>a</title><title>b</title>", "title", "b"},
		{"content before description", "<description>d</description><content:encoded>c</content:encoded>", "text", "c"},
		{"content without text", "<description>d</description><content:encoded>&lt;img src='x'&gt;</content:encoded>", "text", "d"},
		{"xhtml body", "<body xmlns='http://www.w3.org/1999/xhtml'><p>b</p></body>", "text", "b"},
		{"full item", "<fullitem>f</fullitem>", "text", "f"},
		{"description before media's", "<media:description>m</media:description><description>d</description>", "summary", "d"},
		{"iTunes' summary", "<itunes:summary>i</itunes:summary>", "summary", "i"},
		{"link before permalink", "<guid>https://a.example/g</guid><link>https://a.example/l</link>", "link", "https://a.example/l"},
		{"permalink", "<guid isPermaLink='TRUE'>https://a.example/g</guid>", "link", "https://a.example/g"},
		{"no permalink", "<guid isPermaLink='false'>https://a.example/g</guid>", "link", ""},
		{"permalink that is a number", "<guid>17</guid>", "link", ""},
		{"permalink that is a path", "<guid>/n/17</guid>", "link", "https://site.example/n/17"},
		{"Atom's link", "<atom:link href='https://a.example/a'/>", "link", "https://a.example/a"},
		{"Atom's link to something else", "<atom:link rel='enclosure' href='https://a.example/a'/>", "link", ""},
		{"link as an attribute", "<link href='https://a.example/h'/>", "link", "https://a.example/h"},
		{"pubDate before dc:date", "<dc:date>2026-01-02</dc:date><pubDate>2026-01-01</pubDate>", "published", "2026-01-01"},
		{"unreadable pubDate, dc:date", "<pubDate>soon</pubDate><dc:date>2026-01-02</dc:date>", "published", "2026-01-02"},
		{"dcterms", "<dcterms:issued>2026-01-03</dcterms:issued>", "published", "2026-01-03"},
		{"prism", "<prism:publicationDate>2026-01-04</prism:publicationDate>", "published", "2026-01-04"},
		{"author and creators", "<author>a@a.example (A)</author><dc:creator>B</dc:creator><dc:creator>A</dc:creator>", "authors", "A, B"},
		{"iTunes' author last", "<itunes:author>I</itunes:author><dc:creator>B</dc:creator>", "authors", "B"},
		{"iTunes' author", "<itunes:author>I</itunes:author>", "authors", "I"},
		{"Atom's author", "<atom:author><atom:name>N</atom:name><atom:email>e@a.example</atom:email></atom:author>", "authors", "N"},
		{"categories", "<category>a</category><dc:subject>b</dc:subject><itunes:keywords>c, d</itunes:keywords><category>a</category>", "categories", "a, b, c, d"},
		{"media keywords", "<media:keywords>k,l</media:keywords>", "categories", "k, l"},
		{"language", "<dc:language>km_KH</dc:language>", "language", "km-KH"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := parse(t, items("<item>"+c.in+"</item>"), Options{URL: "https://site.example/feed"}).Items[0]
			got := map[string]string{"title": e.Title, "text": e.Text, "summary": e.Summary, "link": e.Link, "language": e.Language,
				"published": e.Published.Format(time.DateOnly), "authors": strings.Join(e.Authors, ", "), "categories": strings.Join(e.Categories, ", ")}[c.field]
			if got != c.want {
				t.Errorf("%s %q, want %q", c.field, got, c.want)
			}
		})
	}
}

func TestManyNames(t *testing.T) {
	var b strings.Builder
	for i := range 2 * maxNames {
		fmt.Fprintf(&b, "<category>%d %s</category>", i, strings.Repeat("x", 2*maxName))
	}
	e := parse(t, items("<item><title>T</title>"+b.String()+"</item>"), Options{}).Items[0]
	if len(e.Categories) != maxNames || len(e.Categories[0]) > maxName {
		t.Errorf("%d categories, the first of %d bytes", len(e.Categories), len(e.Categories[0]))
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int
		want  string
		cut   bool
	}{
		{"abc", 3, "abc", false}, {"abc", 2, "ab", true}, {"กข", 3, "ก", true}, {"กข", 5, "ก", true}, {"a b", 2, "a", true}, {"ก", 1, "", true}, {"", 0, "", false},
	} {
		if got, cut := Cut(c.in, c.limit); got != c.want || cut != c.cut {
			t.Errorf("Cut(%q, %d) = %q, %v", c.in, c.limit, got, cut)
		}
	}
}

func TestSanitise(t *testing.T) {
	html, text := Sanitise(`<p>a <a href="/b">b</a><script>c</script></p>`, "https://site.example/x")
	if html != `<p>a <a href="https://site.example/b" rel="nofollow noopener noreferrer">b</a></p>` || text != "a b" {
		t.Errorf("%q, %q", html, text)
	}
	if _, text := Sanitise("x", "://"); text != "x" {
		t.Errorf("with a bad base: %q", text)
	}
}
