package evaluate

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/kulkul-ews/kulkul/services/lexicon/story"
)

// NearlyLinked is the likeness from which a pair that is not linked counts as
// nearly linked.
const NearlyLinked = 0.3

// Verdict is what a reader said of a pair of items.
type Verdict struct {
	A, B string // ids
	Same bool   // one story
}

// Drawn is a pair that was drawn for a reader.
type Drawn struct {
	A, B   string // ids
	Linked bool
}

// DrawPairs draws n linked and n nearly linked pairs: those whose ids have the
// least hashes, so the same each time. Where there are fewer, all are drawn.
func DrawPairs(docs []story.Doc, window time.Duration, n int) []Drawn {
	type ticket struct {
		Drawn
		number uint64
	}
	var linked, near []ticket
	for _, p := range story.Pairs(docs, window, NearlyLinked) {
		d := Drawn{docs[p.A].Item, docs[p.B].Item, p.Linked}
		sum := sha256.Sum256([]byte(d.A + " " + d.B))
		t := ticket{d, binary.BigEndian.Uint64(sum[:8])}
		if p.Linked {
			linked = append(linked, t)
		} else {
			near = append(near, t)
		}
	}
	var drawn []Drawn
	for _, list := range [][]ticket{linked, near} {
		slices.SortFunc(list, func(a, b ticket) int { return cmp.Compare(a.number, b.number) })
		for _, t := range list[:min(n, len(list))] {
			drawn = append(drawn, t.Drawn)
		}
	}
	return drawn
}

// ReadVerdicts reads lines of two ids and "same" or "other" with tabs between
// them; # begins a remark. Other words and doubled pairs are errors.
func ReadVerdicts(r io.Reader) ([]Verdict, error) {
	var list []Verdict
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(line, "\t")
		if len(parts) != 3 || parts[2] != "same" && parts[2] != "other" {
			return nil, fmt.Errorf(`line %d: want two ids and "same" or "other" with tabs between them`, n)
		}
		if key := parts[0] + "\t" + parts[1]; seen[key] {
			return nil, fmt.Errorf("line %d: the pair stands twice", n)
		} else {
			seen[key] = true
		}
		list = append(list, Verdict{parts[0], parts[1], parts[2] == "same"})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read verdicts: %w", err)
	}
	return list, nil
}

// StoryReport counts judged pairs: linked, or nearly, and of these one story.
type StoryReport struct {
	Linked, LinkedSame int
	Near, NearSame     int
	// Wrong are the linked pairs that are not one story, Missed those of one
	// story that are not linked.
	Wrong, Missed []Verdict
}

// MeasureStories says what is made now of the pairs that were judged.
func MeasureStories(docs map[string]story.Doc, window time.Duration, verdicts []Verdict) (StoryReport, error) {
	var r StoryReport
	for _, v := range verdicts {
		a, known := docs[v.A]
		b, both := docs[v.B]
		if !known || !both {
			return r, fmt.Errorf("of %s and %s not both are among the items", v.A, v.B)
		}
		switch linked := story.Compare(a, b, window).Linked; {
		case linked && v.Same:
			r.Linked++
			r.LinkedSame++
		case linked:
			r.Linked++
			r.Wrong = append(r.Wrong, v)
		case v.Same:
			r.Near++
			r.NearSame++
			r.Missed = append(r.Missed, v)
		default:
			r.Near++
		}
	}
	return r, nil
}

// Print writes the counts with 95 % intervals.
func (r StoryReport) Print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	for _, row := range []struct {
		name       string
		same, here int
	}{{"linked pairs", r.LinkedSame, r.Linked}, {"nearly linked pairs", r.NearSame, r.Near}} {
		i := Wilson(row.same, row.here)
		fmt.Fprintf(w, "%s\t%d\tof these one story\t%d\t%.3f\t%.2f–%.2f\n", row.name, row.here, row.same, float64(row.same)/float64(max(1, row.here)), i.Low, i.High)
	}
	for _, list := range []struct {
		name  string
		pairs []Verdict
	}{{"wrongly linked", r.Wrong}, {"missed", r.Missed}} {
		for _, v := range list.pairs {
			fmt.Fprintf(w, "%s\t%s\t%s\n", list.name, v.A, v.B)
		}
	}
	return w.Flush()
}
