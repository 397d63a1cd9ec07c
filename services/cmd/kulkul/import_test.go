package main

import (
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

func TestIDOf(t *testing.T) {
	for name, want := range map[string]string{"The Invented Gazette": "the-invented-gazette", "A & B (Asia)": "a-b-asia", "x": "x"} {
		if got := idOf(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	seen := map[string]string{}
	for _, name := range []string{"海洋观察", "海洋评论", "Đất Việt", "Dat Viet", strings.Repeat("long ", 30) + "one", strings.Repeat("long ", 30) + "two", "--", "&"} {
		id := idOf(name)
		if !kulkul.ValidID(id) || strings.HasPrefix(id, "-") {
			t.Errorf("%q: %q is no id", name, id)
		}
		if other, twice := seen[id]; twice {
			t.Errorf("%q and %q share %s", name, other, id)
		}
		seen[id] = name
	}
}

func TestHistorian(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s, err := config.NewSnapshot(1, map[string][]byte{config.SourcesFile: []byte(
		"sources:\n  - {id: bukit, name: The Bukit Institute, owner: bukit, track: \"2\", reliability: B, handling: members}\n")})
	if err != nil {
		t.Fatal(err)
	}
	h := newHistorian(s, now)
	i, err := h.item(textLine{ID: "1", Title: "T", Source: "bukit institute; Another", Published: "2020-05-06"})
	if err != nil {
		t.Fatal(err)
	}
	if i.Source != "bukit" || i.Handling != kulkul.Members || !i.Retrospective || i.Entered.String() != "2020-05-06" || !i.PublishedDay || !i.Collected.Equal(now) {
		t.Errorf("item %+v", i)
	}
	for _, c := range []struct {
		line textLine
		want string
	}{
		{textLine{ID: "1", Title: "T", Source: "bukit"}, "no date"},
		{textLine{ID: "1", Title: "T", Source: "bukit", Published: "soon"}, "want RFC 3339"},
		{textLine{ID: "1", Title: "T", Source: "bukit", Published: "2026-03-02"}, "future"},
		{textLine{ID: "1", Title: "T", Source: "bukit", Published: "0020-03-02"}, "nobody can mean"},
		{textLine{ID: "1", Title: "T", Source: " ; x", Published: "2020-03-02"}, "no source"},
		{textLine{ID: "1", Title: " ", Source: "bukit", Published: "2020-03-02"}, "neither title nor text"},
		{textLine{Title: "T", Source: "bukit", Published: "2020-03-02"}, "neither id nor link"},
	} {
		if _, err := h.item(c.line); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.line, err, c.want)
		}
	}
}

func TestLongLinesAreFaultsOfTheirOwn(t *testing.T) {
	text := "one\n\n" + strings.Repeat("x", maxLine+1) + "\nthree"
	var got []string
	err := eachRawLine(strings.NewReader(text), func(n int, line []byte, fault error) error {
		if fault != nil {
			line = []byte("too long")
		}
		got = append(got, string(line)+string(rune('0'+n)))
		return nil
	})
	if want := "one1 too long3 three4"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("got %v, error %v, want %s", got, err, want)
	}
}
