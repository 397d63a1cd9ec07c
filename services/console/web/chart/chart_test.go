package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// wellFormed fails the test where the drawing is no XML, and counts elements
// by class.
func wellFormed(t *testing.T, svg string) map[string]int {
	t.Helper()
	classes := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return classes
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		if e, ok := token.(xml.StartElement); ok {
			for _, a := range e.Attr {
				if a.Name.Local == "style" {
					t.Errorf("style attribute in %s: the content policy refuses it", svg)
				}
				if a.Name.Local == "class" {
					for _, c := range strings.Fields(a.Value) {
						classes[c]++
					}
				}
			}
		}
	}
}

func TestSpark(t *testing.T) {
	quiet := make([]int, 42)
	busy := make([]int, 42)
	for i := range busy {
		busy[i] = i % 5
	}
	for name, c := range map[string]struct {
		counts []int
		usual  float64
		want   map[string]int
	}{
		"nothing":    {quiet, 0, map[string]int{"before": 0, "now": 0, "usual": 0}},
		"busy":       {busy, 14, map[string]int{"before": 1, "now": 1, "usual": 1}},
		"short":      {[]int{1, 2}, 0, map[string]int{"before": 0, "now": 1}},
		"none":       {nil, 3, map[string]int{"now": 0, "usual": 1}},
		"only today": {append(make([]int, 41), 1), 0, map[string]int{"before": 0, "now": 1}},
	} {
		svg := string(Spark(c.counts, c.usual, `a "label" <b>`))
		got := wellFormed(t, svg)
		for class, n := range c.want {
			if got[class] != n {
				t.Errorf("%s: %d of %s, want %d: %s", name, got[class], class, n, svg)
			}
		}
	}
	if svg := Spark(busy, 14, ""); len(svg) > 900 {
		t.Errorf("a sparkline of %d bytes; a page has two hundred", len(svg))
	}
}

func TestDaily(t *testing.T) {
	from, err := kulkul.ParseDay("2026-01-01")
	if err != nil {
		t.Fatal(err)
	}
	d := Daily{
		From: from, Stories: []int{0, 3, 9, 1, 0}, Owners: []int{0, 2, 5, 1, 0}, Expected: 2, Bound: 6, Label: "stories",
		Bands: []Band{{From: from + 2, To: from + 3, Level: kulkul.High, Text: "episode <1>"}, {From: from + 20, To: from + 30}},
	}
	got := wellFormed(t, string(d.SVG()))
	for class, n := range map[string]int{"day": 3, "over": 1, "band": 1, "l-high": 1, "expected": 2, "bound": 2} {
		if got[class] != n {
			t.Errorf("%d of %s, want %d", got[class], class, n)
		}
	}
	if !strings.Contains(string(d.SVG()), "Sat 3 Jan 2026: 9 stories of 5 publishers") {
		t.Error("a bar does not say its day and figures")
	}
	wellFormed(t, string(Daily{}.SVG()))
}

// What a day is held against is drawn day by day, with gaps where nothing is
// known, and said of every bar.
func TestDailyCourse(t *testing.T) {
	from, err := kulkul.ParseDay("2026-01-01")
	if err != nil {
		t.Fatal(err)
	}
	d := Daily{From: from, Stories: []int{1, 0, 6, 0, 2}, Usual: []float64{0, 1.2, 1.2, 0, 2}, AlarmFrom: []int{0, 0, 5, 5, 12}, Alarms: []kulkul.Day{from + 2}}
	svg := string(d.SVG())
	got := wellFormed(t, svg)
	for class, n := range map[string]int{"day": 3, "over": 1, "alarm": 1, "expected": 1, "bound": 1} {
		if got[class] != n {
			t.Errorf("%d of %s, want %d: %s", got[class], class, n, svg)
		}
	}
	if !strings.Contains(svg, "6 stories, 1.2 expected, alarm from 5") {
		t.Error("a bar does not say what it is held against")
	}
	if ceiling(d) != 15 {
		t.Errorf("the scale ends at %g, below the line", ceiling(d))
	}
}

func TestCeiling(t *testing.T) {
	for _, c := range []struct {
		most  int
		bound float64
		want  float64
	}{{0, 0, 4}, {4, 0, 4}, {6, 0, 8}, {2, 9.5, 15}, {99, 0, 100}, {801, 0, 1000}, {12345, 0, 13000}} {
		if got := ceiling(Daily{Stories: []int{c.most}, Bound: c.bound}); got != c.want {
			t.Errorf("ceiling over %d and %v: %v, want %v", c.most, c.bound, got, c.want)
		}
	}
}

// BenchmarkYear draws what a flashpoint's page shows of a year: the total and
// eight areas.
func BenchmarkYear(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	d := Daily{From: 20000, Label: "Stories a day"}
	for i := range 365 {
		n := r.IntN(40)
		d.Stories, d.Owners = append(d.Stories, n), append(d.Owners, n/2)
		d.Usual, d.AlarmFrom = append(d.Usual, 20+float64(i%70)/10), append(d.AlarmFrom, 38+i%3)
		if n >= 38 {
			d.Alarms = append(d.Alarms, d.From+kulkul.Day(i))
		}
	}
	b.ReportAllocs()
	size := 0
	for b.Loop() {
		size = 0
		for range 9 {
			size += len(d.SVG())
		}
	}
	b.ReportMetric(float64(size), "B/page")
}
