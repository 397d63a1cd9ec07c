package indicator

import (
	"errors"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestTheShippedFile(t *testing.T) {
	raw, err := os.ReadFile("../../../configs/indicators.yaml")
	if err != nil {
		t.Fatal(err)
	}
	in, err := Parse("indicators.yaml", raw)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in.Life.Gates, life.DefaultGates()) {
		t.Errorf("gates %+v: want the design's %+v", in.Life.Gates, life.DefaultGates())
	}
	if in.Budget.Alerts/in.Budget.Days > 1.0/14 {
		t.Errorf("budget %+v: want at most one false alert a fortnight", in.Budget)
	}
	if len(in.Opportunity.Talks.Rules) == 0 {
		t.Error("nothing tells talks from trouble")
	}
	for _, p := range kulkul.AllSeries() {
		if len(in.Groups(p)) == 0 {
			t.Errorf("nothing watches %s", p)
		}
	}
}

func TestParse(t *testing.T) {
	in, err := Parse("x.yaml", []byte(`
version: v7
life: {cool_down: 24h}
indicators:
  - id: a
    method: threshold
    window: 2
    hold: 36h
    level: high
    minimum: {stories: 4, publishers: 2, weight: 1.5}
    series: {kinds: [pairs], flashpoints: [papua], areas: [terrorism]}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Indicator{ID: "a", Group: "reports", Method: "threshold", Window: 2, Hold: 36 * time.Hour, Level: kulkul.High,
		Minimum: Minimum{Stories: 4, Publishers: 2, Weight: 1.5}, Clear: Clear{Stories: 2}, Share: 1,
		Scope: Scope{Kinds: []string{"pairs"}, Flashpoints: []string{"papua"}, Areas: []string{"terrorism"}}}
	if !reflect.DeepEqual(in.List, []Indicator{want}) {
		t.Errorf("got %+v\nwant %+v", in.List, want)
	}
	if in.Version != "v7" || in.Life.Indicators != "v7" || in.Life.CoolDown != 24*time.Hour || in.Life.Ease != 48*time.Hour {
		t.Errorf("version %q, life %+v", in.Version, in.Life)
	}
}

func TestARatioHasALowerBoundOfItsOwn(t *testing.T) {
	in, err := Parse("x.yaml", []byte("indicators:\n  - {id: a, method: threshold, share: 0.5, minimum: {stories: 4, ratio: 3}}\n"))
	if err != nil || in.List[0].Clear.Ratio != 2 || in.List[0].Clear.Stories != 2 || in.List[0].Share != 0.5 {
		t.Errorf("%+v, %v: want a ratio to clear at half-way between 3 and 1", in.List, err)
	}
}

func TestAnEmptyFileWatchesNothing(t *testing.T) {
	in, err := Parse("x.yaml", nil)
	if err != nil || len(in.List) != 0 || in.Version == "" || in.History != 400 {
		t.Errorf("%+v, %v", in, err)
	}
}

func TestScope(t *testing.T) {
	pair, flashpoint, area := kulkul.Pair{Flashpoint: "papua", Area: "terrorism"},
		kulkul.Pair{Flashpoint: "papua", Area: kulkul.Any}, kulkul.Pair{Flashpoint: kulkul.Any, Area: "terrorism"}
	for _, c := range []struct {
		scope Scope
		want  [3]bool
	}{
		{Scope{}, [3]bool{true, true, true}},
		{Scope{Kinds: []string{Pairs}}, [3]bool{true, false, false}},
		{Scope{Kinds: []string{Flashpoints, Areas}}, [3]bool{false, true, true}},
		{Scope{Flashpoints: []string{"papua"}}, [3]bool{true, true, true}},
		{Scope{Flashpoints: []string{"sabah"}}, [3]bool{false, false, true}},
		{Scope{Areas: []string{"environment"}}, [3]bool{false, true, false}},
	} {
		if got := [3]bool{c.scope.Covers(pair), c.scope.Covers(flashpoint), c.scope.Covers(area)}; got != c.want {
			t.Errorf("%+v covers %v, want %v", c.scope, got, c.want)
		}
	}
}

func TestFaultsNameTheirLine(t *testing.T) {
	for name, c := range map[string]struct {
		file, want string
	}{
		"unknown key":        {"histroy: 3\n", "x.yaml:1: unknown field \"histroy\""},
		"wrong type":         {"history: [1]\n", "x.yaml:1: "},
		"no YAML":            {"a: b: c\n", "x.yaml:1: "},
		"repeated key":       {"late: 1\nlate: 2\n", "x.yaml:2: "},
		"too much history":   {"version: a\nhistory: 100000\n", "x.yaml:2: 100000: want 30 to 4000"},
		"no budget":          {"budget:\n  alerts: 0\n", "x.yaml:2: 0: want 0.01 to 1000"},
		"share":              {"indicators:\n  - id: a\n    method: threshold\n    share: -1\n    minimum: {stories: 1}\n", "x.yaml:4: -1: want 0.001 to 1000"},
		"ratio to clear":     {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1, ratio: 2}\n    clear: {ratio: 3}\n", "x.yaml:5: the lower bound 3 lies above minimum.ratio 2"},
		"talks":              {"opportunity:\n  talks:\n    rules: [talks]\n", "x.yaml:3: \"talks\": want an area or a flashpoint"},
		"p":                  {"budget: {p: 0.9}\n", "x.yaml:1: 0.9: want 1e-09 to 0.5"},
		"negative time":      {"life:\n  ease: -1h\n", "x.yaml:2: \"-1h\" is no length of time"},
		"no time":            {"life:\n  ease: soon\n", "x.yaml:2: "},
		"bad id":             {"indicators:\n  - id: A B\n    method: threshold\n    minimum: {stories: 1}\n", "x.yaml:2: indicator id \"A B\""},
		"twice":              {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n", "x.yaml:5: indicator id \"a\" is used twice"},
		"no method":          {"indicators:\n  - id: a\n", "x.yaml:2: indicator \"a\" has no method"},
		"method misspelt":    {"indicators:\n  - id: a\n    method: treshold\n", "x.yaml:3: method \"treshold\""},
		"no minimum":         {"indicators:\n  - id: a\n    method: threshold\n", "a threshold needs minimum.stories"},
		"level":              {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n    level: red\n", "x.yaml:5: level \"red\": want watch"},
		"flashpoint":         {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n    series: {flashpoints: [papau]}\n", "x.yaml:5: no flashpoint \"papau\" (did you mean papua?)"},
		"kind":               {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n    series: {kinds: [pair]}\n", "(did you mean pairs?)"},
		"lower above higher": {"indicators:\n  - id: a\n    method: threshold\n    minimum: {stories: 1}\n    clear: {stories: 3}\n", "x.yaml:5: the lower bound 3 lies above"},
		"params":             {"indicators:\n  - id: a\n    method: threshold\n    params: {k: 1}\n    minimum: {stories: 1}\n", "x.yaml:4: a threshold has no params"},
	} {
		_, err := Parse("x.yaml", []byte(c.file))
		var ps Problems
		if !errors.As(err, &ps) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}

func TestAllFaultsAreReported(t *testing.T) {
	_, err := Parse("x.yaml", []byte("history: 1\nlate: 99\nindicators:\n  - id: a\n    method: threshold\n    level: red\n    minimum: {stories: 1}\n"))
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 3 {
		t.Errorf("want 3 faults, got: %v", err)
	}
}
