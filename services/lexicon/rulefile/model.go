package rulefile

import "slices"

// Model is the file model.yaml: for every area, how what the rules say of a
// text is weighed. It is written by `kulkul train`.
type Model struct {
	Path  string
	Areas []AreaModel
}

// AreaModel is a logistic regression: the chance of the tag is
// 1 / (1 + exp(−(Bias + Σ weight · signal))).
type AreaModel struct {
	Area    Ref
	Bias    float64
	Weights []Weight
}

// Weight is what one signal counts for.
type Weight struct {
	Kind  Signal
	Name  Ref // an area, flashpoint or context; of a count, one of Counts
	Value float64
}

// Signal is a kind of thing that the rules say of a text.
type Signal string

// The kinds of signals.
const (
	Score Signal = "score" // what the rules of an area, flashpoint or context add up to, 0 to 1, before what is against it
	Holds Signal = "holds" // 1 where it holds by the rules alone
	Count Signal = "count" // 1 where one of Counts is so
)

// The counts: how many areas and flashpoints hold by the rules alone.
const (
	NoArea        = "no-area"
	SeveralAreas  = "several-areas"
	AnyFlashpoint = "any-flashpoint"
	Nothing       = "nothing"
)

// Counts lists the counts.
func Counts() []string { return []string{NoArea, SeveralAreas, AnyFlashpoint, Nothing} }

// maxWeight bounds a weight: beyond it a model is broken, not sure.
const maxWeight = 50

// ReadModel reads the model file. It is returned as far as it could be read
// even where there are problems.
func ReadModel(path string, data []byte) (*Model, Problems) {
	r := &reader{file: path}
	m := &Model{Path: path}
	for _, e := range r.entries(r.root(data), "model") {
		if e.key != "areas" {
			r.unknown(e, "the model", []string{"areas"})
			continue
		}
		for _, a := range r.entries(e.value, "areas") {
			m.Areas = append(m.Areas, r.areaModel(a))
		}
	}
	return m, r.problems
}

func (r *reader) areaModel(e entry) AreaModel {
	a := AreaModel{Area: Ref{Name: e.key, Pos: r.pos(e.node)}}
	kinds := []string{string(Score), string(Holds), string(Count)}
	biased := false
	for _, k := range r.entries(e.value, e.key) {
		switch {
		case k.key == "bias":
			a.Bias, biased = r.number(k.value, "bias", -maxWeight, maxWeight)
		case slices.Contains(kinds, k.key):
			for _, w := range r.entries(k.value, k.key) {
				if v, ok := r.number(w.value, w.key, -maxWeight, maxWeight); ok {
					a.Weights = append(a.Weights, Weight{Kind: Signal(k.key), Name: Ref{Name: w.key, Pos: r.pos(w.node)}, Value: v})
				}
			}
		default:
			r.unknown(k, e.key, append(kinds, "bias"))
		}
	}
	if !biased {
		r.add(e.node, "write it with kulkul train", "%s: no bias", e.key)
	}
	return a
}
