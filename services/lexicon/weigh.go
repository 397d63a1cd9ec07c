package lexicon

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// weighing decides on an area: what the rules say of the text, weighed.
type weighing struct {
	bias    float64
	weights []weight
}

type weight struct {
	kind  rulefile.Signal
	of    int32 // in scored; of a count, in rulefile.Counts
	value float64
}

// model resolves the names in the model file.
func (c *compiler) model(m *rulefile.Model) {
	if m == nil {
		return
	}
	var areas []string
	for _, s := range c.t.scored {
		if s.kind == rulefile.Area {
			areas = append(areas, s.id)
		}
	}
	for _, a := range m.Areas {
		id, ok := c.t.index[a.Area.Name]
		if !ok || c.t.scored[id].kind != rulefile.Area {
			c.problems.Add(a.Area.Pos, rulefile.DidYouMean(a.Area.Name, areas), "no area %q", a.Area.Name)
			continue
		}
		w := &weighing{bias: a.Bias}
		for _, f := range a.Weights {
			if one, ok := c.weight(f); ok {
				w.weights = append(w.weights, one)
			}
		}
		c.t.scored[id].weighing = w
	}
}

func (c *compiler) weight(f rulefile.Weight) (weight, bool) {
	if f.Kind == rulefile.Count {
		at := slices.Index(rulefile.Counts(), f.Name.Name)
		if at < 0 {
			c.problems.Add(f.Name.Pos, rulefile.DidYouMean(f.Name.Name, rulefile.Counts()), "no count %q", f.Name.Name)
		}
		return weight{kind: f.Kind, of: int32(at), value: f.Value}, at >= 0
	}
	of, ok := c.t.index[f.Name.Name]
	if !ok {
		c.problems.Add(f.Name.Pos, "train the model anew with kulkul train, or take model.yaml out: the rules alone decide then",
			"no area, flashpoint or context %q", f.Name.Name)
		return weight{}, false
	}
	return weight{kind: f.Kind, of: of, value: f.Value}, true
}

// decide judges all areas and flashpoints that have a word in the text: by the
// rules, then areas by the model, where there is one.
func (t *Taxonomy) decide(s *scratch) {
	for _, id := range s.awake {
		s.states[id].given = t.holds(s, id)
	}
	t.count(s)
	for _, id := range s.awake {
		if w := t.scored[id].weighing; w != nil {
			t.weigh(s, id, w)
		}
	}
}

// weigh gives or takes away an area. A rule must have spoken for it, and what
// the area requires and excludes stands.
func (t *Taxonomy) weigh(s *scratch, id int32, w *weighing) {
	one, st := &t.scored[id], &s.states[id]
	st.given = false
	if st.said == 0 {
		return
	}
	sum := w.bias
	for _, f := range w.weights {
		sum += f.value * t.signal(s, f)
	}
	st.score = float32(1 / (1 + math.Exp(-sum)))
	st.given = st.score >= one.threshold && t.allHold(s, one.requires) && !t.anyHolds(s, one.excludes)
}

// signal is the value of one signal.
func (t *Taxonomy) signal(s *scratch, f weight) float64 {
	if f.kind == rulefile.Count {
		return truth(s.counts[f.of])
	}
	holds := t.holds(s, f.of)
	if f.kind == rulefile.Holds {
		return truth(holds)
	}
	return float64(s.states[f.of].said)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// count fills in the counts, in the order of rulefile.Counts.
func (t *Taxonomy) count(s *scratch) {
	areas, flashpoints := 0, 0
	for _, id := range s.awake {
		switch {
		case !t.holds(s, id):
		case t.scored[id].kind == rulefile.Area:
			areas++
		default:
			flashpoints++
		}
	}
	s.counts = [...]bool{areas == 0, areas > 1, flashpoints > 0, areas+flashpoints == 0}
}

// Signal is one thing that the rules say of a text, named as in the model file.
type Signal struct {
	Kind  rulefile.Signal
	Name  string
	Value float64 // never 0
}

// Signals are what a model is trained on: they do not depend on the model that
// is loaded.
func (t *Taxonomy) Signals(x Text) []Signal {
	s := t.scratch.Get().(*scratch)
	defer t.scratch.Put(s)
	defer s.reset()
	t.read(s, &x, t.detect(&x))
	t.count(s)
	var list []Signal
	add := func(kind rulefile.Signal, name string, value float64) {
		if value != 0 {
			list = append(list, Signal{kind, name, value})
		}
	}
	for k, name := range rulefile.Counts() {
		add(rulefile.Count, name, truth(s.counts[k]))
	}
	for id := range t.scored {
		add(rulefile.Holds, t.scored[id].id, truth(t.holds(s, int32(id))))
		add(rulefile.Score, t.scored[id].id, float64(s.states[id].said))
	}
	return list
}

// explainWeights is the model's reckoning for an area, the weightiest first.
func (t *Taxonomy) explainWeights(s *scratch, w *weighing) string {
	type part struct {
		name  string
		value float64
	}
	parts := []part{{"bias", w.bias}}
	for _, f := range w.weights {
		if v := t.signal(s, f); v != 0 {
			parts = append(parts, part{t.signalName(f), f.value * v})
		}
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(math.Abs(b.value), math.Abs(a.value)) })
	words := make([]string, len(parts))
	for k, p := range parts {
		words[k] = fmt.Sprintf("%s %+.2f", p.name, p.value)
	}
	return strings.Join(words, ", ")
}

func (t *Taxonomy) signalName(f weight) string {
	if f.kind == rulefile.Count {
		return rulefile.Counts()[f.of]
	}
	return string(f.kind) + " " + t.scored[f.of].id
}
