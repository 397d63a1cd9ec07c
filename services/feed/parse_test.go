package feed

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func parse(t testing.TB, body string, opts Options) Document {
	t.Helper()
	d, err := Parse([]byte(body), opts)
	if err != nil {
		t.Fatalf("%v in %.200q", err, body)
	}
	return d
}

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return t
}

const rss20 = `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"
  xmlns:georss="http://www.georss.org/georss">
<channel>
  <title>Tide &amp; Harbour Desk</title>
  <link>https://desk.example/</link>
  <description>Invented notes on harbours.</description>
  <language>en-gb</language>
  <ttl>90</ttl>
  <sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
  <skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Sunday</day></skipDays>
  <atom:link rel="self" href="https://desk.example/feed.xml"/>
  <atom:link rel="hub" href="https://hub.example/"/>
  <item>
    <title>Harbour reopens</title>
    <link>/2026/harbour?utm_source=rss&amp;id=7</link>
    <guid isPermaLink="false">desk-7</guid>
    <pubDate>Mon, 05 Jan 2026 08:30:00 +0700</pubDate>
    <dc:date>2026-01-06T00:00:00Z</dc:date>
    <dc:creator>Nari Sok</dc:creator>
    <author>desk@desk.example (Ama Tan)</author>
    <category>ports</category><category>weather</category><category>ports</category>
    <description>The harbour reopened.</description>
    <content:encoded><![CDATA[<p>The harbour <b>reopened</b>.</p><script>x()</script><p><a href="map">Map</a></p>]]></content:encoded>
    <georss:point>10.5 104.25</georss:point>
  </item>
  <item>
    <title>Fog</title>
    <guid>https://desk.example/2026/fog</guid>
    <pubDate>2026-01-04</pubDate>
    <description>Fog &lt;i&gt;again&lt;/i&gt;.</description>
  </item>
</channel></rss>`

func TestRSS(t *testing.T) {
	d := parse(t, rss20, Options{URL: "https://desk.example/feed.xml"})
	if len(d.Problems) > 0 {
		t.Errorf("problems %+v", d.Problems)
	}
	f := d.Feed
	if f.Title != "Tide & Harbour Desk" || f.Link != "https://desk.example/" || f.Format != FormatRSS || f.Version != "2.0" ||
		f.Language != "en-GB" || f.Self != "https://desk.example/feed.xml" || f.Hub != "https://hub.example/" ||
		f.TTL != 90*time.Minute || f.UpdateEvery != 6*time.Hour || f.Charset != "utf-8" ||
		len(f.SkipHours) != 2 || f.SkipHours[1] != 0 || len(f.SkipDays) != 1 || f.SkipDays[0] != time.Sunday {
		t.Errorf("feed %+v", f)
	}
	want := []Entry{
		{GUID: "desk-7", Link: "https://desk.example/2026/harbour?utm_source=rss&id=7", Title: "Harbour reopens",
			Summary: "The harbour reopened.", Text: "The harbour reopened.\n\nMap",
			HTML:    `<p>The harbour <b>reopened</b>.</p><p><a href="https://desk.example/map" rel="nofollow noopener noreferrer">Map</a></p>`,
			Authors: []string{"Ama Tan", "Nari Sok"}, Categories: []string{"ports", "weather"},
			Published: at("2026-01-05T01:30:00Z"), Updated: at("2026-01-06T00:00:00Z"), Language: "en-GB", Line: 15,
			Places: []Place{{Lat: 10.5, Lon: 104.25, Located: true}}, key: "desk-7", hasPublished: true, hasUpdated: true},
		{GUID: "https://desk.example/2026/fog", Link: "https://desk.example/2026/fog", Title: "Fog", Summary: "Fog again.",
			Text: "Fog again.", HTML: "Fog <i>again</i>.", Published: at("2026-01-04T00:00:00Z"), PublishedDay: true,
			Language: "en-GB", Line: 28, key: "https://desk.example/2026/fog", hasPublished: true},
	}
	compare(t, d.Items, want)
}

const atom10 = `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" xml:lang="id" xml:base="https://notes.example/">
<title type="html">Catatan &lt;b&gt;Laut&lt;/b&gt;</title><id>urn:x-notes</id><updated>2026-01-03T00:00:00Z</updated>
<link rel="self" href="/atom.xml"/><link href="/"/><link rel="next" href="/atom.xml?page=2"/>
<author><name>Redaksi</name></author>
<entry><id>tag:notes.example,2026:1</id><title>Kapal &lt; 300 GT</title><updated>2026-01-02T10:00:00.5+07:00</updated>
 <link rel="alternate" type="application/json" href="1.json"/><link rel="alternate" type="text/html" href="1.html"/>
 <summary>Ringkasan</summary>
 <content type="xhtml" xml:base="sub/"><div xmlns="http://www.w3.org/1999/xhtml"><p>Isi <a href="peta">peta</a></p></div></content></entry>
<entry xml:lang="en"><id>https://notes.example/2</id><title/><published>2026-01-01T00:00:00Z</published><updated>2026-01-02T00:00:00Z</updated>
 <author><name>A. Writer</name></author><author><email>b@notes.example</email></author>
 <category term="sea" label="Sea"/><media:group><media:title>Two</media:title><media:description>Seen from above</media:description></media:group></entry>
</feed>`

func TestAtom(t *testing.T) {
	d := parse(t, atom10, Options{})
	f := d.Feed
	if f.Title != "Catatan Laut" || f.Link != "https://notes.example/" || f.Self != "https://notes.example/atom.xml" ||
		f.Next != "https://notes.example/atom.xml?page=2" || f.Language != "id" || f.Format != FormatAtom || f.Version != "1.0" {
		t.Errorf("feed %+v", f)
	}
	compare(t, d.Items, []Entry{
		{GUID: "tag:notes.example,2026:1", Link: "https://notes.example/1.html", Title: "Kapal < 300 GT", Summary: "Ringkasan",
			Text: "Isi peta", HTML: `<div><p>Isi <a href="https://notes.example/sub/peta" rel="nofollow noopener noreferrer">peta</a></p></div>`,
			Authors: []string{"Redaksi"}, Published: at("2026-01-02T03:00:00Z"), Updated: at("2026-01-02T03:00:00Z"),
			Language: "id", Line: 5, key: "tag:notes.example,2026:1", hasPublished: true, hasUpdated: true},
		{GUID: "https://notes.example/2", Link: "https://notes.example/2", Title: "Two", Summary: "Seen from above",
			Text: "Seen from above", HTML: "Seen from above", Authors: []string{"A. Writer", "b@notes.example"}, Categories: []string{"Sea"},
			Published: at("2026-01-01T00:00:00Z"), Updated: at("2026-01-02T00:00:00Z"), Language: "en", Line: 9,
			key: "https://notes.example/2", hasPublished: true, hasUpdated: true},
	})
}

func TestRDFAndCDF(t *testing.T) {
	d := parse(t, `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://r.example/"><title>R</title><dc:language>th</dc:language></channel>
<item rdf:about="https://r.example/1"><title>One</title><link>https://r.example/1</link><dc:date>2026-01-02T03:04:05+07:00</dc:date></item></rdf:RDF>`, Options{})
	e := d.Items[0]
	if d.Feed.Format != FormatRDF || d.Feed.Version != "1.0" || e.GUID != "https://r.example/1" || e.Language != "th" ||
		!e.Published.Equal(at("2026-01-01T20:04:05Z")) || !e.Updated.Equal(e.Published) {
		t.Errorf("%+v\n%+v", d.Feed, e)
	}
	d = parse(t, `<CHANNEL HREF="https://c.example/"><TITLE>C</TITLE><ITEM HREF="/1" LASTMOD="2026-01-02"><TITLE>One</TITLE><ABSTRACT>Short</ABSTRACT></ITEM></CHANNEL>`,
		Options{URL: "https://c.example/x.cdf"})
	e = d.Items[0]
	if d.Feed.Format != FormatCDF || d.Feed.Title != "C" || e.Link != "https://c.example/1" || e.Summary != "Short" || !e.PublishedDay {
		t.Errorf("%+v\n%+v", d.Feed, e)
	}
}

const jsonFeed = `{"version":"https://jsonfeed.org/version/1.1","title":"J  Notes","home_page_url":"https://j.example/","feed_url":"https://j.example/feed.json",
"language":"ms","expired":true,"hubs":[{"type":"WebSub","url":"https://hub.example/j"}],"next_url":"/feed.json?page=2","authors":[{"name":"Desk"}],
"items":[
 {"id":"a","url":"/1","title":"1 < 2","content_html":"<p>Isi</p>","summary":"Ringkas","date_published":"2026-01-02T03:04:05+08:00","tags":["x","x"]},
 {"id":2,"external_url":"https://other.example/","content_text":"Line\none","date_modified":"2026-01-02","language":"en","author":{"name":"Old"}},
 {"id":"c","title":7,"url":"https://j.example/3"}
]}`

func TestJSONFeed(t *testing.T) {
	d := parse(t, "\uFEFF"+jsonFeed, Options{})
	f := d.Feed
	if f.Title != "J Notes" || f.Format != FormatJSON || f.Version != "1.1" || f.Hub != "https://hub.example/j" || !f.Complete ||
		f.Next != "https://j.example/feed.json?page=2" || f.Self != "https://j.example/feed.json" || f.Language != "ms" {
		t.Errorf("feed %+v", f)
	}
	compare(t, d.Items, []Entry{
		{GUID: "a", Link: "https://j.example/1", Title: "1 < 2", Summary: "Ringkas", Text: "Isi", HTML: "<p>Isi</p>", Authors: []string{"Desk"},
			Categories: []string{"x"}, Published: at("2026-01-01T19:04:05Z"), Language: "ms", key: "a", hasPublished: true},
		{GUID: "2", Link: "https://other.example/", Text: "Line\none", HTML: "Line<br>one", Authors: []string{"Old"},
			Published: at("2026-01-02T00:00:00Z"), PublishedDay: true, Updated: at("2026-01-02T00:00:00Z"), Language: "en",
			key: "2", hasPublished: true, hasUpdated: true},
		{GUID: "c", Link: "https://j.example/3", Authors: []string{"Desk"}, Language: "ms", key: "c"},
	})
	if codes := codesOf(d); codes != "2:field 2:empty" {
		t.Errorf("problems %s: %+v", codes, d.Problems)
	}
}

func TestBrokenJSON(t *testing.T) {
	cut := jsonFeed[:strings.Index(jsonFeed, `{"id":"c"`)+20]
	d := parse(t, cut, Options{})
	if len(d.Items) != 2 || codesOf(d) != "-1:truncated" {
		t.Errorf("cut: %d entries, %+v", len(d.Items), d.Problems)
	}
	d = parse(t, jsonFeed+" trailing", Options{MaxItems: 1})
	if len(d.Items) != 1 || codesOf(d) != "-1:malformed -1:limit" {
		t.Errorf("trailing: %d entries, %+v", len(d.Items), d.Problems)
	}
	d = parse(t, `{"version":"https://jsonfeed.org/version/1","title":5,"items":[[],null,{"id":"x"}]}`, Options{})
	if len(d.Items) != 3 || d.Items[2].GUID != "x" {
		t.Errorf("odd items: %+v", d.Items)
	}
}

func TestNotFeeds(t *testing.T) {
	for _, c := range []struct {
		body string
		err  error
		says string
	}{
		{"", ErrEmpty, ""},
		{" \n\t", ErrEmpty, ""},
		{"\xEF\xBB\xBF", ErrEmpty, ""},
		{"<!DOCTYPE html><html><body>404</body></html>", ErrNotFeed, "an HTML page"},
		{"<opml version='2.0'/>", ErrNotFeed, "an OPML list"},
		{"<urlset/>", ErrNotFeed, "a sitemap"},
		{"<soap/>", ErrNotFeed, "XML of another kind"},
		{"Not found", ErrNotFeed, "text without a feed element"},
		{`{"error":"gone"}`, ErrNotFeed, "JSON of another kind"},
		{`[1,2]`, ErrNotFeed, ""},
		{`{"items":`, ErrNotFeed, ""},
		{strings.Repeat(`{"a":`, 500), ErrNotFeed, "nested deeper"},
		{"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR", ErrNotFeed, ""},
	} {
		_, err := Parse([]byte(c.body), Options{})
		if !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%.40q: %v, want %v %s", c.body, err, c.err, c.says)
		}
	}
	if _, err := Parse(make([]byte, 11), Options{MaxBytes: 10}); !errors.Is(err, ErrTooBig) {
		t.Errorf("too big: %v", err)
	}
}

func compare(t *testing.T, got, want []Entry) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d entries, want %d", len(got), len(want))
	}
	for i := range want {
		if diff := difference(got[i], want[i]); diff != "" {
			t.Errorf("entry %d: %s", i, diff)
		}
	}
}
