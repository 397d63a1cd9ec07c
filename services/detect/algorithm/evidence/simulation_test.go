package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/jsonl"
)

// weekday is what the simulated daily series were made with, Monday first.
const weekday = `[1.25,1.3,1.3,1.25,1.1,0.4,0.4]`

func simulated(t testing.TB) []daily {
	t.Helper()
	var file struct {
		Daily []daily `json:"daily"`
	}
	readShared(t, "detect/sim-open.json", &file)
	return file.Daily
}

// detect runs a method over the scored days of all series through the codec of
// `kulkul detect`. It returns the scores and, beside them, the alarms at the
// method's own threshold as scores of 0 and 1.
func detect(t testing.TB, series []daily, method, params string) (scores, alarms []scored) {
	t.Helper()
	return detectEach(t, series, method, func(daily) string { return params })
}

// detectEach is detect with parameters of each series' own.
func detectEach(t testing.TB, series []daily, method string, params func(daily) string) (scores, alarms []scored) {
	t.Helper()
	var in, out bytes.Buffer
	for i := range series {
		counts, err := json.Marshal(series[i].Counts)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&in, `{"method":%q,"params":%s,"counts":%s,"freq":365,"start":[2001,1],"range":[%d,%d]}`+"\n",
			method, params(series[i]), counts, firstDay, lastDay)
	}
	failed, err := jsonl.Run(t.Context(), &in, &out)
	if failed || err != nil {
		t.Fatalf("%s: failed %v, error %v: %.300s", method, failed, err, out.String())
	}
	d := json.NewDecoder(&out)
	for i := range series {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		scores = append(scores, scored{&series[i], values(a.Score)})
		alarms = append(alarms, scored{&series[i], values(a.Alarm)})
	}
	return scores, alarms
}

func values(of []*float64) []float64 {
	v := make([]float64, len(of))
	for i, p := range of {
		v[i] = math.NaN()
		if p != nil {
			v[i] = *p
		}
	}
	return v
}

// part splits the series: a third to choose a threshold on, the rest to check it.
func part(all []scored, third bool) []scored {
	var some []scored
	for _, s := range all {
		if (s.Rep%3 == 1) == third {
			some = append(some, s)
		}
	}
	return some
}

func row(p performance) string {
	return fmt.Sprintf("FA %.4f (%d)  POD %.3f  small/medium/large %.2f/%.2f/%.2f  spike/wave/ramp %.2f/%.2f/%.2f  delay %.0f (%.1f)",
		p.rate, p.episodes, p.pod, p.bySize["small"], p.bySize["medium"], p.bySize["large"],
		p.byShape["spike"], p.byShape["wave"], p.byShape["ramp"], p.median, p.mean)
}

// TestNBScanFindsBursts holds nbscan to its mark: at no more than 0.01 false
// alarm episodes per series-week it finds 57 in 100 bursts of the simulated
// daily series, at its own threshold, at one matched to that rate, and at one
// chosen on a third of the series and checked on the others.
func TestNBScanFindsBursts(t *testing.T) {
	series := simulated(t)
	scores, alarms := detect(t, series, "nbscan", `{"weekday":`+weekday+`}`)
	own := measure(alarms, 0.5)
	t.Logf("own threshold:        %s", row(own))
	if own.rate > 0.01 || own.pod < 0.57 {
		t.Errorf("own threshold: rate %.4f, POD %.3f; want at most 0.01 and at least 0.57", own.rate, own.pod)
	}
	level := matched(scores, 0.01)
	at := measure(scores, level)
	t.Logf("matched, score %.3f: %s", level, row(at))
	if at.pod < 0.57 {
		t.Errorf("matched threshold: POD %.3f, want at least 0.57", at.pod)
	}
	chosen := matched(part(scores, true), 0.01)
	rest := measure(part(scores, false), chosen)
	t.Logf("a third's, %.3f:     %s", chosen, row(rest))
	if rest.pod < 0.57 {
		t.Errorf("threshold of a third on the rest: POD %.3f, want at least 0.57", rest.pod)
	}
}
