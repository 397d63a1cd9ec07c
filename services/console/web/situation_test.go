package web

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// drawn executes a part of the situation page.
func drawn(t *testing.T, part string, data any) string {
	t.Helper()
	now := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	p, err := New(Deps{View: &view.Reader{}, Asset: func(string) string { return "" }, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := p.pages["situation"].ExecuteTemplate(&b, part, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestThreeKindsOfQuietLookUnlike: calm, silent sources and a degraded system
// differ in word, in class and, for the last, in shape; none looks like a level.
func TestThreeKindsOfQuietLookUnlike(t *testing.T) {
	words, marks := map[string]bool{}, map[string]bool{}
	for _, quiet := range []view.Quiet{view.Calm, view.Silenced, view.Degraded} {
		words[drawn(t, "quiet", quiet)] = true
		svg := drawn(t, "map", mapBody{Width: 10, Height: 10, Marks: []mapMark{{Row: view.Row{Flashpoint: "papua", Name: "Papua", Quiet: quiet}}}})
		shape := regexp.MustCompile(`<(circle|rect) class="dot"`).FindStringSubmatch(svg)
		if shape == nil || (shape[1] == "rect") != (quiet == view.Degraded) || strings.Contains(svg, "halo") {
			t.Errorf("%s is drawn as %q", quiet, shape)
		}
		marks[regexp.MustCompile(`q-\w+`).FindString(svg)] = true
	}
	if len(words) != 3 || len(marks) != 3 {
		t.Errorf("%d words and %d marks for three kinds of quiet", len(words), len(marks))
	}
}

// TestAMarkSaysWhatItStandsFor: level, all names, counts, trend and how fresh,
// for those who point at it and for those who do not see it.
func TestAMarkSaysWhatItStandsFor(t *testing.T) {
	last := kulkul.DayOf(time.Date(2026, 11, 17, 0, 0, 0, 0, time.UTC))
	mark := mapMark{X: 5, Y: 5, Others: []string{"West Sea", "Mare Occidentale"}, Row: view.Row{Flashpoint: "papua", Name: "East Sea", Level: kulkul.High,
		Total: view.Cell{Series: &view.Series{Week: 9, Usual: 2.5, Trend: view.Rising, Last: last}}}}
	svg := drawn(t, "map", mapBody{Width: 10, Height: 10, Land: "M0 0", Marks: []mapMark{mark}})
	for _, want := range []string{`aria-label="East Sea ▲ 3 d ago: high"`, "<title>East Sea · West Sea · Mare Occidentale: high, 9 stories in 7 days, usually 2.5, rising; last story 3 d ago</title>",
		`<tspan class="fresh"`, "▲ 3 d ago", `class="halo"`, "l-high"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the map lacks %q:\n%s", want, svg)
		}
	}
	if n := strings.Count(svg, "<path"); n != 1 {
		t.Errorf("%d outlines on the map, want the land alone", n)
	}
}

// TestFlashpointsAreCountedByLevel: the first line says how bad it is.
func TestFlashpointsAreCountedByLevel(t *testing.T) {
	rows := []view.Row{{Level: kulkul.Watch}, {Level: kulkul.Critical}, {Level: kulkul.Watch}, {}}
	got := byLevel(rows)
	if len(got) != 2 || got[0] != (levelCount{kulkul.Critical, 1}) || got[1] != (levelCount{kulkul.Watch, 2}) {
		t.Errorf("%+v", got)
	}
}
