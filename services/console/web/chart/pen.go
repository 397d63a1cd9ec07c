package chart

import (
	"math"
	"strconv"
)

// pen writes a drawing. A year's page has some ten thousand numbers, so they are
// appended instead of formatted.
type pen struct{ b []byte }

// text writes the parts as they are: the caller has escaped what needs it.
func (p *pen) text(parts ...string) {
	for _, s := range parts {
		p.b = append(p.b, s...)
	}
}

// at writes a coordinate, and next another one after the command or separator
// given.
func (p *pen) at(v float64) { p.b = tenths(p.b, v) }

func (p *pen) next(command byte, v float64) {
	p.b = append(p.b, command)
	p.at(v)
}

func (p *pen) count(n int) { p.b = strconv.AppendInt(p.b, int64(n), 10) }

// counted writes a number with its noun.
func (p *pen) counted(n int, one, many string) {
	p.count(n)
	p.text(" ", noun(n, one, many))
}

// number is a coordinate with at most one decimal.
func number(v float64) string { return string(tenths(nil, v)) }

func tenths(b []byte, v float64) []byte {
	n := int64(math.Round(v * 10))
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/10, 10)
	if n%10 != 0 {
		b = append(b, '.', byte('0'+n%10))
	}
	return b
}

// Count is a number with its noun.
func Count(n int, one, many string) string { return strconv.Itoa(n) + " " + noun(n, one, many) }

func noun(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
