package feed

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func FuzzParse(f *testing.F) {
	for _, s := range []string{rss20, atom10, jsonFeed,
		items("<item><title>A</title><link>/x</link><media:group><media:content url='y'/></media:group></item>"),
		"<feed><entry><source><id>s</id><author><name>N</name></author></source><content type='image/png'>AA==</content></entry></feed>",
		"<CHANNEL HREF='x'><ITEM HREF='y' LASTMOD='2026-01-01'/></CHANNEL>", `{"version":"https://jsonfeed.org/version/1","items":[{"id":1.5e3,"url":"//x"}]}`,
		"\xFF\xFE<\x00r\x00s\x00s\x00>\x00", "<rss><channel><item><georss:point>1 2</georss:point><guid/><pubDate>1</pubDate></item>"} {
		f.Add([]byte(s), "text/xml")
	}
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		opts := Options{URL: "https://a.example/f", ContentType: contentType, MaxItems: 50, MaxDepth: 30, MaxText: 2000}
		d, err := Parse(body, opts)
		if err != nil {
			return
		}
		if len(d.Items) > opts.MaxItems {
			t.Errorf("%d entries", len(d.Items))
		}
		var b bytes.Buffer
		if err := Encode(&b, d); err != nil || !json.Valid(b.Bytes()) {
			t.Errorf("cannot be written: %v", err)
		}
		for _, e := range d.Items {
			if len(e.Text) > opts.MaxText || len(e.Title) > maxTitle || len(e.Link) > maxLink {
				t.Errorf("too long: text %d, title %d, link %d bytes", len(e.Text), len(e.Title), len(e.Link))
			}
			for _, s := range append([]string{e.Title, e.Summary, e.Text, e.HTML, e.Link, e.GUID, e.Language}, append(e.Authors, e.Categories...)...) {
				if !utf8.ValidString(s) {
					t.Errorf("not UTF-8: %q", s)
				}
			}
		}
		seen := map[string]bool{}
		for _, it := range d.Normalise(kulkul.Source{ID: "s"}, kulkul.Feed{ID: "f"}, time.Unix(0, 0)) {
			if seen[it.ID] {
				t.Errorf("two items under %s", it.ID)
			}
			seen[it.ID] = true
		}
		again, err := Parse(body, opts)
		if err != nil || len(again.Items) != len(d.Items) {
			t.Errorf("a second reading differs: %v", err)
		}
	})
}

func FuzzDiscover(f *testing.F) {
	f.Add([]byte("<link rel=alternate type=application/rss+xml href=/x><a href='feed:y'>"), "https://a.example/")
	f.Fuzz(func(t *testing.T, page []byte, base string) {
		if n := len(Discover(page, base)); n > maxDiscovered {
			t.Errorf("%d links", n)
		}
		c := Canonical(base)
		if again := Canonical(c); again != c {
			t.Errorf("Canonical(%q) = %q, then %q", base, c, again)
		}
	})
}
