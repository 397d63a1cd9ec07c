package evaluate

import (
	"math"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// TestEveryMethodCanBeARule runs each detector as an indicator of its own over
// a quiet history with a burst: none may fail or tell nonsense. (kleinberg draws
// bursts that are over; the weekly farrington family needs years.)
func TestEveryMethodCanBeARule(t *testing.T) {
	for _, method := range []string{"nbscan", "nbscanPlain", "nbcusum", "ratio", "firstreport", "silence", "earsC", "earsC3paper",
		"cusum", "cusumRestart", "bayes", "glrnb", "ewma", "ewmaESSENCE"} {
		w := newWorld(t, "version: v1\nindicators:\n  - {id: a, method: "+method+", minimum: {stories: 2}, series: {kinds: [pairs]}}\n")
		for d := range kulkul.Day(200) {
			if d%9 == 0 {
				w.report(day0+d, 1, papua)
			}
		}
		w.report(day0+200, 12, papua)
		r := w.tick(day0 + 200)
		if method == "firstreport" || method == "silence" {
			if len(r.Events) != 0 {
				t.Errorf("%s told %q of a burst", method, told(r))
			}
			continue
		}
		if len(r.Events) != 1 || r.Events[0].Change != kulkul.Fired || math.IsNaN(r.Events[0].Alert.Reasons[0].Score) {
			t.Errorf("%s told %q of twelve stories in a day", method, told(r))
		}
	}
}
