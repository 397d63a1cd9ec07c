package evidence

import (
	"encoding/json"
	"fmt"
	"testing"
)

// contender is a detector with its settings in the table of daily series.
type contender struct {
	name, method, params string
	// each, where set, makes the parameters of one series.
	each func(daily) string
}

func contenders() []contender {
	w := `{"weekday":` + weekday
	return []contender{
		{name: "nbscan", method: "nbscan", params: w + `}`},
		{name: "nbscan, flat week", method: "nbscan", params: `{}`},
		{name: "nbscanPlain 1/3/7, 112 d", method: "nbscanPlain", params: w + `}`},
		{name: "nbscanPlain 1/3/7, 56 d", method: "nbscanPlain", params: w + `,"baseline":56}`},
		{name: "nbscanPlain 1 d, 56 d", method: "nbscanPlain", params: w + `,"windows":[1],"baseline":56}`},
		{name: "nbcusum log 3, h 3.5", method: "nbcusum", params: w + `}`},
		{name: "glrnb M 28, c.ARL 5", method: "glrnb", each: warmedUp(`"M":28,"c.ARL":5`)},
		{name: "glrnb M 28, c.ARL 6", method: "glrnb", each: warmedUp(`"M":28,"c.ARL":6`)},
		{name: "glrnb theta log 2, c.ARL 5", method: "glrnb", each: warmedUp(`"theta":0.6931471805599453,"c.ARL":5`)},
		{name: "glrnb theta log 3, c.ARL 5", method: "glrnb", each: warmedUp(`"theta":1.0986122886681098,"c.ARL":5`)},
		{name: "earsC C1 .001", method: "earsC", params: `{"method":"C1","alpha":0.001}`},
		{name: "earsC C2 .001", method: "earsC", params: `{"method":"C2","alpha":0.001}`},
		{name: "earsC C2 .01 B 28 sd .5", method: "earsC", params: `{"method":"C2","alpha":0.01,"baseline":28,"minSigma":0.5}`},
		{name: "earsC C2 .001 sd .5", method: "earsC", params: `{"method":"C2","alpha":0.001,"minSigma":0.5}`},
		{name: "earsC C3 .001 (package)", method: "earsC", params: `{"method":"C3","alpha":0.001}`},
		{name: "earsC3paper sd .5", method: "earsC3paper", params: `{}`},
		{name: "ewmaESSENCE p<.01", method: "ewmaESSENCE", params: `{}`},
		{name: "bayes w 28 .01", method: "bayes", params: `{"w":28,"alpha":0.01}`},
		{name: "bayes w 56 .001", method: "bayes", params: `{"w":56,"alpha":0.001}`},
		{name: "cusum rossi", method: "cusum", params: `{"trans":"rossi"}`},
		{name: "cusumRestart rossi", method: "cusumRestart", params: `{"trans":"rossi"}`},
		{name: "ewma .2 3", method: "ewma", params: `{}`},
	}
}

// warmedUp makes parameters of glrnb with the mean of the warm-up under the
// weekday factors for an expectation and a dispersion that makes the variance 1.3
// times the mean.
func warmedUp(rest string) func(daily) string {
	return func(d daily) string {
		sum := 0.0
		for _, y := range d.Counts[:firstDay-1] {
			sum += y
		}
		mean := max(0.02, sum/(firstDay-1))
		mu := make([]float64, lastDay-firstDay+1)
		for i := range mu {
			mu[i] = mean * week[(firstDay-1+i)%7]
		}
		text, err := json.Marshal(mu)
		if err != nil {
			panic(err)
		}
		return fmt.Sprintf(`{"mu0":%s,"alpha":%g,%s}`, text, 0.3/mean, rest)
	}
}

// TestDailyTable measures every detector on the simulated daily series: at its
// own threshold, and with its score held to 0.01 false alarm episodes per
// series-week.
func TestDailyTable(t *testing.T) {
	heavy(t)
	series := simulated(t)
	for _, c := range contenders() {
		each := c.each
		if each == nil {
			each = func(daily) string { return c.params }
		}
		scores, alarms := detectEach(t, series, c.method, each)
		t.Logf("%-27s own     %s", c.name, row(measure(alarms, 0.5)))
		t.Logf("%-27s matched %s", "", row(measure(scores, matched(scores, 0.01))))
	}
}
