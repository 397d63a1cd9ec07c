package algorithm

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// glrCounts is a made-up weekly series with a rise from 111 to 130; the expected
// values of this file are algo.glrnb's of surveillance 1.20.3 on 101:150.
func glrCounts() Series {
	return weeks(8, 2, 1, 1, 2, 4, 2, 7, 1, 3, 1, 2, 4, 1, 3, 1, 3, 0, 7, 2, 3, 2, 9, 5, 8, 1, 3, 3, 7, 2, 4, 2, 1, 1, 2, 5, 3, 4, 5, 3, 4, 2, 4, 3, 5, 2, 1, 5, 5, 7,
		3, 4, 4, 3, 4, 2, 1, 1, 2, 2, 1, 3, 4, 4, 3, 4, 3, 3, 2, 3, 2, 3, 5, 3, 1, 3, 3, 3, 3, 6, 5, 5, 2, 4, 2, 1, 1, 4, 2, 2, 2, 0, 5, 1, 4, 3, 3, 2, 5, 1,
		2, 3, 3, 2, 3, 2, 6, 0, 4, 2, 7, 5, 2, 7, 7, 7, 6, 8, 4, 8, 6, 6, 6, 4, 7, 5, 8, 4, 7, 3, 4, 3, 3, 2, 4, 2, 4, 3, 3, 3, 2, 2, 1, 2, 1, 3, 1, 4, 0, 5)
}

func glr(t *testing.T, params string) Glrnb {
	t.Helper()
	d := NewGlrnb()
	if err := json.Unmarshal([]byte(params), &d); err != nil {
		t.Fatal(err)
	}
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestGlrnbAgainstR(t *testing.T) {
	weekly := `[1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5,3,4,5,3,2,1,1.5]`
	for _, c := range []struct {
		name, params string
		bounds       []float64 // of the first points
		alarms       []int
	}{
		{"Poisson regression", `{"mu0":{"S":1,"trend":true},"alpha":0}`,
			[]float64{0, 0.03229621792, 0.07019801682, 0.008145208464, 0.0495093526, 0.006483302703, 1.839389685, 0.1243833836}, []int{114, 116, 118, 121, 125, 129}},
		{"negative binomial regression", `{"mu0":{"S":1,"trend":true},"alpha":null}`,
			[]float64{0, 0.03107031307, 0.06755754804, 0.007815768767, 0.04771604178, 0.006217655471, 1.754718543, 0.1198383864}, []int{115, 118, 121, 125, 129}},
		{"given dispersion", `{"mu0":{"S":2},"alpha":0.2}`,
			[]float64{0, 0, 0, 0, 0, 0, 0.5842770178, 0, 0.14230661, 0.01744954225, 1.544517948}, []int{116, 121}},
		{"LR Poisson, cases", `{"mu0":3,"theta":0.6931471805599453,"ret":"cases"}`,
			[]float64{11.54156033, 11.54156033, 11.54156033, 11.54156033, 11.54156033, 11.54156033, 11.54156033, 9.86964545, 11.54156033, 11.54156033, 11.54156033, 8.86964545}, []int{116, 120, 125}},
		{"LR negative binomial, cases", `{"mu0":3,"alpha":0.1,"theta":0.6931471805599453,"ret":"cases"}`,
			[]float64{14.57524146, 14.57524146, 14.57524146, 14.57524146, 14.57524146, 14.57524146, 14.57524146, 12.85198754}, []int{117, 122, 129}},
		{"GLR Poisson, cases", `{"mu0":3,"ret":"cases"}`,
			[]float64{10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 9, 9, 10, 8, 5, 10, 10, 7, 7}, []int{116, 120, 125}},
		{"GLR negative binomial downwards", `{"mu0":3,"alpha":0.1,"dir":"dec","c.ARL":1.5}`,
			[]float64{0.1495822759, 0.06891004486, 0.04480419807, 0.1495822759, 0.1085992734, 0.2067301346, 0, 2.623642615, 0}, []int{108, 145, 149}},
		{"GLR Poisson downwards", `{"mu0":3,"dir":"dec","c.ARL":1.5}`,
			[]float64{0.1890697838, 0.08839221603, 0.05773571475, 0.1890697838, 0.1396890327, 0.2651766481, 0, 0.1958407549}, []int{145}},
		{"window and Mtilde, Poisson", `{"mu0":3,"M":10,"Mtilde":3,"c.ARL":1.5}`,
			[]float64{0, 0, 0, 0, 0, 0, 0.04055519976, 0, 0, 0, 0.4913867832, 1.298371946}, []int{114, 118, 122, 126, 130}},
		{"window and Mtilde, negative binomial", `{"mu0":3,"alpha":0.1,"M":10,"Mtilde":3,"c.ARL":1.5}`,
			[]float64{0, 0, 0, 0, 0, 0, 0.1569504065, 0, 0.04089283721, 0, 0.5819679504, 0.964813012}, []int{114, 117, 120, 123, 126, 129}},
		{"varying expectation", `{"mu0":` + weekly + `,"alpha":0.1,"M":14,"c.ARL":3}`,
			[]float64{0.06464877188, 0.02516917605, 0, 0, 0, 0, 4.755461624, 0, 0.1132166797, 0, 0.2275322261, 0.6072671539}, []int{107, 114, 115, 120, 121, 122, 127, 129}},
		{"LR with varying expectation", `{"mu0":` + weekly + `,"alpha":0.1,"theta":1.0986122886681098,"c.ARL":3}`,
			[]float64{0, 0, 0, 0, 0, 0, 3.918808377, 0, 0, 0, 0, 0, 0, 4.850366581, 3.749658582, 1.238962452}, []int{107, 114, 115, 120, 121, 123, 127, 129}},
	} {
		r := glr(t, c.params).Detect(glrCounts(), 101, 150)
		nearAll(t, c.name, r.Upperbound[:len(c.bounds)], c.bounds, 2e-6)
		if at := raisedAt(r, 101); !slices.Equal(at, c.alarms) {
			t.Errorf("%s: alarms at %v, want %v", c.name, at, c.alarms)
		}
	}
}

// "cases" is the count that raises the alarm: one less does not.
func TestGlrnbCasesRaise(t *testing.T) {
	for _, params := range []string{`{"mu0":2,"ret":"cases"}`, `{"mu0":2,"alpha":0.3,"M":14,"ret":"cases"}`, `{"mu0":2,"alpha":0.3,"theta":0.7,"ret":"cases"}`} {
		d := glr(t, params)
		counts := drawn(8, 30, 2, 1.3)
		r := d.Detect(daily(counts...), 1, 30)
		if raisedAt(r, 1) != nil && raisedAt(r, 1)[0] < 30 {
			t.Fatalf("%s: the sample alarms by itself", params)
		}
		for add, want := range []Alarm{Quiet, Raised} {
			counts[29] = math.Ceil(r.Upperbound[29]) - 1 + float64(add)
			if got := d.Detect(daily(counts...), 1, 30).Alarm[29]; got != want {
				t.Errorf("%s: alarm %d at %g of %g", params, got, counts[29], r.Upperbound[29])
			}
		}
	}
}

func TestGlrnbCasesBeyondLimit(t *testing.T) {
	d := glr(t, `{"mu0":50,"xMax":10,"ret":"cases"}`)
	if r := d.Detect(daily(1, 2), 1, 2); !math.IsNaN(r.Upperbound[0]) || r.Alarm[0] != Quiet {
		t.Errorf("bound %g, alarm %d", r.Upperbound[0], r.Alarm[0])
	}
}

func TestGlrnbMissingBeginsAgain(t *testing.T) {
	d := glr(t, `{"mu0":1,"theta":0.7}`)
	r := d.Detect(daily(3, 3, missing, 3, 0), 1, 5)
	if r.Alarm[2] != Undefined || !math.IsNaN(r.Score[2]) {
		t.Errorf("missing: alarm %d, score %g", r.Alarm[2], r.Score[2])
	}
	near(t, "after the gap", r.Score[3], r.Score[0], 1e-12)
}

func TestGlrnbWithoutBaseline(t *testing.T) {
	for _, params := range []string{`{}`, `{"mu0":"mean(counts[1..lo-1])"}`, `{"mu0":[1,2]}`, `{"alpha":null,"mu0":3}`} {
		r := glr(t, params).Detect(daily(1, 2, 3, 4), 1, 4)
		for _, a := range r.Alarm {
			if a != Undefined {
				t.Errorf("%s: alarm %d where there is no expectation", params, a)
			}
		}
	}
	if r := glr(t, `{"mu0":"mean"}`).Detect(glrCounts(), 101, 150); r.Alarm[0] == Undefined {
		t.Error("the mean before the range is an expectation")
	}
}

func TestGlrnbValidate(t *testing.T) {
	for _, params := range []string{
		`{"change":"epi"}`, `{"dir":"up"}`, `{"ret":"both"}`, `{"theta":0}`, `{"M":0}`, `{"M":2,"Mtilde":3}`,
		`{"mu0":-1}`, `{"alpha":-1}`, `{"Mtilde":0}`, `{"c.ARL":-1}`, `{"mu0":{"S":-1}}`,
	} {
		d := NewGlrnb()
		if err := json.Unmarshal([]byte(params), &d); err != nil {
			t.Fatal(err)
		}
		if d.Validate() == nil {
			t.Errorf("no error for %s", params)
		}
	}
	for _, params := range []string{`{"mu0":{"refit":true}}`, `{"mu0":true}`, `{"alpha":[]}`} {
		d := NewGlrnb()
		if json.Unmarshal([]byte(params), &d) == nil {
			t.Errorf("%s was read", params)
		}
	}
}
