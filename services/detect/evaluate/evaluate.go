package evaluate

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Input is what one evaluation looks at.
type Input struct {
	// At is the instant it speaks for; what came in later must not be in Table.
	At time.Time
	// Day is the day under test: the running one on a touch, the last whole one
	// on the daily tick.
	Day        kulkul.Day
	Mode       life.Mode
	Table      *series.Table
	Indicators indicator.Indicators
	Taxonomy   string // version that alerts carry
	// Series are those tested; nil: kulkul.AllSeries.
	Series []kulkul.Pair
	// Flashpoints are the lives so far, by flashpoint id; kulkul.Any holds the
	// regional totals. Absent ones begin here.
	Flashpoints map[string]life.Flashpoint
}

// Result is what came of it.
type Result struct {
	// Flashpoints are those that changed, by id.
	Flashpoints map[string]life.Flashpoint
	// Events are in the order in which they happened: parts, flashpoint totals,
	// regional totals. Each belongs to the flashpoint of its key.
	Events  []kulkul.AlertEvent
	Notices []kulkul.Notice
	// Tested counts the tests of the day, Alarms those that alarmed.
	Tested, Alarms int
}

// run carries one evaluation.
type run struct {
	Input
	policy  life.Policy
	weekday [7]float64
	begin   kulkul.Day
	begun   bool // the day after the tested one has begun, with something in it
	// complete is how complete the days before are, once asked for.
	complete []float64
	tests    map[kulkul.Day]tests
	panels   map[kulkul.Day]*series.Panel
	now      map[string]life.Flashpoint
	result   Result
}

// Evaluate runs one evaluation.
func Evaluate(in Input) Result {
	if in.Series == nil {
		in.Series = kulkul.AllSeries()
	}
	r := &run{Input: in, policy: in.Indicators.Life, tests: map[kulkul.Day]tests{}, panels: map[kulkul.Day]*series.Panel{}, now: map[string]life.Flashpoint{}}
	r.policy.Taxonomy = in.Taxonomy
	r.weekday = in.Table.Weekday(in.Day-weekdaySpan, in.Day-1)
	r.begin, _ = in.Table.Begin()
	today := kulkul.DayOf(in.At)
	r.begun = today == in.Day+1 && in.Table.Any(today)
	for id, f := range in.Flashpoints {
		r.now[id] = f
	}
	if r.Mode == life.Full && in.Table.Collection().Blind(in.Day) {
		r.Mode = life.Raise
		r.notice("collection-silent", kulkul.None, "Nothing came in on "+in.Day.String()+
			" although items usually do: that day's counts calm no alert.", in.Day.String())
	}
	r.parts()
	r.flashpointTotals()
	r.regionalTotals()
	if in.Mode == life.Full {
		r.learning()
	}
	if r.Mode == life.Full {
		r.opportunities()
	}
	r.finish()
	return r.result
}

// learning tells that some rules cannot speak yet: silence is then no calm.
func (r *run) learning() {
	if _, any := r.Table.Begin(); !any {
		r.notice("learning", kulkul.None, "Nothing that counts has come in yet: no alert can be raised.", "empty")
		return
	}
	need := 0
	for _, i := range r.Indicators.List {
		need = max(need, i.Minimum.History)
	}
	if from := r.begin + kulkul.Day(need) - 1; need > 1 && r.Day < from {
		r.notice("learning", kulkul.None, fmt.Sprintf("Collection began on %s: rules that compare with the past can raise nothing before %s.",
			r.begin, from), r.begin.String())
	}
}

// weekdaySpan is over how many days the weekday factors are learned.
const weekdaySpan = 112

func (r *run) parts() {
	for _, p := range r.Series {
		if !p.Total() {
			r.apply(p, nil)
		}
	}
}

func (r *run) flashpointTotals() {
	for _, p := range r.Series {
		if p.Area == kulkul.Any {
			r.apply(p, func(part life.State) bool { return true }, p.Flashpoint)
		}
	}
}

func (r *run) regionalTotals() {
	flashpoints := slices.Sorted(maps.Keys(r.now))
	for _, p := range r.Series {
		if p.Flashpoint == kulkul.Any {
			r.apply(p, func(part life.State) bool { return part.Alert.Key.Area == p.Area }, flashpoints...)
		}
	}
}

// apply moves the alerts of one series. The parts of a total are the firing
// pairs of the flashpoints given that isPart selects.
func (r *run) apply(p kulkul.Pair, isPart func(life.State) bool, flashpoints ...string) {
	f := r.flashpoint(p.Flashpoint)
	for _, key := range r.keys(f, p) {
		state, _ := f.Find(key)
		finding := r.finding(p, key, state)
		if isPart != nil {
			finding.Inhibited = r.inhibitor(finding, state, r.firing(key.Group, isPart, flashpoints))
		}
		next, events := f.Apply([]life.Finding{finding.Finding}, r.policy, r.At, r.Mode)
		f = next
		r.result.Events = append(r.result.Events, events...)
	}
	r.now[p.Flashpoint] = f
}

// keys are the alerts that a series may have: of the groups that watch it, and
// those that are open although no indicator watches the series any more.
func (r *run) keys(f life.Flashpoint, p kulkul.Pair) []kulkul.AlertKey {
	groups := r.Indicators.Groups(p)
	for _, s := range f.States {
		k := s.Alert.Key
		if k.Area == p.Area && s.Alert.State != kulkul.Resolved && !slices.Contains(groups, k.Group) {
			groups = append(groups, k.Group)
		}
	}
	slices.Sort(groups)
	keys := make([]kulkul.AlertKey, len(groups))
	for i, g := range groups {
		keys[i] = kulkul.AlertKey{Flashpoint: p.Flashpoint, Area: p.Area, Group: g}
	}
	return keys
}

func (r *run) flashpoint(id string) life.Flashpoint {
	f, known := r.now[id]
	if !known {
		f = life.Flashpoint{Flashpoint: id}
	}
	return f
}

// firing gives the parts of a group that fire and that isPart selects.
func (r *run) firing(group string, isPart func(life.State) bool, flashpoints []string) []life.State {
	var out []life.State
	for _, id := range flashpoints {
		for _, s := range r.now[id].States {
			k := s.Alert.Key
			pair := kulkul.Pair{Flashpoint: k.Flashpoint, Area: k.Area}
			if !pair.Total() && k.Group == group && s.Alert.State == kulkul.Firing && isPart(s) {
				out = append(out, s)
			}
		}
	}
	return out
}

// notice tells something once: parts make its id.
func (r *run) notice(kind, flashpoint, text string, parts ...string) {
	id := kulkul.Hash(append([]string{"notice", kind, flashpoint}, parts...)...)
	r.result.Notices = append(r.result.Notices, kulkul.Notice{ID: id, Kind: kind, At: r.At.UTC(), Flashpoint: flashpoint, Text: text})
}

// finish closes episodes and keeps what changed.
func (r *run) finish() {
	r.result.Flashpoints = map[string]life.Flashpoint{}
	for id, f := range r.now {
		f = f.Settle()
		if old := r.Input.Flashpoints[id]; len(f.States) > 0 && !reflect.DeepEqual(old, f) {
			r.result.Flashpoints[id] = f
		}
	}
}
