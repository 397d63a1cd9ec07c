package evaluate

import (
	"math"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// inhibitor gives the id of the firing part that explains a total: without the
// stories of the firing parts no rule would alarm on it. Of several parts it is
// the one with the most stories. Where the total does not alarm, what inhibited
// it goes on doing so while it fires.
func (r *run) inhibitor(f finding, total life.State, parts []life.State) string {
	if !f.Alarm {
		for _, s := range parts {
			if s.Alert.ID() == total.Alert.Inhibited {
				return total.Alert.Inhibited
			}
		}
		return ""
	}
	chief, most := "", 0
	roots := map[string]struct{}{}
	for _, s := range parts {
		pair := kulkul.Pair{Flashpoint: s.Alert.Key.Flashpoint, Area: s.Alert.Key.Area}
		w := r.Table.Window(pair, f.Day-partSpan, f.Day, f.Day)
		for _, root := range w.Roots {
			roots[root] = struct{}{}
		}
		if w.Stories > most {
			chief, most = s.Alert.ID(), w.Stories
		}
	}
	if chief == "" {
		return ""
	}
	for _, o := range f.alarms {
		if !o.rule.Corroborates && !r.explained(o, roots) {
			return ""
		}
	}
	return chief
}

// partSpan is how many days back a part's stories are taken out of a total.
const partSpan = 13

// explained reports whether a rule would not alarm without the stories given.
func (r *run) explained(o *outcome, roots map[string]struct{}) bool {
	span := kulkul.Day(max(o.span, partSpan))
	rest := r.Table.Without(o.pair, o.day-span, o.day, o.day, roots)
	if tail(rest, o.span) < max(1, o.rule.Minimum.Stories) {
		return true
	}
	if o.rule.Detector == nil {
		return float64(tail(rest, o.span)) < o.rule.Minimum.Ratio*o.expected
	}
	counts := append(make([]int, 0, len(o.counts)), o.counts...)
	n := min(len(rest), len(counts))
	copy(counts[len(counts)-n:], rest[len(rest)-n:])
	alarm, _, score := r.detect(o, counts)
	if math.IsNaN(o.limit) {
		return alarm != algorithm.Raised
	}
	return alarm == algorithm.Undefined || o.rule.P(score) > o.limit
}
