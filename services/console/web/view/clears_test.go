package view

import (
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const someRules = `version: "1"
history: 400
budget: {alerts: 1, days: 14, fdr: 0.05, p: 0.003}
life: {cool_down: 336h, ease: 48h, mute: 168h}
levels:
  elevated: {owners: 2}
  high: {owners: 2, countries: 2, any_of: {days: 2, detectors: 2, stories: 3}}
  critical: {owners: 5, ratio: 3}
indicators:
  - {id: surge, method: nbscan, window: 7, minimum: {stories: 2, publishers: 2, history: 28}, series: {kinds: [flashpoints]}}
  - {id: many, method: threshold, window: 3, minimum: {stories: 6, publishers: 2, ratio: 3}, series: {kinds: [flashpoints]}}
`

func TestWhatClearsAReasonIsTheLowerBoundInForce(t *testing.T) {
	rules, err := indicator.Parse("indicators.yaml", []byte(someRules))
	if err != nil {
		t.Fatal(err)
	}
	got := clears(rules, []kulkul.Reason{{Indicator: "surge", Bound: -1}, {Indicator: "many", Window: 3, Expected: 2.3, Bound: 6.9}, {Indicator: "gone"}})
	for id, want := range map[string]string{
		"surge": "so many stories are no longer unusual (p above 0.05)",
		"many":  "3 days hold fewer than 5 stories", // 2 × 2.3
		"gone":  "its figures are back in their usual range",
	} {
		if got[id] != want {
			t.Errorf("%s: %q, want %q", id, got[id], want)
		}
	}
}
