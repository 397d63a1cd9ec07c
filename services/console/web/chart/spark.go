// Package chart draws counts over days as SVG, on the server, so that pages
// show them without script.
//
// In: figures per day. Out: SVG elements, coloured by classes that the style
// sheet knows. Called by the console's pages.
package chart

import (
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// Sparkline sizes, in pixels.
const (
	sparkHeight = 22
	sparkStep   = 2 // per day
)

// Spark draws counts as a small silhouette; the last seven days stand out and
// a line shows the usual week's daily mean. Label is read to those who do not
// see it.
func Spark(counts []int, usualWeek float64, label string) template.HTML {
	most := 3.0
	for _, c := range counts {
		most = math.Max(most, float64(c))
	}
	split := max(len(counts)-7, 0)
	width := len(counts) * sparkStep
	var b strings.Builder
	fmt.Fprintf(&b, `<svg class="spark" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s">`,
		width, sparkHeight, width, sparkHeight, template.HTMLEscapeString(label))
	silhouette(&b, "before", counts[:split], 0, most)
	silhouette(&b, "now", counts[split:], split, most)
	if usualWeek > 0 {
		y := number(sparkHeight - usualWeek/7/most*(sparkHeight-1))
		fmt.Fprintf(&b, `<path class="usual" d="M0 %sH%d"/>`, y, width)
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String()) //nolint:gosec // numbers, and a label that is escaped
}

// silhouette draws a stepped area over the days from first on.
func silhouette(b *strings.Builder, class string, counts []int, first int, most float64) {
	if len(counts) == 0 || total(counts) == 0 {
		return
	}
	fmt.Fprintf(b, `<path class="%s" d="M%d %d`, class, first*sparkStep, sparkHeight)
	at := sparkHeight
	for i := 0; i < len(counts); {
		run := i + 1
		for run < len(counts) && counts[run] == counts[i] {
			run++
		}
		y := sparkHeight - int(math.Round(float64(counts[i])/most*(sparkHeight-1)))
		if counts[i] > 0 && y == sparkHeight {
			y--
		}
		if y != at {
			b.WriteString("v" + strconv.Itoa(y-at))
		}
		b.WriteString("h" + strconv.Itoa((run-i)*sparkStep))
		at, i = y, run
	}
	fmt.Fprintf(b, `V%dz"/>`, sparkHeight)
}

func total(counts []int) int {
	sum := 0
	for _, c := range counts {
		sum += c
	}
	return sum
}
