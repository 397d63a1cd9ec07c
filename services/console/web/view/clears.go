package view

import (
	"fmt"
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// clears says in words, by indicator, when each of an alert's reasons would no
// longer hold: the lower bounds of the rules in force.
func clears(rules indicator.Indicators, reasons []kulkul.Reason) map[string]string {
	out := map[string]string{}
	for _, r := range reasons {
		out[r.Indicator] = "its figures are back in their usual range" // where the rule is no longer there
		for _, rule := range rules.List {
			if rule.ID == r.Indicator {
				out[r.Indicator] = clear(rule, r)
			}
		}
	}
	return out
}

func clear(rule indicator.Indicator, r kulkul.Reason) string {
	switch {
	case rule.P != nil:
		return fmt.Sprintf("so many stories are no longer unusual (p above %g)", rule.Clear.P)
	case rule.Detector != nil:
		return "its detector raises no alarm"
	}
	bar := max(float64(rule.Clear.Stories), rule.Clear.Ratio*r.Expected)
	span := "a day holds"
	if r.Window > 1 {
		span = fmt.Sprintf("%d days hold", r.Window)
	}
	return fmt.Sprintf("%s fewer than %.4g stories", span, math.Ceil(bar))
}
