package evaluate

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"text/tabwriter"
)

// Print writes the report as a table.
func (r Report) Print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "%d items\n", r.Items)
	for _, k := range []Kind{r.Areas, r.Flashpoints} {
		fmt.Fprintf(t, "\n%s\tlabels\tright\twrong\tmissing\tprecision\t95 %%\trecall\t95 %%\tF1\t95 %%\n", k.Name)
		for _, row := range append(k.Rows, k.Micro) {
			line(t, row)
		}
		fmt.Fprintf(t, "macro\t\t\t\t\t\t\t\t\t%.3f\t%s\n", k.Macro, k.MacroInterval)
		if len(k.Languages) > 1 {
			fmt.Fprintf(t, "\n%s by language\t\t\t\t\t\t\t\t\t\t\n", k.Name)
			for _, row := range k.Languages {
				line(t, row)
			}
		}
	}
	fmt.Fprintf(t, "\nno label, no tag\t%d of %d\t%.3f\t%s\n", r.Clean, r.Negatives, float64(r.Clean)/float64(r.Negatives), r.CleanInterval)
	for _, code := range slices.Sorted(maps.Keys(r.CleanLanguages)) {
		if c := r.CleanLanguages[code]; c[0] < c[1] {
			fmt.Fprintf(t, "  %s\t%d of %d\n", code, c[0], c[1])
		}
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("print report: %w", err)
	}
	return nil
}

func line(w io.Writer, r Row) {
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", r.Name, r.Labels, r.Counts.Right, r.Counts.Wrong, r.Counts.Missing,
		figure(r.Counts.Precision()), r.Precision, figure(r.Counts.Recall()), r.Recall, figure(r.Counts.F1()), r.F1)
}

func figure(v float64) string {
	if math.IsNaN(v) {
		return "–"
	}
	return fmt.Sprintf("%.3f", v)
}

// String is "low–high".
func (i Interval) String() string { return fmt.Sprintf("%.2f–%.2f", i.Low, i.High) }
