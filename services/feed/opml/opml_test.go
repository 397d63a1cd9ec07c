package opml

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

var written = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sources is a list with every setting in use.
func sources() []kulkul.Source {
	return []kulkul.Source{
		{ID: "tide-desk", Name: `Tide & "Harbour" Desk`, Owner: "Desk House", Country: "KH", Track: kulkul.Track2, Language: "km",
			Reliability: "B", Homepage: "https://desk.example/?a=1&b=2", Handling: kulkul.Members, Since: written,
			Quarantine: true, Disabled: true, Feeds: []kulkul.Feed{
				{ID: "tide-desk-news", URL: "https://desk.example/feed.xml?x=1&y=2", Schedule: "*/20 * * * *", Language: "en",
					Unconditional: true, Unconfirmed: true, Disabled: true},
				{ID: "tide-desk-push"},
			}},
		{ID: "bare", Name: "Bare", Owner: "Bare", Track: kulkul.TrackMedia, Reliability: "F"},
	}
}

func TestRoundTrip(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, List{Title: "Sources <1>", Sources: sources()}, written); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "<dateCreated>Fri, 02 Jan 2026 03:04:05 +0000</dateCreated>") {
		t.Errorf("no date in %s", b.String())
	}
	got, err := Read(b.Bytes())
	if err != nil || len(got.Faults) > 0 || got.Title != "Sources <1>" {
		t.Fatalf("title %q, faults %+v, %v", got.Title, got.Faults, err)
	}
	if !reflect.DeepEqual(got.Sources, sources()) {
		t.Errorf("got  %+v\nwant %+v", got.Sources, sources())
	}
}

func TestReadForeign(t *testing.T) {
	const list = `<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1"><head><title>My feeds</title></head><body>
<outline text="Asia">
  <outline text="Strait Notes" type="rss" xmlUrl="https://strait.example/rss" htmlUrl="https://strait.example/" language="en"/>
  <outline title="Strait Notes" xmlUrl="https://strait.example/atom"/>
  <outline text="Caf` + "\xe9" + ` du Port" xmlurl="feed://cafe.example/rss"/>
  <outline text="ข่าวท่าเรือ" xmlUrl="https://www.port.example/feed"/>
  <outline text="Again" xmlUrl="https://strait.example/rss"/>
  <outline text="Secret" xmlUrl="https://u:p@secret.example/rss"/>
  <outline text="File" xmlUrl="file:///etc/passwd"/>
  <outline text="Empty folder"/>
</outline>
</body></opml>`
	got, err := Read([]byte(list))
	if err != nil {
		t.Fatal(err)
	}
	var ids, urls []string
	for _, s := range got.Sources {
		ids = append(ids, s.ID+"/"+s.Feeds[0].ID)
		urls = append(urls, s.Feeds[0].URL)
		if s.Track != kulkul.TrackMedia || s.Reliability != "F" || s.Owner == "" || !s.Feeds[0].Unconfirmed || s.Feeds[0].Schedule == "" {
			t.Errorf("source %+v", s)
		}
	}
	if want := "strait-notes/strait-notes strait-notes-2/strait-notes-2 caf-du-port/caf-du-port port-example/port-example secret/secret"; strings.Join(ids, " ") != want {
		t.Errorf("ids %v", ids)
	}
	if want := "https://strait.example/rss https://strait.example/atom http://cafe.example/rss https://www.port.example/feed https://secret.example/rss"; strings.Join(urls, " ") != want {
		t.Errorf("addresses %v", urls)
	}
	if got.Sources[2].Name != "Café du Port" || got.Sources[0].Homepage != "https://strait.example/" {
		t.Errorf("names %+v", got.Sources)
	}
	var reasons []string
	for _, f := range got.Faults {
		reasons = append(reasons, f.Title+": "+f.Reason)
	}
	if len(reasons) != 3 || !strings.Contains(reasons[0], "listed twice") || !strings.Contains(reasons[1], "user in the address") ||
		!strings.Contains(reasons[2], "not an http") || got.Faults[2].Line != 10 {
		t.Errorf("faults %+v", got.Faults)
	}
}

func TestReadSettings(t *testing.T) {
	outline := func(attrs string) string {
		return `<opml xmlns:kulkul="` + Namespace + `"><body><outline text="A" ` + attrs + `><outline xmlUrl="https://a.example/f" kulkul:feed="a-f"/></outline></body></opml>`
	}
	for _, c := range []struct {
		name, in string
		sources  int
		fault    string
	}{
		{"good", outline(`kulkul:source="a" kulkul:track="1.5" kulkul:reliability="A"`), 1, ""},
		{"bad id", outline(`kulkul:source="A b" kulkul:track="1" kulkul:reliability="A"`), 1, "may only have"}, // its feed stands alone
		{"bad track", outline(`kulkul:source="a" kulkul:track="3" kulkul:reliability="A"`), 1, "unknown track"},
		{"bad grade", outline(`kulkul:source="a" kulkul:track="1" kulkul:reliability="Z"`), 1, "unknown reliability"},
		{"unknown setting", outline(`kulkul:source="a" kulkul:track="1" kulkul:reliability="A" kulkul:shedule="@daily"`), 1, "unknown setting kulkul:shedule"},
		{"bad flag", outline(`kulkul:source="a" kulkul:track="1" kulkul:reliability="A" kulkul:disabled="yes"`), 1, "neither true nor false"},
		{"bad day", outline(`kulkul:source="a" kulkul:track="1" kulkul:reliability="A" kulkul:since="May"`), 1, "is no time"},
		{"bad handling", outline(`kulkul:source="a" kulkul:track="1" kulkul:reliability="A" kulkul:handling="x"`), 1, "unknown handling"},
	} {
		got, err := Read([]byte(c.in))
		if err != nil || len(got.Sources) != c.sources {
			t.Errorf("%s: %+v, %v", c.name, got, err)
			continue
		}
		if c.fault == "" && len(got.Faults) > 0 || c.fault != "" && (len(got.Faults) == 0 || !strings.Contains(got.Faults[0].Reason, c.fault)) {
			t.Errorf("%s: faults %+v", c.name, got.Faults)
		}
	}
	twice := `<opml><body><outline kulkul:source="a" text="A" kulkul:track="1" kulkul:reliability="A"><outline kulkul:feed="f" xmlUrl="https://a.example/1"/><outline kulkul:feed="f" xmlUrl="https://a.example/2"/></outline><outline kulkul:source="a" text="B"/></body></opml>`
	got, err := Read([]byte(twice))
	if err != nil || len(got.Sources) != 1 || len(got.Sources[0].Feeds) != 1 || len(got.Faults) != 2 {
		t.Errorf("repeated ids: %+v, %v", got, err)
	}
}

func TestMerge(t *testing.T) {
	have := sources()
	edited := sources()[1]
	edited.Name = "Bare, renamed"
	l := List{Sources: []kulkul.Source{sources()[0], edited, {ID: "fresh", Name: "Fresh", Owner: "fresh"}}}
	m := Merge(have, l)
	if len(m.Sources) != 3 || strings.Join(m.Added, " ") != "fresh" || strings.Join(m.Changed, " ") != "bare" || strings.Join(m.Same, " ") != "tide-desk" ||
		m.Sources[1].Name != "Bare, renamed" || have[1].Name != "Bare" {
		t.Errorf("%+v", m)
	}
	foreign, err := Read([]byte(`<opml><body><outline text="Bare" xmlUrl="https://bare.example/f"/><outline text="Tide" xmlUrl="https://desk.example/feed.xml?x=1&amp;y=2&amp;utm_source=z"/>
		<outline text="Tide desk news" xmlUrl="https://news.example/f"/></body></opml>`))
	if err != nil {
		t.Fatal(err)
	}
	m = Merge(have, foreign)
	if strings.Join(m.Added, " ") != "bare-2 tide-desk-news" || len(m.Changed) > 0 || m.Sources[0].Name != have[0].Name ||
		m.Sources[2].Owner != "bare-2" || m.Sources[3].Feeds[0].ID != "tide-desk-news-2" {
		t.Errorf("foreign: %+v", m)
	}
	if again := Merge(m.Sources, foreign); len(again.Added)+len(again.Changed) > 0 || len(again.Known) < 2 {
		t.Errorf("again: %+v", again)
	}
}

func TestReadBroken(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     error
	}{
		{"empty", "", ErrNotOPML},
		{"a feed", "<rss><channel/></rss>", ErrNotOPML},
		{"a page", "<html><body>x</body></html>", ErrNotOPML},
		{"text", "hello", ErrNotOPML},
		{"deep", "<opml><body>" + strings.Repeat("<outline>", 100), ErrLimit},
		{"wide", "<opml><body>" + strings.Repeat("<outline/>", maxOutlines+1), ErrLimit},
		{"long", strings.Repeat(" ", maxBytes+1), ErrLimit},
	} {
		if _, err := Read([]byte(c.in)); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	got, err := Read([]byte(`<opml><body><outline text="A & B" xmlUrl="https://a.example/f?x=1&y=2"/><outline text="cut" xmlUrl="https://b.exam`))
	if err != nil || len(got.Sources) != 1 || got.Sources[0].Name != "A & B" || len(got.Faults) != 1 {
		t.Errorf("cut: %+v, %v", got, err)
	}
}

func TestSlug(t *testing.T) {
	for in, want := range map[string]string{
		"Strait Notes": "strait-notes", "  --A--b  ": "a-b", "ข่าว": "", "A" + strings.Repeat("b", 100): "a" + strings.Repeat("b", 45),
		"x.y/z": "x-y-z",
	} {
		if got := slug(in); got != want || got != "" && !kulkul.ValidID(got) {
			t.Errorf("slug(%q) = %q, want %q", in, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	var b bytes.Buffer
	if err := Write(&b, List{Title: "T", Sources: sources()}, written); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte(`<opml><body><outline text="A"><outline text="x" xmlUrl="https://a.example/f"/></outline></body></opml>`))
	f.Add([]byte(`<opml><body><outline kulkul:source="a"/><outline xmlurl="feed:x"/>&amp;<outline`))
	f.Fuzz(func(t *testing.T, body []byte) {
		first, err := Read(body)
		if err != nil {
			return
		}
		ids := map[string]bool{}
		for _, s := range first.Sources {
			if !kulkul.ValidID(s.ID) || ids["s"+s.ID] || !s.Track.Valid() || !s.Reliability.Valid() {
				t.Errorf("source %+v", s)
			}
			ids["s"+s.ID] = true
			for _, fd := range s.Feeds {
				if !kulkul.ValidID(fd.ID) || ids["f"+fd.ID] {
					t.Errorf("feed %+v", fd)
				}
				ids["f"+fd.ID] = true
			}
		}
		var b bytes.Buffer
		if err := Write(&b, first, written); err != nil {
			t.Fatal(err)
		}
		again, err := Read(b.Bytes())
		if err != nil || len(again.Sources) != len(first.Sources) {
			t.Fatalf("%q reads back as %+v, %v", b.String(), again, err)
		}
		for i := range first.Sources {
			if len(again.Sources[i].Feeds) != len(first.Sources[i].Feeds) || again.Sources[i].ID != first.Sources[i].ID {
				t.Errorf("%+v reads back as %+v", first.Sources[i], again.Sources[i])
			}
		}
	})
}
