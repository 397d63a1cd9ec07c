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
	tested := ofGroup(r.testsOf(r.Day)[p], key.Group)
	f := finding{Finding: life.Finding{Key: key, Day: r.Day, Cap: kulkul.Critical}}
	f.Calm = !slices.ContainsFunc(tested, func(o *outcome) bool { return !o.rule.Corroborates && !o.calm })
	if f.alarms = alarming(tested); len(f.alarms) == 0 {
		f.alarms = r.otherDays(p, key, s)
	}
	if len(f.alarms) == 0 {
		f.Evidence = r.quietEvidence(p, tested)
		return f
	}
	f.Alarm, f.Calm, f.Day = true, false, f.alarms[0].day
	r.describe(&f)
	return f
}

// otherDays gives the alarms of days beside the tested one: of the running day,
// if that has begun, and, for a series without an alert, of the days before on
// which something came in late.
func (r *run) otherDays(p kulkul.Pair, key kulkul.AlertKey, s life.State) []*outcome {
	if r.begun {
		if found := alarming(ofGroup(r.testsOf(r.Day + 1)[p], key.Group)); len(found) > 0 {
			return found
		}
	}
	if s.Alert.State != "" && s.Alert.State != kulkul.Resolved {
		return nil
	}
	for k := range r.Indicators.Late {
		if found := alarming(ofGroup(r.testLate(p, r.Day-1-kulkul.Day(k)), key.Group)); len(found) > 0 {
			return found
		}
	}
	return nil
}

// ofGroup gives the outcomes of one group's rules.
func ofGroup(tested []*outcome, group string) []*outcome {
	var out []*outcome
	for _, o := range tested {
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
		f.Cap = max(f.Cap, r.most(o))
		if f.Hold < 0 || o.rule.Hold < f.Hold {
			f.Hold = o.rule.Hold
		}
		if o.span > longest.span || longest.rule.Corroborates {
			longest = o
		}
	}
	w := r.window(longest)
	f.Evidence.Stories, f.Evidence.Owners, f.Evidence.Countries = w.Firm.Stories, w.Firm.Owners, w.Firm.Countries
	f.Evidence.Detectors = len(methods)
	f.Items = w.Items
	for _, o := range f.alarms {
		f.Reasons = append(f.Reasons, r.reason(o))
	}
}

// most is the highest level that an outcome may give: watch, where it is carried
// by what was filled in afterwards or by sources that had been silent.
func (r *run) most(o *outcome) kulkul.Level {
	backlog := map[string]struct{}{}
	for _, root := range r.window(o).Backlog {
		backlog[root] = struct{}{}
	}
	if o.carried = len(backlog) > 0 && r.explained(o, backlog); o.carried {
		return min(kulkul.Watch, o.rule.Level)
	}
	return o.rule.Level
}

// quietEvidence is what the gates see where nothing alarms: the longest window
// of the rules, so that an alert's level can ease.
func (r *run) quietEvidence(p kulkul.Pair, tested []*outcome) life.Evidence {
	longest := 1
	for _, o := range tested {
		longest = max(longest, o.rule.Window)
	}
	w := r.Table.Window(p, r.Day-kulkul.Day(longest)+1, r.Day, r.Day)
	return life.Evidence{Stories: w.Firm.Stories, Owners: w.Firm.Owners, Countries: w.Firm.Countries}
}
