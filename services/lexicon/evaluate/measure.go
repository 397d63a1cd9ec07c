package evaluate

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Counts are the four cells of a label less the true negatives.
type Counts struct {
	Right   int // label and tag
	Wrong   int // tag without label
	Missing int // label without tag
}

// Add sums counts up.
func (c *Counts) Add(d Counts) {
	c.Right += d.Right
	c.Wrong += d.Wrong
	c.Missing += d.Missing
}

// Precision is Right over all tags, Recall over all labels, F1 their harmonic
// mean; NaN where there is nothing to divide by.
func (c Counts) Precision() float64 { return float64(c.Right) / float64(c.Right+c.Wrong) }

// Recall is the share of the labels that were found.
func (c Counts) Recall() float64 { return float64(c.Right) / float64(c.Right+c.Missing) }

// F1 is 2·Right / (2·Right + Wrong + Missing).
func (c Counts) F1() float64 {
	return 2 * float64(c.Right) / float64(2*c.Right+c.Wrong+c.Missing)
}

// Interval is a 95 % confidence interval.
type Interval struct {
	Low, High float64
}

// Wilson is the 95 % score interval of right out of all (Wilson 1927).
func Wilson(right, all int) Interval {
	if all == 0 {
		return Interval{0, 1}
	}
	const z = 1.959963984540054
	n, p := float64(all), float64(right)/float64(all)
	centre := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return Interval{max(0, centre-half), min(1, centre+half)}
}

// Row is one line of a report.
type Row struct {
	Name   string
	Labels int
	Counts Counts
	// Precision and Recall are Wilson intervals, F1 is a bootstrap's over items.
	Precision, Recall, F1 Interval
}

// Kind is one of the two kinds of label.
type Kind struct {
	Name  string
	Rows  []Row // by label, those that neither labels nor tags name left out
	Micro Row
	// Macro is the mean F1 of the labels that occur in the labelled set.
	Macro         float64
	MacroInterval Interval
	Languages     []Row
}

// Report is the comparison.
type Report struct {
	Items              int
	Areas, Flashpoints Kind
	Negatives          int // items without a label
	Clean              int // of which these got no tag
	CleanInterval      Interval
	CleanLanguages     map[string][2]int // clean, all
}

// resamples of the bootstrap; its random numbers are always the same.
const resamples = 1000

// Measure compares.
func Measure(outcomes []Outcome) Report {
	r := Report{Items: len(outcomes), CleanLanguages: map[string][2]int{}}
	for _, o := range outcomes {
		if len(o.Areas)+len(o.Flashpoints) > 0 {
			continue
		}
		r.Negatives++
		c := r.CleanLanguages[o.Language]
		c[1]++
		if len(o.GotAreas)+len(o.GotFlashpoints) == 0 {
			r.Clean++
			c[0]++
		}
		r.CleanLanguages[o.Language] = c
	}
	r.CleanInterval = Wilson(r.Clean, r.Negatives)
	r.Areas = kind("areas", kulkul.Areas(), outcomes, func(o Outcome) ([]string, []string) { return o.Areas, o.GotAreas })
	r.Flashpoints = kind("flashpoints", kulkul.Flashpoints(), outcomes, func(o Outcome) ([]string, []string) { return o.Flashpoints, o.GotFlashpoints })
	return r
}

// table holds, per item and label, what came of it.
type table struct {
	labels []string
	cells  [][]Counts // by item and label
}

func newTable(labels []string, outcomes []Outcome, pick func(Outcome) (want, got []string)) table {
	t := table{labels: labels, cells: make([][]Counts, len(outcomes))}
	for i, o := range outcomes {
		want, got := pick(o)
		row := make([]Counts, len(labels))
		for k, l := range labels {
			w, g := slices.Contains(want, l), slices.Contains(got, l)
			switch {
			case w && g:
				row[k].Right = 1
			case g:
				row[k].Wrong = 1
			case w:
				row[k].Missing = 1
			}
		}
		t.cells[i] = row
	}
	return t
}

// sum adds the items' cells by label.
func (t table) sum(items []int) []Counts {
	total := make([]Counts, len(t.labels))
	for _, i := range items {
		for k := range total {
			total[k].Add(t.cells[i][k])
		}
	}
	return total
}

func kind(name string, labels []string, outcomes []Outcome, pick func(Outcome) (want, got []string)) Kind {
	t := newTable(labels, outcomes, pick)
	all := make([]int, len(outcomes))
	for i := range all {
		all[i] = i
	}
	k := Kind{Name: name}
	total := t.sum(all)
	draws := t.bootstrap(all)
	for at, l := range labels {
		if total[at] == (Counts{}) {
			continue
		}
		k.Rows = append(k.Rows, row(l, total[at], draws.f1(func(c []Counts) float64 { return c[at].F1() })))
	}
	k.Micro = row("micro", pool(total), draws.f1(func(c []Counts) float64 { return pool(c).F1() }))
	k.Macro = macro(total)
	k.MacroInterval = draws.f1(macro)
	for _, code := range languages(outcomes) {
		var own []int
		for i, o := range outcomes {
			if o.Language == code {
				own = append(own, i)
			}
		}
		d := t.bootstrap(own)
		k.Languages = append(k.Languages, row(code, pool(t.sum(own)), d.f1(func(c []Counts) float64 { return pool(c).F1() })))
	}
	return k
}

func row(name string, c Counts, f1 Interval) Row {
	return Row{
		Name: name, Labels: c.Right + c.Missing, Counts: c, F1: f1,
		Precision: Wilson(c.Right, c.Right+c.Wrong), Recall: Wilson(c.Right, c.Right+c.Missing),
	}
}

func pool(counts []Counts) Counts {
	var c Counts
	for _, d := range counts {
		c.Add(d)
	}
	return c
}

func macro(counts []Counts) float64 {
	sum, n := 0.0, 0
	for _, c := range counts {
		if c.Right+c.Missing > 0 {
			sum += c.F1()
			n++
		}
	}
	return sum / float64(n)
}

func languages(outcomes []Outcome) []string {
	var list []string
	for _, o := range outcomes {
		if !slices.Contains(list, o.Language) {
			list = append(list, o.Language)
		}
	}
	slices.Sort(list)
	return list
}

// draws are the label counts of every resample.
type draws [][]Counts

func (t table) bootstrap(items []int) draws {
	random := rand.New(rand.NewPCG(1, 2))
	list := make(draws, resamples)
	drawn := make([]int, len(items))
	for n := range list {
		for i := range drawn {
			drawn[i] = items[random.IntN(len(items))]
		}
		list[n] = t.sum(drawn)
	}
	return list
}

// f1 is the percentile interval of a figure over the resamples in which it is
// defined.
func (d draws) f1(figure func([]Counts) float64) Interval {
	values := make([]float64, 0, len(d))
	for _, c := range d {
		if v := figure(c); !math.IsNaN(v) {
			values = append(values, v)
		}
	}
	if len(values) == 0 {
		return Interval{0, 1}
	}
	slices.Sort(values)
	at := func(q float64) float64 { return values[int(q*float64(len(values)-1)+0.5)] }
	return Interval{at(0.025), at(0.975)}
}
