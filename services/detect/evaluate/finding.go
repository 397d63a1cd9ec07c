package evaluate

import (
	"slices"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// finding is a life.Finding with the outcomes that alarm.
type finding struct {
	life.Finding
	alarms []*outcome
}

// finding puts together what the indicators of an alert's group say.
func (r *run) finding(p kulkul.Pair, key kulkul.AlertKey, s life.State) finding {
	tested := r.group(p, key.Group, r.Day)
	f := finding{Finding: life.Finding{Key: key, Day: r.Day, Cap: kulkul.Critical}}
	f.Calm = !slices.ContainsFunc(tested, func(o *outcome) bool { return !o.rule.Corroborates && !o.calm })
	f.alarms = alarming(tested)
	for _, day := range r.otherDays(s) {
		if len(f.alarms) > 0 {
			break
		}
		if f.alarms = alarming(r.group(p, key.Group, day)); len(f.alarms) > 0 {
			f.Day = day
		}
	}
	if len(f.alarms) == 0 {
		f.Evidence = r.quietEvidence(p, tested)
		return f
	}
	f.Alarm, f.Calm = true, false
	r.describe(&f)
	return f
}

// otherDays are those tested beside the day itself: the running one, if that
// has begun, and for a series without an alert the days before, on which
// something may have come in late.
func (r *run) otherDays(s life.State) []kulkul.Day {
	var days []kulkul.Day
	if today := kulkul.DayOf(r.At); today > r.Day && today <= r.Day+1 {
		days = append(days, today)
	}
	if s.Alert.State == "" || s.Alert.State == kulkul.Resolved {
		for k := range r.Indicators.Late {
			days = append(days, r.Day-1-kulkul.Day(k))
		}
	}
	return days
}

// group gives the outcomes of one group's rules on a series.
func (r *run) group(p kulkul.Pair, group string, day kulkul.Day) []*outcome {
	var out []*outcome
	for _, o := range r.testsOf(day)[p] {
		if o.rule.Group == group {
			out = append(out, o)
		}
	}
	return out
}

// alarming gives those in alarm, none where only corroborating ones are.
func alarming(tested []*outcome) []*outcome {
	var out []*outcome
	alone := true
	for _, o := range tested {
		if o.alarm {
			out = append(out, o)
			alone = alone && o.rule.Corroborates
		}
	}
	if alone {
		return nil
	}
	return out
}

// describe fills in the reasons and the evidence of an alarm: of the longest
// window among those that alarm.
func (r *run) describe(f *finding) {
	f.Cap, f.Hold = kulkul.NoLevel, -1
	longest := f.alarms[0]
	methods := map[string]struct{}{}
	for _, o := range f.alarms {
		methods[o.rule.Method] = struct{}{}
		if o.expected > 0 {
			f.Evidence.Ratio = max(f.Evidence.Ratio, float64(o.observed)/o.expected)
		}
		if o.rule.Corroborates {
			continue
		}
		f.Cap = max(f.Cap, o.rule.Level)
		if f.Hold < 0 || o.rule.Hold < f.Hold {
			f.Hold = o.rule.Hold
		}
		if o.span > longest.span || longest.rule.Corroborates {
			longest = o
		}
	}
	w := r.window(longest)
	f.Evidence.Stories, f.Evidence.Owners, f.Evidence.Countries = w.Stories, w.Owners, w.Countries
	f.Evidence.Detectors = len(methods)
	f.Items = w.Items
	for _, o := range f.alarms {
		f.Reasons = append(f.Reasons, r.reason(o))
	}
}

// quietEvidence is what the gates see where nothing alarms: the longest window
// of the rules, so that an alert's level can ease.
func (r *run) quietEvidence(p kulkul.Pair, tested []*outcome) life.Evidence {
	longest := 1
	for _, o := range tested {
		longest = max(longest, o.rule.Window)
	}
	w := r.Table.Window(p, r.Day-kulkul.Day(longest)+1, r.Day, r.Day)
	return life.Evidence{Stories: w.Stories, Owners: w.Owners, Countries: w.Countries}
}
