package view

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

func TestCut(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		spans []Span
		want  []Segment
	}{
		"nothing":      {"", []Span{{0, 1, "a"}}, nil},
		"plain":        {"abc", nil, []Segment{{"abc", ""}}},
		"one":          {"abcdef", []Span{{2, 4, "a"}}, []Segment{{"ab", ""}, {"cd", "a"}, {"ef", ""}}},
		"all":          {"abc", []Span{{0, 3, "a"}}, []Segment{{"abc", "a"}}},
		"overlap":      {"abcdef", []Span{{0, 4, "a"}, {2, 6, "b"}}, []Segment{{"ab", "a"}, {"cd", "a, b"}, {"ef", "b"}}},
		"same twice":   {"abcdef", []Span{{1, 3, "a"}, {1, 3, "a"}, {3, 5, "a"}}, []Segment{{"a", ""}, {"bcde", "a"}, {"f", ""}}},
		"broken":       {"abc", []Span{{-1, 2, "a"}, {2, 9, "a"}, {2, 1, "a"}, {1, 1, "a"}}, []Segment{{"abc", ""}}},
		"in character": {"đảo", []Span{{1, 2, "a"}}, []Segment{{"đảo", ""}}},
		"characters":   {"đảo", []Span{{2, 5, "a"}}, []Segment{{"đ", ""}, {"ả", "a"}, {"o", ""}}},
	} {
		if got := Cut(c.text, c.spans); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// Whatever the spans, cutting loses and adds nothing, and cuts no character.
func FuzzCut(f *testing.F) {
	f.Add("Đảo Sơn Ca – reef", 2, 5, 4, 9, 6)
	f.Add("", 0, 0, 0, 0, 0)
	f.Fuzz(func(t *testing.T, text string, a, b, c, d, n int) {
		segments := Cut(text, []Span{{a, b, "x"}, {c, d, "y"}})
		if join(segments) != text {
			t.Fatalf("%q became %q", text, join(segments))
		}
		if !utf8.ValidString(text) || n < 0 || n > 1000 {
			return
		}
		short := join(shorten(segments, n))
		if !utf8.ValidString(short) || len(short) > len(text)+8 {
			t.Fatalf("%q was shortened to %q", text, short)
		}
	})
}

func join(segments []Segment) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return b.String()
}

func TestShortenKeepsEvidence(t *testing.T) {
	text := strings.Repeat("word ", 100) + "evidence" + strings.Repeat(" word", 100)
	got := shorten(Cut(text, []Span{{500, 508, "a"}}), 100)
	if !slices.Contains(got, Segment{"evidence", "a"}) || got[0].Text != "… " || got[len(got)-1].Text != " …" || len(join(got)) > 120 {
		t.Errorf("%v", got)
	}
	if early := shorten(Cut(text, []Span{{0, 4, "a"}}), 100); early[0] != (Segment{"word", "a"}) {
		t.Errorf("%v", early)
	}
}

func TestArrange(t *testing.T) {
	p := kulkul.Pair{Flashpoint: "kashmir", Area: "terrorism"}
	counts := []store.DayCount{
		{Pair: p, Day: 99, Count: kulkul.Count{Stories: 9}}, {Pair: p, Day: 100, Count: kulkul.Count{Stories: 2, Owners: 1}},
		{Pair: p, Day: 141, Count: kulkul.Count{Stories: 3, Owners: 3}}, {Pair: p, Day: 142, Count: kulkul.Count{Stories: 9}},
	}
	s := arrange(counts, 100, 42)[p]
	if s.Stories[0] != 2 || s.Stories[41] != 3 || sum(s.Stories) != 5 || s.Week != 3 || s.Usual != 0.4 || s.Last != 141 || s.Owners[41] != 3 {
		t.Errorf("%+v", s)
	}
}

func TestTrend(t *testing.T) {
	for name, c := range map[string]struct {
		before, now int // stories a day
		want        Trend
	}{"same": {1, 1, Steady}, "up": {1, 3, Rising}, "down": {2, 0, Falling}, "none": {0, 0, Steady}, "from nothing": {0, 1, Rising}} {
		s := newSeries(kulkul.Pair{}, 0, window)
		for i := range s.Stories {
			s.Stories[i] = c.before
			if i >= window-week {
				s.Stories[i] = c.now
			}
		}
		if s.judge(); s.Trend != c.want {
			t.Errorf("%s: %s, want %s", name, s.Trend, c.want)
		}
	}
	short := newSeries(kulkul.Pair{}, 0, 5)
	short.Stories[4] = 9
	if short.judge(); short.Trend != Steady || short.Week != 9 {
		t.Errorf("a series shorter than two weeks: %+v", short)
	}
}

func TestAliases(t *testing.T) {
	a := Aliases{"a": "b", "b": "c", "x": "y", "y": "x"}
	for story, want := range map[string]string{"a": "c", "b": "c", "c": "c", "z": "z"} {
		if got := a.Resolve(story); got != want {
			t.Errorf("%s reads as %s, want %s", story, got, want)
		}
	}
	a.Resolve("x") // a circle ends
}

func TestGroup(t *testing.T) {
	at := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	item := func(story, owner, country string, hours int) Listed {
		return Listed{Tagged: kulkul.Tagged{Story: story, Owner: owner, Country: country,
			Item: kulkul.Item{Title: owner, Collected: at.Add(100 * time.Hour), Published: at.Add(time.Duration(hours) * time.Hour)}}}
	}
	stories := group([]Listed{
		item("lone", "x", "XX", 50), item("b", "two", "SG", 9), item("a", "one", "ID", 3), item("a", "one", "ID", 5), item("b", "three", "", 20),
	}, Aliases{"b": "a"})
	if len(stories) != 2 || stories[0].ID != "a" || stories[0].Title != "one" || len(stories[0].Items) != 4 ||
		!slices.Equal(stories[0].Owners, []string{"one", "two", "three"}) || !slices.Equal(stories[0].Countries, []string{"ID", "SG"}) {
		t.Errorf("%+v", stories)
	}
}

func TestWeigh(t *testing.T) {
	say := func(by, opinion, country string, party bool) kulkul.Review {
		return kulkul.Review{By: by, Assessment: &kulkul.Assessment{Opinion: opinion, Country: country, AsParty: party}}
	}
	got := weigh([]kulkul.Review{say("a", "doubt", "NZ", false), {By: "c"}, say("a", "concur", "NZ", false), say("b", "concur", "SG", false), say("d", "doubt", "VN", true)})
	if !slices.Equal(got.Voices, []Voice{{Country: "NZ", Doubt: 1}, {Country: "SG", Concur: 1}}) {
		t.Errorf("voices %+v", got.Voices)
	}
	if got.Concur != 1 || got.Doubt != 1 || got.Parties != 1 || !slices.Equal(got.Countries, []string{"NZ", "SG"}) {
		t.Errorf("%+v", got)
	}
}

func TestWorst(t *testing.T) {
	got := worst([]kulkul.Health{{Source: "a", State: "ok"}, {Source: "a", Feed: "f", State: "failing"}, {Source: "a", Feed: "g", State: "silent"}, {Source: "b", State: "paused"}, {Source: "b", State: "ok"}})
	if got["a"].State != "failing" || got["b"].State != "ok" {
		t.Errorf("%v", got)
	}
}

func TestStages(t *testing.T) {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	old, fresh := now.Add(-time.Hour), now.Add(-time.Minute)
	for name, c := range map[string]struct {
		s    bus.StreamState
		d    bus.DurableState
		want string
	}{
		"idle":           {bus.StreamState{Last: old}, bus.DurableState{Acked: old}, "ok"},
		"busy":           {bus.StreamState{Last: fresh}, bus.DurableState{Waiting: 10, Out: 5, Acked: fresh}, "ok"},
		"just came":      {bus.StreamState{Last: fresh}, bus.DurableState{Waiting: 1, Acked: old}, "ok"},
		"stalled":        {bus.StreamState{Last: old}, bus.DurableState{Waiting: 1, Acked: old}, "stalled"},
		"held":           {bus.StreamState{Last: old}, bus.DurableState{Out: 3}, "stalled"},
		"far behind":     {bus.StreamState{Last: fresh}, bus.DurableState{Waiting: farBehind + 1, Acked: fresh}, "behind"},
		"never anything": {bus.StreamState{}, bus.DurableState{}, "ok"},
	} {
		if got := judge("x", c.s, c.d, now); got.State != c.want || got.Text == "" {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

func TestSharedLoadsOnce(t *testing.T) {
	var s shared[int]
	loads, now := 0, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	load := func(context.Context) (int, error) { loads++; return loads, nil }
	for _, c := range []struct {
		after time.Duration
		want  int
	}{{0, 1}, {time.Second, 1}, {5 * time.Second, 2}, {-time.Minute, 3}} {
		if v, err := s.get(t.Context(), now.Add(c.after), 5*time.Second, load); v != c.want || err != nil {
			t.Errorf("after %s: %d, %v; want %d", c.after, v, err, c.want)
		}
	}
	broken := errors.New("broken")
	if _, err := s.get(t.Context(), now.Add(time.Hour), time.Second, func(context.Context) (int, error) { return 0, broken }); !errors.Is(err, broken) {
		t.Errorf("%v", err)
	}
	if v, _ := s.get(t.Context(), now.Add(time.Hour), time.Second, load); v != 4 {
		t.Errorf("after an error: %d", v)
	}
}

func TestNames(t *testing.T) {
	for id, want := range map[string]string{"south-china-sea": "South China Sea", "movement-of-peoples": "Movement of Peoples", "": "", "a--b": "A  B"} {
		if got := (PlainNames{}).Name(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
	for _, a := range kulkul.Areas() {
		if Short(a) == a && a != "terrorism" {
			t.Errorf("%s has no short name", a)
		}
	}
	if Short("x") != "x" {
		t.Error("an unknown area has lost its id")
	}
}
