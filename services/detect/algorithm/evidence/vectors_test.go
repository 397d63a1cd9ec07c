package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"sort"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/jsonl"
)

// vectorFile holds reference results of R's surveillance: series, and for each of
// them the bounds and alarms of many settings.
type vectorFile struct {
	Series []struct {
		ID     string            `json:"id"`
		Freq   int               `json:"freq"`
		Start  json.RawMessage   `json:"start"`
		Dates  json.RawMessage   `json:"dates"`
		Counts []json.RawMessage `json:"counts"`
	} `json:"series"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Series     string          `json:"series"`
	Method     string          `json:"method"`
	Params     json.RawMessage `json:"params"`
	Range      [2]int          `json:"range"`
	Upperbound []*float64      `json:"upperbound"`
	Alarm      []*float64      `json:"alarm"`
	Extra      struct {
		Degenerate []int      `json:"degenerate"`
		Cusum      []*float64 `json:"cusum"`
		P          []*float64 `json:"p"`
		Z          []*float64 `json:"z"`
	} `json:"extra"`
}

type answer struct {
	Upperbound []*float64 `json:"upperbound"`
	Alarm      []*float64 `json:"alarm"`
	Score      []*float64 `json:"score"`
	Error      string     `json:"error"`
}

// tally is what the vectors of one method came to.
type tally struct {
	vectors, cells, alarms, degenerate int
	bounds                             int // cells whose bound was compared
	worst                              float64
}

// TestVectors runs every reference vector through the codec of `kulkul detect`:
// bounds within the tolerance of the method everywhere but at degenerate points,
// alarms equal in the share of cells that the method allows.
func TestVectors(t *testing.T) {
	var file vectorFile
	readShared(t, "detect/vectors-open.json", &file)
	var in, out bytes.Buffer
	for _, v := range file.Vectors {
		in.Write(request(t, &file, v))
	}
	failed, err := jsonl.Run(t.Context(), &in, &out)
	if err != nil || failed {
		t.Fatalf("run: failed %v, error %v", failed, err)
	}
	tallies := map[string]*tally{}
	for d := json.NewDecoder(&out); len(file.Vectors) > 0; file.Vectors = file.Vectors[1:] {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		compare(t, tallies, file.Vectors[0], a)
	}
	report(t, tallies)
}

func request(t *testing.T, file *vectorFile, v vector) []byte {
	i := slices.IndexFunc(file.Series, func(s struct {
		ID     string            `json:"id"`
		Freq   int               `json:"freq"`
		Start  json.RawMessage   `json:"start"`
		Dates  json.RawMessage   `json:"dates"`
		Counts []json.RawMessage `json:"counts"`
	}) bool {
		return s.ID == v.Series
	})
	s := file.Series[i]
	line, err := json.Marshal(map[string]any{
		"method": v.Method, "params": v.Params, "range": v.Range,
		"counts": s.Counts, "freq": s.Freq, "start": s.Start, "dates": s.Dates,
	})
	if err != nil {
		t.Fatal(err)
	}
	return append(line, '\n')
}

// boundTolerance is the relative tolerance of bounds, 0 where they are not compared.
func boundTolerance(method string) float64 {
	switch method {
	case "cusum", "ewmaESSENCE":
		return 0
	case "farrington", "farringtonFlexible":
		return 1e-3
	}
	return 1e-6
}

// alarmShare is the share of cells whose alarm must agree.
func alarmShare(method string) float64 {
	switch method {
	case "glrnb", "farrington", "farringtonFlexible":
		return 0.99
	}
	return 0.9999
}

func compare(t *testing.T, tallies map[string]*tally, v vector, a answer) {
	t.Helper()
	name := fmt.Sprintf("%s %s %s", v.Series, v.Method, v.Params)
	if len(a.Alarm) != len(v.Alarm) || len(a.Upperbound) != len(v.Upperbound) {
		t.Errorf("%s: %d alarms, want %d (%s)", name, len(a.Alarm), len(v.Alarm), a.Error)
		return
	}
	y := tallies[v.Method]
	if y == nil {
		y = &tally{}
		tallies[v.Method] = y
	}
	y.vectors++
	tolerance := boundTolerance(v.Method)
	for i := range v.Alarm {
		y.cells++
		if equal(a.Alarm[i], v.Alarm[i], 0) {
			y.alarms++
		}
		if slices.Contains(v.Extra.Degenerate, v.Range[0]+i) && !finiteMean(v, i) {
			y.degenerate++
			continue
		}
		if tolerance == 0 {
			continue
		}
		y.bounds++
		if !equal(a.Upperbound[i], v.Upperbound[i], tolerance) {
			t.Errorf("%s at %d: bound %s, want %s", name, v.Range[0]+i, show(a.Upperbound[i]), show(v.Upperbound[i]))
			return
		}
		y.worst = math.Max(y.worst, distance(a.Upperbound[i], v.Upperbound[i]))
	}
	statistics(t, name, v, a)
}

// finiteMean tells a point that is listed as degenerate only because the
// generator's own column overflowed (delta, counts above 700) from one without
// data: its bound is an ordinary number above the count.
func finiteMean(v vector, i int) bool {
	return v.Upperbound[i] != nil && *v.Upperbound[i] > 100
}

// statistics compares the scores of methods whose statistic is in the file.
func statistics(t *testing.T, name string, v vector, a answer) {
	t.Helper()
	for i := range v.Extra.Cusum {
		if !equal(a.Score[i], v.Extra.Cusum[i], 1e-6) {
			t.Errorf("%s at %d: sum %s, want %s", name, v.Range[0]+i, show(a.Score[i]), show(v.Extra.Cusum[i]))
			return
		}
	}
	for i, p := range v.Extra.P {
		if p == nil || a.Score[i] == nil {
			if p != a.Score[i] {
				t.Errorf("%s at %d: p %s, score %s", name, v.Range[0]+i, show(p), show(a.Score[i]))
			}
			continue
		}
		// R's 1-pt(...) has lost its digits below 1e-12.
		if got := math.Exp(-*a.Score[i]); math.Abs(got-*p) > 1e-6**p+1e-12 {
			t.Errorf("%s at %d: p %g, want %g", name, v.Range[0]+i, got, *p)
			return
		}
	}
}

func equal(got, want *float64, tolerance float64) bool {
	if got == nil || want == nil {
		return got == nil && want == nil
	}
	return math.Abs(*got-*want) <= tolerance*math.Max(1, math.Abs(*want))
}

func distance(got, want *float64) float64 {
	if got == nil || want == nil {
		return 0
	}
	return math.Abs(*got-*want) / math.Max(1, math.Abs(*want))
}

func show(v *float64) string {
	if v == nil {
		return "undefined"
	}
	return fmt.Sprintf("%.10g", *v)
}

func report(t *testing.T, tallies map[string]*tally) {
	t.Helper()
	var methods []string
	for m := range tallies {
		methods = append(methods, m)
	}
	sort.Strings(methods)
	for _, m := range methods {
		y := tallies[m]
		share := float64(y.alarms) / float64(y.cells)
		t.Logf("%-20s %4d vectors %7d cells: alarms equal in %.4f %% (%d differ); %d bounds, worst relative difference %.1e; %d degenerate cells left out",
			m, y.vectors, y.cells, 100*share, y.cells-y.alarms, y.bounds, y.worst, y.degenerate)
		if share < alarmShare(m) {
			t.Errorf("%s: alarms equal in %.4f of cells, want %.4f", m, share, alarmShare(m))
		}
	}
}
