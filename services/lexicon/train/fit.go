package train

import (
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/lexicon"
)

const (
	// strictness is the weight of the penalty ½·Σ(w/ease)² beside the sum of
	// the log losses.
	strictness = 1.0
	// ownEase makes an area's own score and whether it holds by the rules
	// cheap beside all else: the model corrects the rules, it does not replace
	// them.
	ownEase = 4.0
	// fewest is in how many texts a signal must be to get a weight.
	fewest = 5
	// rarest is the share of texts as which an area counts at least: the texts
	// of one that is rarer among the labels weigh so much more. A deployment
	// reads the region's feeds, where no area is as rare as in the archives.
	rarest = 0.05
	// lean is the chance from which an area is given: the bias is moved so
	// that the threshold of one half stands for it. Of 0.3 to 0.7 it gives the
	// best F1 in cross-validation on the labels.
	lean = 0.4
	// rounds bounds the steps of Newton's method; ten are enough.
	rounds = 40
)

// value is one signal of a text, by its column.
type value struct {
	column int
	value  float64
}

// table is the texts as rows of signals; column 0 is 1 in every row.
type table struct {
	columns []lexicon.Signal // Value is of no account
	rows    [][]value
}

func newTable(texts [][]lexicon.Signal) table {
	type key struct{ kind, name string }
	keyOf := func(s lexicon.Signal) key { return key{string(s.Kind), s.Name} }
	in := map[key]int{}
	for _, signals := range texts {
		for _, s := range signals {
			in[keyOf(s)]++
		}
	}
	t := table{columns: make([]lexicon.Signal, 1)}
	at := map[key]int{}
	for _, signals := range texts {
		row := []value{{0, 1}}
		for _, s := range signals {
			k := keyOf(s)
			if in[k] < fewest {
				continue
			}
			if at[k] == 0 {
				at[k] = len(t.columns)
				t.columns = append(t.columns, s)
			}
			row = append(row, value{at[k], s.Value})
		}
		t.rows = append(t.rows, row)
	}
	return t
}

// heft is what each text of an area weighs in training; others weigh 1.
func heft(truth []bool) float64 {
	of := 0
	for _, yes := range truth {
		if yes {
			of++
		}
	}
	return max(1, rarest*float64(len(truth))/float64(max(1, of)))
}

// fit is the penalised logistic regression of truth on the signals, by
// Newton's method: the weights by column, the bias first. Each text that is
// true counts heft times.
func (t table) fit(truth []bool, ease []float64, heft float64) []float64 {
	n := len(t.columns)
	w := make([]float64, n)
	for range rounds {
		slope, bend := make([]float64, n), make([][]float64, n)
		for j := range bend {
			bend[j] = make([]float64, n)
			if j > 0 {
				penalty := strictness / (ease[j] * ease[j])
				slope[j], bend[j][j] = penalty*w[j], penalty
			}
		}
		for i, row := range t.rows {
			p := logistic(row, w)
			wrong, counts := p, 1.0
			if truth[i] {
				wrong, counts = p-1, heft
			}
			for _, a := range row {
				slope[a.column] += counts * wrong * a.value
				for _, b := range row {
					bend[a.column][b.column] += counts * p * (1 - p) * a.value * b.value
				}
			}
		}
		step := solve(bend, slope)
		longest := 0.0
		for j := range w {
			w[j] -= step[j]
			longest = max(longest, math.Abs(step[j]))
		}
		if longest < 1e-8 {
			break
		}
	}
	return w
}

func logistic(row []value, w []float64) float64 {
	sum := 0.0
	for _, v := range row {
		sum += w[v.column] * v.value
	}
	return 1 / (1 + math.Exp(-sum))
}

// solve solves a·x = b for a symmetric positive definite a, by Cholesky's
// decomposition, in place.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i][j] = sum / a[j][j]
			}
		}
	}
	x := slices.Clone(b)
	for i := range n {
		for k := range i {
			x[i] -= a[i][k] * x[k]
		}
		x[i] /= a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		for k := i + 1; k < n; k++ {
			x[i] -= a[k][i] * x[k]
		}
		x[i] /= a[i][i]
	}
	return x
}
