package evidence

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/jsonl"
)

// weeklySeries is one series after Noufaily et al. (2013): 624 weeks, of which
// the last 49 are tested, with one outbreak among them.
type weeklySeries struct {
	ID       string    `json:"id"`
	Scenario int       `json:"scenario"`
	Counts   []float64 `json:"counts"`
	Outbreak []int     `json:"outbreak"` // weeks with outbreak cases
	Events   []struct {
		Start   int  `json:"start"`
		End     int  `json:"end"`
		K       int  `json:"k"`
		Current bool `json:"current"`
	} `json:"events"`
}

const firstWeek, lastWeek = 576, 624

// weeklyScore is how a detector does on weekly series.
type weeklyScore struct {
	weeks, alarms int    // outside outbreaks
	found, of     [3]int // outbreaks of k 1-3, 4-7, 8-10
	delays        []float64
	timeliness    float64
	byScenario    map[int][2]int
}

func (w *weeklyScore) add(s weeklySeries, alarm []*float64) {
	raised := func(t int) bool {
		a := alarm[t-firstWeek]
		return a != nil && *a == 1
	}
	n := w.byScenario[s.Scenario]
	for t := firstWeek; t <= lastWeek; t++ {
		if slices.Contains(s.Outbreak, t) {
			continue
		}
		w.weeks++
		n[1]++
		if raised(t) {
			w.alarms++
			n[0]++
		}
	}
	w.byScenario[s.Scenario] = n
	for _, e := range s.Events {
		if !e.Current {
			continue
		}
		class := min(2, max(0, e.K)/4)
		w.of[class]++
		late := 1.0
		for t := e.Start; t <= min(e.End, lastWeek); t++ {
			if raised(t) {
				w.found[class]++
				w.delays = append(w.delays, float64(t-e.Start))
				late = float64(t-e.Start) / float64(e.End-e.Start+1)
				break
			}
		}
		w.timeliness += late
	}
}

func (w *weeklyScore) fpr() float64 { return float64(w.alarms) / float64(w.weeks) }

func (w *weeklyScore) pod() float64 {
	return float64(w.found[0]+w.found[1]+w.found[2]) / float64(w.of[0]+w.of[1]+w.of[2])
}

func (w *weeklyScore) String() string {
	worst := 0.0
	for _, n := range w.byScenario {
		worst = math.Max(worst, float64(n[0])/float64(n[1]))
	}
	slices.Sort(w.delays)
	median := math.NaN()
	if len(w.delays) > 0 {
		median = w.delays[len(w.delays)/2]
	}
	share := func(k int) float64 { return float64(w.found[k]) / float64(w.of[k]) }
	return fmt.Sprintf("FPR %.4f  max %.3f  POD %.3f  k 1-3/4-7/8-10 %.2f/%.2f/%.2f  delay %.0f  timeliness %.2f",
		w.fpr(), worst, w.pod(), share(0), share(1), share(2), median, w.timeliness/float64(w.of[0]+w.of[1]+w.of[2]))
}

func weeklyRun(t *testing.T, series []weeklySeries, method, params string) *weeklyScore {
	t.Helper()
	var in, out bytes.Buffer
	for _, s := range series {
		counts, err := json.Marshal(s.Counts)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&in, `{"method":%q,"params":%s,"counts":%s,"freq":52,"start":[2001,1],"range":[%d,%d]}`+"\n",
			method, params, counts, firstWeek, lastWeek)
	}
	failed, err := jsonl.Run(t.Context(), &in, &out)
	if failed || err != nil {
		t.Fatalf("%s %s: failed %v, error %v: %.300s", method, params, failed, err, out.String())
	}
	w := &weeklyScore{byScenario: map[int][2]int{}}
	d := json.NewDecoder(&out)
	for _, s := range series {
		var a answer
		if err := d.Decode(&a); err != nil {
			t.Fatal(err)
		}
		w.add(s, a.Alarm)
	}
	return w
}

// The settings of Noufaily et al. (2013).
const noufaily = `{"b":5,"w":3,"noPeriods":10,"pastWeeksNotIncluded":26,"pThresholdTrend":1,"weightsThreshold":2.58,"thresholdMethod":"nbPlugin","alpha":0.005,"limit54":[0,4]}`

// TestWeeklyTable measures the weekly detectors on the simulated weekly series
// and holds farringtonFlexible and farrington to what R's surveillance 1.20.3
// does on the same 336 series (testdata/farrington.R): false positive
// rate and probability of detection within half of one standard error of the
// simulation. The other detectors run with KULKUL_EVIDENCE=1 only.
func TestWeeklyTable(t *testing.T) {
	var file struct {
		Weekly []weeklySeries `json:"weekly"`
	}
	readShared(t, "detect/sim-open.json", &file)
	for _, c := range []struct {
		name, method, params string
		fpr, pod             float64 // R's; 0 where it was not run
	}{
		{"farrington, alpha .01", "farrington", `{"alpha":0.01,"limit54":[0,4]}`, 368.0 / 15482, 214.0 / 336},
		{"farringtonFlexible, Noufaily, .005", "farringtonFlexible", noufaily, 66.0 / 15482, 152.0 / 336},
		{"farringtonFlexible, default .05", "farringtonFlexible", `{}`, 788.0 / 15482, 239.0 / 336},
		{"farringtonPearson .005", "farringtonPearson", `{"limit54":[0,4]}`, 0, 0},
		{"earsC C1 .001", "earsC", `{"method":"C1","alpha":0.001}`, 0, 0},
		{"earsC C2 .001", "earsC", `{"method":"C2","alpha":0.001}`, 0, 0},
		{"earsC C3 .001", "earsC", `{"method":"C3","alpha":0.001}`, 0, 0},
		{"glrnb mu0 S=2 trend, alpha null", "glrnb", `{"mu0":{"S":2,"trend":true},"alpha":null,"c.ARL":5}`, 0, 0},
		{"bayes w=6 .05", "bayes", `{"w":6,"alpha":0.05}`, 0, 0},
		{"bayes b=2 w=4 .05", "bayes", `{"b":2,"w":4,"alpha":0.05}`, 0, 0},
		{"cusum rossi", "cusum", `{"trans":"rossi"}`, 0, 0},
	} {
		if c.fpr == 0 && os.Getenv("KULKUL_EVIDENCE") != "1" {
			continue
		}
		w := weeklyRun(t, file.Weekly, c.method, c.params)
		t.Logf("%-36s %s", c.name, w)
		if c.fpr == 0 {
			continue
		}
		n, of := float64(w.weeks), float64(len(file.Weekly))
		if e := math.Sqrt(c.fpr * (1 - c.fpr) / n); math.Abs(w.fpr()-c.fpr) > e/2 {
			t.Errorf("%s: false positive rate %.5f, R has %.5f, standard error %.5f", c.name, w.fpr(), c.fpr, e)
		}
		if e := math.Sqrt(c.pod * (1 - c.pod) / of); math.Abs(w.pod()-c.pod) > e/2 {
			t.Errorf("%s: probability of detection %.4f, R has %.4f, standard error %.4f", c.name, w.pod(), c.pod, e)
		}
	}
}
