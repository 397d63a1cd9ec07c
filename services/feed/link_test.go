package feed

import (
	"reflect"
	"testing"

	ext "github.com/mmcdole/gofeed/extensions"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"https://A.Example/Path?b=2&a=1":                           "https://a.example/Path?b=2&a=1",
		"HTTP://a.example:80/":                                     "http://a.example/",
		"https://a.example:443":                                    "https://a.example/",
		"https://a.example:8443/x":                                 "https://a.example:8443/x",
		"http://a.example:443/x":                                   "http://a.example:443/x",
		"https://a.example./x":                                     "https://a.example/x",
		"https://a.example/x#part":                                 "https://a.example/x",
		"https://a.example/x?":                                     "https://a.example/x",
		"https://a.example/x?utm_source=r&id=1&UTM_Campaign=q":     "https://a.example/x?id=1",
		"https://a.example/x?fbclid=1&gclid=2&mc_cid=3&_hsenc=4":   "https://a.example/x",
		"https://a.example/x?at_medium=RSS&at_campaign=desk&p=%20": "https://a.example/x?p=%20",
		"https://user:pw@a.example/x":                              "https://a.example/x",
		" https://a.example/x \n":                                  "https://a.example/x",
		"https://a.example/%E0%B8%81/ข":                            "https://a.example/%E0%B8%81/%E0%B8%82",
		"https://[2001:DB8::1]:443/":                               "https://[2001:db8::1]/",
		"/relative":                                                "/relative",
		"tag:a.example,2026:1":                                     "tag:a.example,2026:1",
		"mailto:a@a.example":                                       "mailto:a@a.example",
		"ftp://a.example/x#y":                                      "ftp://a.example/x#y",
		"https://a.example/%zz":                                    "https://a.example/%zz",
		"":                                                         "",
	} {
		got := Canonical(in)
		if got != want {
			t.Errorf("Canonical(%q) = %q, want %q", in, got, want)
		}
		if again := Canonical(got); again != got {
			t.Errorf("Canonical(%q) = %q, not stable", got, again)
		}
	}
}

func TestLanguage(t *testing.T) {
	for in, want := range map[string]string{
		"en": "en", "EN_gb": "en-GB", "zh-hant-tw": "zh-Hant-TW", "id-ID": "id-ID", " th ": "th", "fil": "fil", "es-419": "es-419",
		"": "", "english": "", "e": "", "en-": "", "en--gb": "", "e1": "", "en-verylongpart": "", "ไทย": "",
		"de-CH-1901": "de-CH-1901", "x": "",
	} {
		if got := Language(in); got != want {
			t.Errorf("Language(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDiscover(t *testing.T) {
	const page = `<!doctype html><html><head>
<link rel="stylesheet" href="a.css">
<link rel="alternate" type="application/rss+xml" title=" News &amp; notes " href="/feed.xml">
<LINK REL='Alternate Home' TYPE='application/atom+xml; charset=utf-8' HREF='atom'>
<link rel="alternate" type="application/json" href="api.json">
<link rel="alternate" type="application/feed+json" href="https://j.example/feed.json">
<link rel="alternate" type="text/html" hreflang="th" href="/th">
<link rel="alternate" type="application/rss+xml" href="">
</head><body>
<a href="/feed.xml">again</a> <a href="feed:https://b.example/rss">B</a> <a href="/?feed=rss2">C</a>
<a href="/about">no</a> <a href="news.rss" title="R">R</a> <a href="javascript:feed()">x</a> <a href="mailto:feed">y</a>
<!-- <a href="/hidden.rss"> -->`
	want := []Link{
		{URL: "https://a.example/feed.xml", Title: "News & notes", Type: "application/rss+xml", Declared: true},
		{URL: "https://a.example/d/atom", Type: "application/atom+xml", Declared: true},
		{URL: "https://j.example/feed.json", Type: "application/feed+json", Declared: true},
		{URL: "https://b.example/rss"},
		{URL: "https://a.example/?feed=rss2"},
		{URL: "https://a.example/d/news.rss", Title: "R"},
	}
	if got := Discover([]byte(page), "https://a.example/d/page"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v", got)
	}
	based := `<base href="https://c.example/x/"><link rel=alternate type=application/rss+xml href=f>`
	if got := Discover([]byte(based), "https://a.example/"); len(got) != 1 || got[0].URL != "https://c.example/x/f" {
		t.Errorf("with a base: %+v", got)
	}
	if got := Discover(nil, ""); len(got) != 0 {
		t.Errorf("nothing: %+v", got)
	}
}

func TestPerson(t *testing.T) {
	for in, want := range map[string]string{
		"jo@a.example (Jo Lee)":    "Jo Lee",
		"Jo Lee (jo@a.example)":    "Jo Lee",
		"Jo Lee <jo@a.example>":    "Jo Lee",
		`"Lee, Jo" <jo@a.example>`: "Lee, Jo",
		"jo@a.example":             "jo@a.example",
		"Jo Lee":                   "Jo Lee",
		"Jo Lee (Phnom Penh)":      "Jo Lee (Phnom Penh)",
		"":                         "",
	} {
		if got := person(in); got != want {
			t.Errorf("person(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	const head = `<rss xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#" xmlns:icbm="http://postneo.com/icbm/"><channel><item><title>x</title>`
	here := func(lat, lon float64) []Place { return []Place{{Lat: lat, Lon: lon, Located: true}} }
	for _, c := range []struct {
		in   string
		want []Place
	}{
		{`<georss:point>10.5 104.25</georss:point>`, here(10.5, 104.25)},
		{`<georss:point>10.5, 104.25</georss:point><georss:featureName>Pier</georss:featureName>`, []Place{{"Pier", 10.5, 104.25, true}}},
		{`<georss:featureName>Pier</georss:featureName>`, []Place{{Name: "Pier"}}},
		{`<georss:box>10 100 12 104</georss:box>`, here(11, 102)},
		{`<georss:circle>10 100 500</georss:circle>`, here(10, 100)},
		{`<georss:polygon>0 0 0 4 4 4 4 0</georss:polygon>`, here(2, 2)},
		{`<georss:where><gml:Point><gml:pos>1.5 103.5</gml:pos></gml:Point></georss:where>`, here(1.5, 103.5)},
		{`<geo:lat>-8.5</geo:lat><geo:long>115.2</geo:long>`, here(-8.5, 115.2)},
		{`<geo:Point><geo:lat>-8.5</geo:lat><geo:long>115.2</geo:long></geo:Point>`, here(-8.5, 115.2)},
		{`<icbm:latitude>5</icbm:latitude><icbm:longitude>6</icbm:longitude>`, here(5, 6)},
		{`<georss:point>95 10</georss:point>`, nil},
		{`<georss:point>NaN 10</georss:point>`, nil},
		{`<georss:point>ten twenty</georss:point>`, nil},
		{`<georss:point>10</georss:point>`, nil},
	} {
		got := parse(t, head+c.in+"</item></channel></rss>", Options{}).Items[0].Places
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: got %+v, want %+v", c.in, got, c.want)
		}
	}
	if got := gml(ext.Extension{}, 0); got != "" {
		t.Errorf("empty geometry: %q", got)
	}
}
