package evaluate

import (
	"math"
	"strings"
	"testing"
)

func TestWilson(t *testing.T) {
	// Reference values: R's binom::binom.confint(x, n, methods = "wilson").
	tests := []struct {
		right, all int
		low, high  float64
	}{
		{0, 10, 0, 0.2775}, {5, 10, 0.2366, 0.7634}, {10, 10, 0.7225, 1}, {81, 263, 0.2553, 0.3662},
	}
	for _, tt := range tests {
		got := Wilson(tt.right, tt.all)
		if math.Abs(got.Low-tt.low) > 5e-4 || math.Abs(got.High-tt.high) > 5e-4 {
			t.Errorf("%d of %d: %+v", tt.right, tt.all, got)
		}
	}
	if got := Wilson(0, 0); got != (Interval{0, 1}) {
		t.Errorf("nothing: %+v", got)
	}
}

func outcome(id, language string, want, got []string) Outcome {
	return Outcome{Item: Item{ID: id, Language: language, Areas: want}, GotAreas: got}
}

func TestMeasure(t *testing.T) {
	list := []Outcome{
		outcome("1", "en", []string{"terrorism"}, []string{"terrorism"}),
		outcome("2", "en", []string{"terrorism", "environment"}, []string{"environment"}),
		outcome("3", "ja", nil, []string{"terrorism"}),
		outcome("4", "ja", nil, nil),
		outcome("5", "en", nil, nil),
	}
	r := Measure(list)
	if r.Items != 5 || r.Negatives != 3 || r.Clean != 2 || r.CleanLanguages["ja"] != [2]int{1, 2} {
		t.Errorf("negatives %+v", r)
	}
	if got, want := r.Areas.Micro.Counts, (Counts{Right: 2, Wrong: 1, Missing: 1}); got != want {
		t.Errorf("micro %+v", got)
	}
	if f := r.Areas.Micro.Counts.F1(); math.Abs(f-2.0/3) > 1e-9 {
		t.Errorf("F1 %v", f)
	}
	// terrorism 2·1/(2+1+1) = 0.5, environment 1.
	if math.Abs(r.Areas.Macro-0.75) > 1e-9 {
		t.Errorf("macro %v", r.Areas.Macro)
	}
	if len(r.Areas.Rows) != 2 || r.Areas.Rows[0].Name != "terrorism" || len(r.Flashpoints.Rows) != 0 {
		t.Errorf("rows %+v", r.Areas.Rows)
	}
	if en := r.Areas.Languages[0]; en.Name != "en" || en.Counts != (Counts{Right: 2, Missing: 1}) {
		t.Errorf("languages %+v", r.Areas.Languages)
	}
	if i := r.Areas.Micro.F1; i.Low > 2.0/3 || i.High < 2.0/3 {
		t.Errorf("interval %+v", i)
	}
	if Measure(list).Areas.Micro.F1 != r.Areas.Micro.F1 {
		t.Error("the interval is not the same twice")
	}
	var out strings.Builder
	if err := r.Print(&out); err != nil || !strings.Contains(out.String(), "no label, no tag  2 of 3") {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestRead(t *testing.T) {
	items, err := Read(strings.NewReader(`{"id":"a","title":"T","areas":["terrorism"],"flashpoints":["papua"],"other":1}` + "\n\n" + `{"id":"b","title":"U"}` + "\n"))
	if err != nil || len(items) != 2 || items[0].Areas[0] != "terrorism" {
		t.Fatalf("%v %v", items, err)
	}
	for text, want := range map[string]string{
		`{"id":"a","areas":["terorism"]}`:       `line 1: unknown label "terorism"`,
		`{"id":"a","flashpoints":["atlantis"]}`: `unknown label "atlantis"`,
		"{\"id\":\"a\"}\n{\"id\":\"a\"}":        "line 2: id \"a\" stands twice",
		`{"id":`:                                "line 1:",
	} {
		if _, err := Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
