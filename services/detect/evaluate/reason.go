package evaluate

import (
	"fmt"
	"math"
	"strings"

	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// reason explains an outcome with all its numbers.
func (r *run) reason(o *outcome) kulkul.Reason {
	w := r.window(o)
	reason := kulkul.Reason{Indicator: o.rule.ID, Detector: o.rule.Method, Day: o.day, Window: o.span,
		Observed: float64(o.observed), Expected: round(o.expected), Bound: round(o.bound), Score: round(o.score),
		Owners: w.Owners, Countries: w.Countries, Weight: round(w.Weight), Level: o.rule.Level}
	if o.carried {
		reason.Level = min(kulkul.Watch, o.rule.Level)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s from %s in %s", count(o.observed, "story", "stories"),
		count(len(w.Owners), "publisher", "publishers"), count(o.span, "day", "days"))
	m := o.rule.Minimum
	if o.rule.Detector != nil || m.Ratio > 0 {
		fmt.Fprintf(&b, " where %.2g were expected", o.expected)
	}
	switch {
	case o.rule.Detector == nil && m.Publishers > 0:
		fmt.Fprintf(&b, "; the rule asks for %d from %d", m.Stories, m.Publishers)
	case o.rule.Detector == nil:
		fmt.Fprintf(&b, "; the rule asks for %d", m.Stories)
	}
	if o.rule.Detector == nil && m.Ratio > 0 {
		fmt.Fprintf(&b, " and %.2g times the expected", m.Ratio)
	}
	if !math.IsNaN(o.p) {
		fmt.Fprintf(&b, " (p = %.1g)", o.p)
	}
	b.WriteByte('.')
	attribute(&b, o, w)
	if w.Unsettled > 0 {
		fmt.Fprintf(&b, " %s carried only by new sources left out.", count(w.Unsettled, "story", "stories"))
	}
	reason.Text = b.String()
	return reason
}

// attribute says what of the stories is no news: filled in afterwards, from
// sources that had been silent, or one story many times.
func attribute(b *strings.Builder, o *outcome, w series.Window) {
	if n := len(w.Backlog); n > 0 {
		fmt.Fprintf(b, " %d of them came in two days or more after publication", n)
		if len(w.Returned) > 0 {
			fmt.Fprintf(b, " or from what had been silent (%s)", strings.Join(w.Returned, ", "))
		}
		if o.carried {
			b.WriteString("; without them there would be no alarm, so the level is not raised")
		}
		b.WriteByte('.')
	}
	if w.Carried > 1 && w.Carried > len(w.Owners) {
		fmt.Fprintf(b, " One story was carried by %d sources; it counts once.", w.Carried)
	}
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// round keeps six significant digits, so that the last bits of a sum, which may
// differ between machines, do not make two payloads of one alert; what is no
// number reads 0.
func round(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) || v == 0 {
		return 0
	}
	scale := math.Pow(10, 5-math.Floor(math.Log10(math.Abs(v))))
	if math.IsInf(scale, 0) {
		return 0
	}
	return math.Round(v*scale) / scale
}
