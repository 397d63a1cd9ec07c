package evidence

import (
	"bytes"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/algorithm/catalog"
)

// farringtons are the three settings that testdata/farrington.R runs.
func farringtons() [3][2]string {
	return [3][2]string{
		{"farringtonFlexible", noufaily},
		{"farringtonFlexible", `{}`},
		{"farrington", `{"alpha":0.01,"limit54":[0,4]}`},
	}
}

// TestAgainstSurveillance runs R's own package beside the detectors on the same
// weekly series: alarms must agree, and farringtonFlexible must be a hundred times
// as fast, in processor time.
func TestAgainstSurveillance(t *testing.T) {
	heavy(t)
	if exec.Command("Rscript", "-e", "library(surveillance)").Run() != nil {
		t.Skip("needs R with the package surveillance (Debian: r-cran-surveillance)")
	}
	var file struct {
		Weekly []weeklySeries `json:"weekly"`
	}
	readShared(t, "detect/sim-open.json", &file)
	var in bytes.Buffer
	var some []weeklySeries
	for i := 0; i < len(file.Weekly); i += 7 {
		some = append(some, file.Weekly[i])
		in.WriteString(strings.Trim(fmt.Sprint(file.Weekly[i].Counts), "[]") + "\n")
	}
	r := exec.CommandContext(t.Context(), "Rscript", "testdata/farrington.R")
	r.Stdin = strings.NewReader(strings.ReplaceAll(in.String(), " ", ","))
	out, err := r.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	var seconds [3]float64
	if _, err := fmt.Sscan(lines[len(lines)-1], &seconds[0], &seconds[1], &seconds[2]); err != nil {
		t.Fatal(err)
	}
	for k, f := range farringtons() {
		ours, differ, cells := againstR(t, f, some, lines, k)
		points := float64(len(some) * (lastWeek - firstWeek + 1))
		ratio := seconds[k] / ours.Seconds()
		t.Logf("%-18s R %.2f ms a point, here %.3f ms: %.0f times as fast; %d of %d alarms differ",
			f[0], 1000*seconds[k]/points, 1000*ours.Seconds()/points, ratio, differ, cells)
		if float64(differ) > 0.01*float64(cells) {
			t.Errorf("%s: %d of %d alarms differ", f[0], differ, cells)
		}
		if f[0] == "farringtonFlexible" && ratio < 100 {
			t.Errorf("%s: %.0f times as fast as R, want 100", f[0], ratio)
		}
	}
}

// againstR times a method over the series and counts the alarms that differ from
// column k of what R printed.
func againstR(t *testing.T, f [2]string, some []weeklySeries, lines []string, k int) (took time.Duration, differ, cells int) {
	t.Helper()
	d, err := catalog.New(f[0], []byte(f[1]))
	if err != nil {
		t.Fatal(err)
	}
	begin := processor(t)
	results := make([]algorithm.Result, len(some))
	for i, s := range some {
		results[i] = d.Detect(algorithm.Series{Counts: s.Counts, Freq: 52, Start: [2]int{2001, 1}}, firstWeek, lastWeek)
	}
	took = processor(t) - begin
	for i := range some {
		digits := strings.Fields(lines[i])[k]
		for j, a := range results[i].Alarm {
			cells++
			if (a == algorithm.Raised) != (digits[j] == '1') {
				differ++
			}
		}
	}
	return took, differ, cells
}
