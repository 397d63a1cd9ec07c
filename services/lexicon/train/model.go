package train

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// Text is a text with its label.
type Text struct {
	lexicon.Text
	Areas []string
}

// Fit trains on texts and gives the model file.
func Fit(t *lexicon.Taxonomy, texts []Text) []byte {
	signals := make([][]lexicon.Signal, len(texts))
	for i, x := range texts {
		signals[i] = t.Signals(x.Text)
	}
	data := newTable(signals)
	var out bytes.Buffer
	fmt.Fprintf(&out, "# Written by kulkul train from %d labelled texts; docs/tagging.md says how. Not to be edited by hand.\nareas:\n", len(texts))
	for _, area := range kulkul.Areas() {
		truth, ease := make([]bool, len(texts)), make([]float64, len(data.columns))
		for i, x := range texts {
			truth[i] = slices.Contains(x.Areas, area)
		}
		for j, c := range data.columns {
			ease[j] = 1
			if c.Name == area {
				ease[j] = ownEase
			}
		}
		weights := data.fit(truth, ease, heft(truth))
		weights[0] -= math.Log(lean / (1 - lean))
		write(&out, area, data.columns, weights)
	}
	return out.Bytes()
}

// write writes one area's weights, by kind and name, to three places.
func write(out *bytes.Buffer, area string, columns []lexicon.Signal, weights []float64) {
	fmt.Fprintf(out, "  %s:\n    bias: %.3f\n", area, weights[0])
	for _, kind := range []rulefile.Signal{rulefile.Score, rulefile.Holds, rulefile.Count} {
		var at []int
		for j := 1; j < len(columns); j++ {
			if columns[j].Kind == kind && math.Abs(weights[j]) >= 0.0005 {
				at = append(at, j)
			}
		}
		slices.SortFunc(at, func(a, b int) int { return cmp.Compare(columns[a].Name, columns[b].Name) })
		if len(at) == 0 {
			continue
		}
		fmt.Fprintf(out, "    %s:\n", kind)
		for _, j := range at {
			fmt.Fprintf(out, "      %s: %.3f\n", columns[j].Name, weights[j])
		}
	}
}
