package backtest

import (
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

//go:embed report.html
var files embed.FS

// report is what the page shows.
type report struct {
	From, To kulkul.Day
	Score    Scorecard
	Charts   []chart
	Width    int
	Years    []mark
	Lines    []Line
}

// chart is one flashpoint: its weekly stories as bars, its episodes as bands,
// its onsets as marks. Positions are in pixels.
type chart struct {
	Flashpoint string
	Stories    int
	Highest    int // stories of the busiest week
	Bars       []bar
	Bands      []band
	Onsets     []mark
}

type bar struct{ X, Y, W, H float64 }

type band struct {
	X, W  float64
	Level kulkul.Level
	Title string
}

type mark struct {
	X     float64
	Text  string
	Found bool
}

// Sizes of a chart, in pixels.
const (
	chartWidth  = 1060
	chartHeight = 60
)

// WriteReport writes the replay as one HTML page that needs nothing else: the
// scorecard, every flashpoint's weekly stories with its episodes and onsets
// drawn in, and every line.
func (h *History) WriteReport(w io.Writer, onsets []Onset) error {
	page, err := template.ParseFS(files, "report.html")
	if err != nil {
		return fmt.Errorf("read the report's template: %w", err)
	}
	r := report{From: h.From, To: h.To, Score: h.Score(onsets), Width: chartWidth, Lines: h.Lines}
	for _, f := range append(kulkul.Flashpoints(), kulkul.Any) {
		if c := h.chart(f, r.Score.Details); c.Stories > 0 || len(c.Bands) > 0 {
			r.Charts = append(r.Charts, c)
		}
	}
	for day := h.From; day <= h.To; day++ {
		if t := day.Start(); t.Month() == 1 && t.Day() == 1 {
			r.Years = append(r.Years, mark{X: h.x(day), Text: fmt.Sprint(t.Year())})
		}
	}
	if err := page.Execute(w, r); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	return nil
}

// x is where a day begins.
func (h *History) x(d kulkul.Day) float64 {
	return float64(d-h.From) / float64(h.To-h.From+1) * chartWidth
}

func (h *History) chart(flashpoint string, details []OnsetResult) chart {
	c := chart{Flashpoint: flashpoint}
	if flashpoint != kulkul.Any {
		c.Bars, c.Stories, c.Highest = h.bars(kulkul.Pair{Flashpoint: flashpoint, Area: kulkul.Any})
	}
	c.Bands = h.bands(flashpoint)
	for _, d := range details {
		if d.Flashpoint == flashpoint {
			c.Onsets = append(c.Onsets, mark{X: h.x(d.Onset), Text: d.Onset.String() + " " + d.Name, Found: d.Found})
		}
	}
	return c
}

// bars draws the stories of each week, the highest week filling the chart.
func (h *History) bars(p kulkul.Pair) (drawn []bar, stories, highest int) {
	days := h.table.Counts(p, h.From, h.To, h.To)
	var weeks []int
	sum := 0
	for week := range slices.Chunk(days, 7) {
		n := 0
		for _, y := range week {
			n += y
		}
		weeks, sum = append(weeks, n), sum+n
	}
	if sum == 0 {
		return nil, 0, 0
	}
	highest = slices.Max(weeks)
	for i, n := range weeks {
		if n > 0 {
			height := float64(n) / float64(highest) * chartHeight
			drawn = append(drawn, bar{X: h.x(h.From + kulkul.Day(7*i)), Y: chartHeight - height, W: max(1, 7.0/float64(len(days))*chartWidth-0.3), H: height})
		}
	}
	return drawn, sum, highest
}

// bands draws the episodes of a flashpoint from its first line to its last.
func (h *History) bands(flashpoint string) []band {
	type span struct {
		from, to kulkul.Day
		level    kulkul.Level
		reason   string
	}
	spans := map[int]*span{}
	var order []int
	for _, l := range h.Lines {
		if l.Flashpoint != flashpoint {
			continue
		}
		day := kulkul.DayOf(l.At)
		s := spans[l.Episode]
		if s == nil {
			s = &span{from: day, reason: l.Reason}
			spans[l.Episode] = s
			order = append(order, l.Episode)
		}
		s.to, s.level = day, max(s.level, l.Level)
	}
	var out []band
	for _, n := range order {
		s := spans[n]
		out = append(out, band{X: h.x(s.from), W: max(2, h.x(s.to+1)-h.x(s.from)), Level: s.level,
			Title: fmt.Sprintf("episode %d, %s to %s, %s: %s", n, s.from, s.to, s.level, s.reason)})
	}
	return out
}
