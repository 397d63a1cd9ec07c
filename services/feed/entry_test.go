package feed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// difference names the fields in which two entries differ.
func difference(got, want Entry) string {
	var out []string
	g, w := reflect.ValueOf(got), reflect.ValueOf(want)
	for i := range g.NumField() {
		a, b := fmt.Sprintf("%#v", g.Field(i)), fmt.Sprintf("%#v", w.Field(i))
		if a != b {
			out = append(out, g.Type().Field(i).Name+": got "+a+", want "+b)
		}
	}
	return strings.Join(out, "\n  ")
}

// codesOf writes a document's problems as "index:code …".
func codesOf(d Document) string {
	var out []string
	for _, p := range d.Problems {
		out = append(out, fmt.Sprintf("%d:%s", p.Index, p.Code))
	}
	return strings.Join(out, " ")
}

func items(entries string) string {
	return "<rss version='2.0'><channel><title>T</title>\n" + entries + "</channel></rss>"
}

func TestProblems(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"none", items("<item><title>A</title><guid>https://a.example/1</guid></item>"), ""},
		{"unreadable date", items("<item><title>A</title><guid>g</guid><pubDate>soon</pubDate></item>"), "0:date"},
		{"year one", items("<item><title>A</title><guid>g</guid><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate></item>"), "0:date"},
		{"nothing in it", items("<item><guid>g</guid></item>"), "0:empty"},
		{"nameless", items("<item><title>A</title></item>"), "0:link"},
		{"one guid, two links", items("<item><title>A</title><guid isPermaLink='false'>g</guid><link>https://a.example/1</link></item><item><title>B</title><guid isPermaLink='false'>g</guid><link>https://a.example/2</link></item>"), "0:guid 1:guid"},
		{"listed twice", items("<item><title>A</title><guid>g</guid></item><item><title>A</title><guid>g</guid></item>"), ""},
		{"stops short", "<rss><channel><item><title>A</title><guid>g</guid>", "0:truncated"},
		{"mended", items("<item><title>A</title><guid>g</guid></b></item>"), "0:malformed"},
		{"charset", "<?xml version='1.0' encoding='klingon'?>" + items("<item><title>é</title><guid>g</guid></item>"), "-1:charset"},
		{"undecodable", items("<item><title>" + strings.Repeat("ไทย", 60) + "\xE0\xB8</title><guid>g</guid></item>"), "-1:charset"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := parse(t, c.body, Options{})
			if got := codesOf(d); got != c.want {
				t.Errorf("problems %q, want %q: %+v", got, c.want, d.Problems)
			}
		})
	}
	d := parse(t, items("\n\n<item><title>A</title><pubDate>soon</pubDate></item>"), Options{})
	if p := d.Problems[len(d.Problems)-1]; p.Where != "line 4" {
		t.Errorf("problem %+v, want line 4", p)
	}
}

func TestLimits(t *testing.T) {
	many := strings.Repeat("<item><title>A</title><guid isPermaLink='false'>g</guid></item>", 20)
	if d := parse(t, items(many), Options{MaxItems: 5}); len(d.Items) != 5 || codesOf(d) != "-1:limit" {
		t.Errorf("%d entries, problems %s", len(d.Items), codesOf(d))
	}
	deep := items(strings.Repeat("<x>", 500) + "<item><title>A</title></item>")
	if d := parse(t, deep, Options{}); !strings.Contains(codesOf(d), CodeLimit) {
		t.Errorf("problems %s", codesOf(d))
	}
	long := items("<item><guid>g</guid><title>" + strings.Repeat("ก", 5000) + "</title><description>" + strings.Repeat("ข้อความ ", 100) + "</description></item>")
	d := parse(t, long, Options{MaxText: 100})
	e := d.Items[0]
	if len(e.Text) > 100 || len(e.HTML) > 100 || !e.Truncated || len(e.Title) > maxTitle || !utf8.ValidString(e.Title+e.Text+e.HTML) || codesOf(d) != "0:truncated" {
		t.Errorf("title %d, text %d, HTML %d bytes, truncated %v, problems %s", len(e.Title), len(e.Text), len(e.HTML), e.Truncated, codesOf(d))
	}
}

func TestItem(t *testing.T) {
	source := kulkul.Source{ID: "desk", Language: "en", Handling: kulkul.Members}
	feedOf := kulkul.Feed{ID: "desk-news"}
	collected := time.Date(2026, 1, 6, 7, 8, 9, 0, time.FixedZone("", 7*3600))
	d := parse(t, rss20, Options{URL: "https://desk.example/feed.xml"})
	it := d.Items[0].Item(source, feedOf, collected)
	want := kulkul.Item{
		ID: kulkul.ItemID("desk", "desk-7"), Source: "desk", Feed: "desk-news", GUID: "desk-7",
		Link: "https://desk.example/2026/harbour?id=7", Title: "Harbour reopens", Summary: "The harbour reopened.",
		Text: "The harbour reopened.\n\nMap", Language: "en-GB", Authors: []string{"Ama Tan", "Nari Sok"},
		Categories: []string{"ports", "weather"}, Published: at("2026-01-05T01:30:00Z"), Updated: at("2026-01-06T00:00:00Z"),
		Collected: at("2026-01-06T00:08:09Z"), Entered: kulkul.DayOf(collected), Handling: kulkul.Members,
	}
	if !reflect.DeepEqual(it, want) {
		t.Errorf("got  %+v\nwant %+v", it, want)
	}
	if it := d.Items[1].Item(source, kulkul.Feed{Language: "km"}, collected); it.Language != "km" || !it.PublishedDay || it.Text != "" || it.Summary != "Fog again." {
		t.Errorf("second: %+v", it)
	}
	if it := (Entry{Title: "x", Published: at("0005-01-01T00:00:00Z"), PublishedDay: true}).Item(source, feedOf, collected); !it.Published.IsZero() || it.PublishedDay {
		t.Errorf("an impossible date stayed: %v", it.Published)
	}
}

func TestBodies(t *testing.T) {
	words := strings.Repeat("pelabuhan ", 1000)
	huge := strings.Repeat("ก", kulkul.MaxText)
	for _, c := range []struct {
		name          string
		summary, text string
		wantS, wantT  string
		cut           bool
	}{
		{"nothing", "", "", "", "", false},
		{"both", "s", "t", "s", "t", false},
		{"short summary for text", "s", "s", "s", "", false},
		{"text alone", "", "t", "", "t", false},
		{"long summary", words, words, strings.TrimSpace(words[:2040]) + "…", words, false},
		{"long summary beside a text", words, "t", words, "t", false},
		{"long text", "s", huge, "s", huge[:kulkul.MaxText/3*3], true},
	} {
		s, text, cut := bodies(c.summary, c.text)
		if s != c.wantS || text != c.wantT || cut != c.cut {
			t.Errorf("%s: %d %d bytes, cut %v; want %d %d, %v", c.name, len(s), len(text), cut, len(c.wantS), len(c.wantT), c.cut)
		}
	}
}

func TestNormalise(t *testing.T) {
	d := parse(t, items(`
<item><title>A</title><guid isPermaLink="false">1</guid><link>https://a.example/1</link></item>
<item><title>B</title><guid isPermaLink="false">1</guid><link>https://a.example/2</link></item>
<item><title>C</title><guid isPermaLink="false">2</guid></item>
<item><title>C, edited</title><guid isPermaLink="false">2</guid><dc:date>2026-01-02T00:00:00Z</dc:date></item>
<item><title>D</title><link>https://a.example/page#d</link></item>
<item><title>E</title><link>https://A.example/page?utm_medium=x#e</link></item>
<item><title>F</title><link>https://a.example/</link></item>
<item><title>G</title><link>https://a.example</link></item>
<item><title>H</title></item>
<item><title>H</title></item>`), Options{})
	list := d.Normalise(kulkul.Source{ID: "s"}, kulkul.Feed{}, at("2026-01-03T00:00:00Z"))
	var titles []string
	ids := map[string]bool{}
	for _, it := range list {
		titles = append(titles, it.Title)
		ids[it.ID] = true
	}
	if got := strings.Join(titles, "; "); got != "A; B; C, edited; D; E; F; G; H" || len(ids) != len(list) {
		t.Errorf("kept %s, %d ids", got, len(ids))
	}
	// The same document gives the same ids, whatever else it holds.
	again := parse(t, items(`<item><title>D, renamed</title><link>https://a.example/page?utm_source=y#d</link></item>`), Options{})
	if id := again.Normalise(kulkul.Source{ID: "s"}, kulkul.Feed{}, at("2026-01-04T00:00:00Z"))[0].ID; !ids[id] {
		t.Error("an entry without guid lost its identity with its title")
	}
}

// A guid that was once used for several things stays no identity alone when the
// others have left the document: nothing overwrites another's item.
func TestSharedGUIDsAcrossDocuments(t *testing.T) {
	entry := func(n string) string {
		return "<item><title>" + n + "</title><guid isPermaLink='false'>same</guid><link>https://a.example/" + n + "</link></item>"
	}
	var shared []string
	read := func(list ...string) map[string]string {
		d := parse(t, items(strings.Join(list, "")), Options{Shared: shared})
		shared = d.Shared
		ids := map[string]string{}
		for _, it := range d.Normalise(kulkul.Source{ID: "s"}, kulkul.Feed{}, at("2026-01-03T00:00:00Z")) {
			ids[it.Title] = it.ID
		}
		return ids
	}
	both := read(entry("one"), entry("two"))
	if len(both) != 2 || both["one"] == both["two"] || len(shared) != 1 {
		t.Fatalf("%v, shared %v", both, shared)
	}
	if alone := read(entry("three")); alone["three"] == both["one"] || alone["three"] == both["two"] || alone["three"] == kulkul.ItemID("s", "same") {
		t.Errorf("a third thing takes another's place: %v", alone)
	}
	if again := read(entry("two")); again["two"] != both["two"] || len(shared) != 1 {
		t.Errorf("%v after %v, shared %v", again, both, shared)
	}
	shared = nil
	if fresh := read(entry("one")); fresh["one"] != kulkul.ItemID("s", "same") || len(shared) != 0 {
		t.Errorf("a guid of one thing: %v, shared %v", fresh, shared)
	}
}

func TestEncode(t *testing.T) {
	var b bytes.Buffer
	if err := Encode(&b, parse(t, rss20, Options{})); err != nil {
		t.Fatal(err)
	}
	var out map[string]any
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	keys := func(v any) string {
		var list []string
		for k := range v.(map[string]any) {
			list = append(list, k)
		}
		sort.Strings(list)
		return strings.Join(list, " ")
	}
	list := out["items"].([]any)
	first, second := list[0].(map[string]any), list[1].(map[string]any)
	if keys(out) != "feed items problems" || keys(out["feed"]) != "format language link title" ||
		keys(first) != "authors id language link published summary text title updated" {
		t.Errorf("members: %s; %s; %s", keys(out), keys(out["feed"]), keys(first))
	}
	if first["published"] != "2026-01-05T01:30:00Z" || second["published"] != "2026-01-04T00:00:00Z" || second["updated"] != nil {
		t.Errorf("times: %v %v %v", first["published"], second["published"], second["updated"])
	}
	if first["id"] != "desk-7" || first["link"] != "/2026/harbour?utm_source=rss&id=7" {
		t.Errorf("id %v, link %v", first["id"], first["link"])
	}
	if list, ok := out["problems"].([]any); !ok || len(list) != 0 {
		t.Errorf("problems %v", out["problems"])
	}
	b.Reset()
	if err := Encode(&b, Document{}); err != nil || !strings.Contains(b.String(), `"items": []`) {
		t.Errorf("empty: %v %s", err, b.String())
	}
	b.Reset()
	if err := Encode(&b, parse(t, items("<item><pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate></item>"), Options{})); err != nil ||
		!strings.Contains(b.String(), `"published": "0001-01-01T00:00:00Z"`) {
		t.Errorf("the year 1 as the feed has it: %v %s", err, b.String())
	}
}
