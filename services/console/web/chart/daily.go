package chart

import (
	"fmt"
	"html/template"
	"math"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Daily is a chart of stories per day.
type Daily struct {
	From    kulkul.Day
	Stories []int
	Owners  []int // beside Stories, or nil
	// Expected and Bound are drawn as lines where they are above zero: what was
	// expected of a day, and above what it counts as an alarm.
	Expected, Bound float64
	// Usual and AlarmFrom are the same day by day, beside Stories, or nil; 0 is
	// not known. A day of Alarms is marked.
	Usual     []float64
	AlarmFrom []int
	Alarms    []kulkul.Day
	Bands     []Band
	Label     string
	// Noun is what is counted, singular and plural; empty: stories.
	Noun [2]string
	// Small leaves out half the height.
	Small bool
}

// Band marks the days of an episode.
type Band struct {
	From, To kulkul.Day // both included
	Level    kulkul.Level
	Text     string
}

// The chart's plane; it scales with the page.
const (
	dailyWidth = 960
	left       = 8
	right      = 40 // the scale stands beside the newest days
	top        = 10
	bottom     = 22
)

type plane struct {
	Daily
	height int
	most   float64
	step   float64 // per day
}

// SVG draws the chart.
func (d Daily) SVG() template.HTML {
	p := plane{Daily: d, height: 230, step: float64(dailyWidth-left-right) / float64(max(len(d.Stories), 1))}
	if d.Small {
		p.height = 130
	}
	p.most = ceiling(d)
	b := &pen{make([]byte, 0, 1024+len(d.Stories)*160)}
	b.text(fmt.Sprintf(`<svg class="daily" viewBox="0 0 %d %d" role="img" aria-label="%s" data-from="%s" data-days="%d" data-left="%d" data-right="%d">`,
		dailyWidth, p.height, template.HTMLEscapeString(d.Label), d.From, len(d.Stories), left, right))
	p.bands(b)
	p.grid(b)
	p.bars(b)
	p.line(b, "expected", d.Expected, "expected")
	p.line(b, "bound", d.Bound, "alarm above")
	p.steps(b, "expected", d.Usual)
	p.steps(b, "bound", floats(d.AlarmFrom))
	b.text(`</svg>`)
	return template.HTML(b.b) //nolint:gosec // numbers, and words that are escaped
}

// ceiling is the top of the scale: a round number above everything drawn.
func ceiling(d Daily) float64 {
	most := math.Max(d.Bound, d.Expected) * 1.1
	for _, s := range slices.Concat(d.Stories, d.AlarmFrom) {
		most = math.Max(most, float64(s))
	}
	for _, round := range []float64{4, 5, 8, 10, 15, 20, 30, 40, 50, 80, 100, 150, 200, 300, 400, 500, 800} {
		if most <= round {
			return round
		}
	}
	return math.Ceil(most/1000) * 1000
}

func (p plane) x(i int) float64 { return left + float64(i)*p.step }

func (p plane) y(v float64) float64 {
	return float64(p.height-bottom) - v/p.most*float64(p.height-bottom-top)
}

func (p plane) bands(b *pen) {
	for _, band := range p.Bands {
		first, last := max(int(band.From-p.From), 0), min(int(band.To-p.From), len(p.Stories)-1)
		if first > last {
			continue
		}
		b.text(fmt.Sprintf(`<rect class="band l-%s" x="%s" y="%d" width="%s" height="%d"><title>%s</title></rect>`,
			band.Level, number(p.x(first)), top, number(float64(last-first+1)*p.step), p.height-bottom-top,
			template.HTMLEscapeString(band.Text)))
	}
}

func (p plane) grid(b *pen) {
	parts := 1.0
	for _, n := range []float64{2, 3} {
		if parts == 1 && math.Mod(p.most, n) == 0 {
			parts = n
		}
	}
	for i := 0.0; i <= parts; i++ {
		v := p.most * i / parts
		y := number(p.y(v))
		b.text(fmt.Sprintf(`<path class="grid" d="M%d %sH%d"/><text class="tick y" x="%d" y="%s">%g</text>`,
			left, y, dailyWidth-right, dailyWidth-right+6, y, v))
	}
	every := max(int(math.Ceil(float64(len(p.Stories))/8/7)), 1) * 7
	if len(p.Stories) <= 16 {
		every = 2
	}
	for i := len(p.Stories) - 1; i >= 0; i -= every {
		x := math.Max(p.x(i)+p.step/2, 24) // the first label stays inside
		b.text(fmt.Sprintf(`<text class="tick x" x="%s" y="%d">%s</text>`, number(x), p.height-6,
			(p.From + kulkul.Day(i)).Start().Format("2 Jan")))
	}
}

func (p plane) bars(b *pen) {
	gap := math.Min(p.step*0.2, 3)
	width, floor := p.step-gap, p.y(0)
	for i, s := range p.Stories {
		alarm := slices.Contains(p.Alarms, p.From+kulkul.Day(i))
		if s > 0 {
			b.text(`<path class="day`)
			if alarm || p.Bound > 0 && float64(s) > p.Bound {
				b.text(" over")
			}
			b.text(`" d="M`)
			b.at(p.x(i) + gap/2)
			b.next(' ', floor)
			b.next('V', p.y(float64(s)))
			b.next('h', width)
			b.next('V', floor)
			b.text(`z"><title>`)
			p.caption(b, i)
			b.text(`</title></path>`)
		}
		if alarm { // not by colour alone
			b.text(`<path class="alarm" d="M`)
			b.at(p.x(i) + p.step/2)
			b.next(' ', p.y(float64(s))-8)
			b.text(`l4 6h-8z"/>`)
		}
	}
}

// caption is what a bar says when pointed at.
func (p plane) caption(b *pen, i int) {
	words := p.Noun
	if words[0] == "" {
		words = [2]string{"story", "stories"}
	}
	b.b = (p.From + kulkul.Day(i)).Start().AppendFormat(b.b, "Mon 2 Jan 2006: ")
	b.counted(p.Stories[i], words[0], words[1])
	if i < len(p.Owners) {
		b.text(" of ")
		b.counted(p.Owners[i], "publisher", "publishers")
	}
	if i < len(p.Usual) && p.Usual[i] > 0 {
		b.text(", ")
		b.at(p.Usual[i])
		b.text(" expected")
	}
	if i < len(p.AlarmFrom) && p.AlarmFrom[i] > 0 {
		b.text(", alarm from ")
		b.count(p.AlarmFrom[i])
	}
}

// steps draws a line that may be at another height every day; where it is not
// known there is a gap.
func (p plane) steps(b *pen, class string, values []float64) {
	start, last := len(b.b), 0.0
	for i, v := range values {
		switch {
		case v <= 0:
		case last <= 0:
			if len(b.b) == start {
				b.text(`<path class="`, class, `" d="`)
			}
			b.next('M', p.x(i))
			b.next(' ', p.y(v))
			b.next('H', p.x(i+1))
		case math.Abs(p.y(v)-p.y(last)) < 0.05:
			b.next('H', p.x(i+1))
		default:
			b.next('V', p.y(v))
			b.next('H', p.x(i+1))
		}
		last = v
	}
	if len(b.b) > start {
		b.text(`"/>`)
	}
}

func floats(counts []int) []float64 {
	out := make([]float64, len(counts))
	for i, n := range counts {
		out[i] = float64(n)
	}
	return out
}

func (p plane) line(b *pen, class string, v float64, text string) {
	if v <= 0 || v > p.most {
		return
	}
	y := p.y(v)
	b.text(fmt.Sprintf(`<path class="%s" d="M%d %sH%d"/><text class="note %s" x="%d" y="%s">%s %s</text>`,
		class, left, number(y), dailyWidth-right, class, left+4, number(y-4), text, number(v)))
}
