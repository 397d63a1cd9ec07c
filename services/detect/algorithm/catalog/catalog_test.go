package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
)

func TestEveryMethodHasDefaults(t *testing.T) {
	for _, m := range Methods() {
		for _, params := range []string{"", "null", "{}", `{"note":"any"}`} {
			if d, err := New(m, []byte(params)); err != nil || d == nil {
				t.Errorf("%s with params %q: %v", m, params, err)
			}
		}
	}
}

func TestUnknownMethod(t *testing.T) {
	for _, m := range []string{"", "earsc", "NBScan", "arima"} {
		if _, err := New(m, nil); !errors.Is(err, ErrUnknownMethod) {
			t.Errorf("%q: error %v", m, err)
		}
	}
}

func TestParametersAreRead(t *testing.T) {
	for _, c := range []struct {
		method, params string
		want           func(algorithm.Detector) bool
	}{
		{"earsC", `{"method":"C2","baseline":28,"alpha":0.01,"minSigma":0.5}`, func(d algorithm.Detector) bool {
			return d == algorithm.EarsC{Method: "C2", Baseline: 28, Alpha: 0.01, MinSigma: 0.5}
		}},
		{"earsC", `{"baseline":14.0,"verbose":true}`, func(d algorithm.Detector) bool { return d.(algorithm.EarsC).Baseline == 14 }},
		{"bayes", `{"w":2.8e1}`, func(d algorithm.Detector) bool { return d.(algorithm.Bayes).W == 28 }},
		{"cusum", `{"m":2.5,"k":1}`, func(d algorithm.Detector) bool { return d.(algorithm.Cusum).M.Value == 2.5 }},
		{"cusum", `{"m":"mean(counts[1..lo-1])"}`, func(d algorithm.Detector) bool { return !d.(algorithm.Cusum).M.Known }},
		{"cusum", `{"m":"glm"}`, func(d algorithm.Detector) bool { return d.(algorithm.Cusum).M.GLM }},
		{"cusumRestart", `{"h":4}`, func(d algorithm.Detector) bool {
			c := d.(algorithm.CusumRestart)
			return c.H == 4 && c.Trans == "rossi"
		}},
		{"ewma", `{"baseline":"counts[1..lo-1] mean and max(sd,0.5)","L":2.7}`, func(d algorithm.Detector) bool {
			e := d.(algorithm.Ewma)
			return e.Baseline == 0 && e.L == 2.7
		}},
		{"glrnb", `{"mu0":[1,2.0],"alpha":null,"theta":null,"c.ARL":6}`, func(d algorithm.Detector) bool {
			g := d.(algorithm.Glrnb)
			return slices.Equal(g.Mu0.Values, []float64{1, 2}) && g.Alpha.Estimate && g.Theta == nil && g.CARL == 6
		}},
		{"glrnb", `{"mu0":{"S":2,"trend":true}}`, func(d algorithm.Detector) bool {
			g := d.(algorithm.Glrnb)
			return g.Mu0.S == 2 && g.Mu0.Trend && !g.Alpha.Estimate
		}},
		{"farringtonFlexible", `{"limit54":[0,4],"pastWeeksNotIncluded":null,"glmWarnings":false}`, func(d algorithm.Detector) bool {
			f := d.(algorithm.FarringtonFlexible)
			return f.Limit54[0] == 0 && f.PastWeeksNotIncluded == nil && f.Dispersion == "package"
		}},
		{"farringtonPearson", `{"alpha":0.01}`, func(d algorithm.Detector) bool {
			f := d.(algorithm.FarringtonFlexible)
			return f.Dispersion == "pearson" && f.Alpha == 0.01 && f.NoPeriods == 10
		}},
		{"nbscan", `{"weekday":[1,1,1,1,1,1,1],"threshold":4}`, func(d algorithm.Detector) bool {
			n := d.(algorithm.NBScan)
			return len(n.Weekday) == 7 && *n.Threshold == 4
		}},
	} {
		d, err := New(c.method, []byte(c.params))
		if err != nil {
			t.Errorf("%s %s: %v", c.method, c.params, err)
		} else if !c.want(d) {
			t.Errorf("%s %s: read as %+v", c.method, c.params, d)
		}
	}
}

func TestBadParameters(t *testing.T) {
	for _, c := range []struct{ method, params, says string }{
		{"earsC", `{"basline":7}`, `"basline" is not known`},
		{"earsC", `{"Alpha":0.1}`, `"Alpha" is not known`}, // names are exact
		{"earsC", `{"baseline":"seven"}`, "string where int"},
		{"earsC", `{"baseline":7.5}`, "baseline"},
		{"earsC", `{"baseline":2}`, "at least 3"},
		{"earsC", `[1]`, "want an object"},
		{"earsC", `{`, "want an object"},
		{"cusum", `{"m":{}}`, "names an estimate"},
		{"cusum", `{"k":"some"}`, "string where float64"},
		{"bayes", `{"alpha":7}`, "between 0 and 1"},
		{"farringtonFlexible", `{"epochAsDate":"yes"}`, "string where bool"},
		{"farringtonFlexible", `{"Dispersion":"pearson"}`, "not known"},
		{"nbscan", `{"weekday":[1,2]}`, "seven"},
		{"nbscan", `{"weekday":"flat"}`, "string where"},
		{"glrnb", `{"M":-5}`, "-1 or at least"},
	} {
		_, err := New(c.method, []byte(c.params))
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: error %v, want one that says %q", c.method, c.params, err, c.says)
		}
	}
	var p *ParamError
	if _, err := New("bayes", []byte(`{"q":1}`)); !errors.As(err, &p) || p.Parameter != "q" {
		t.Errorf("error %v does not name the parameter", err)
	}
}
