// Package chart draws the small picture of a series that a mail carries.
//
// In: the figures of consecutive days, what was expected, the threshold. Out: a
// PNG without words (the mail's caption says what it shows), with a transparent
// ground and colours that read on white and on black. It is pure. Called by the
// notifier.
package chart

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"slices"
)

// Size of the picture in pixels: twice that at which mails show it.
const (
	Width  = 1120
	Height = 240
)

const (
	margin = 8
	dash   = 16 // length of a dash and of the gap after it; pixels
	stroke = 4
)

// The palette: ground, usual days, days above the threshold, what was expected,
// the threshold, the foot.
const (
	ground uint8 = iota
	usual
	above
	expectation
	threshold
	foot
)

func palette() color.Palette {
	return color.Palette{color.NRGBA{}, color.NRGBA{0x6b, 0x8f, 0xc4, 0xff}, color.NRGBA{0xd9, 0x5b, 0x30, 0xff},
		color.NRGBA{0x7d, 0x87, 0x96, 0xff}, color.NRGBA{0xc2, 0x3b, 0x4e, 0xff}, color.NRGBA{0x8a, 0x93, 0xa1, 0xff}}
}

// Series is what is drawn: a bar a day, a dashed line for what was expected
// (none where 0), a full line for the threshold (none where below 0).
type Series struct {
	Values          []float64
	Expected, Bound float64
}

// PNG draws the series. The same series gives the same bytes.
func PNG(s Series) ([]byte, error) {
	img := image.NewPaletted(image.Rect(0, 0, Width, Height), palette())
	top := max(s.Bound, s.Expected, 1)
	if len(s.Values) > 0 {
		top = max(top, slices.Max(s.Values))
	}
	y := func(v float64) int { return Height - margin - int(v/top*float64(Height-2*margin)) }
	for i, v := range s.Values {
		left, right := i*Width/len(s.Values), (i+1)*Width/len(s.Values)-3
		paint := usual
		if v > s.Bound {
			paint = above
		}
		fill(img, left, y(v), right, Height-margin, paint)
	}
	fill(img, 0, Height-margin, Width, Height-margin+stroke/2, foot)
	if s.Expected > 0 {
		for x := 0; x < Width; x += 2 * dash {
			fill(img, x, y(s.Expected)-stroke/2, x+dash, y(s.Expected)+stroke/2, expectation)
		}
	}
	if s.Bound >= 0 {
		fill(img, 0, y(s.Bound)-stroke/2, Width, y(s.Bound)+stroke/2, threshold)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		return nil, fmt.Errorf("encode chart: %w", err)
	}
	return out.Bytes(), nil
}

// fill paints the pixels from (left, top) up to, not including, (right, bottom).
func fill(img *image.Paletted, left, top, right, bottom int, paint uint8) {
	r := image.Rect(left, top, right, bottom).Intersect(img.Bounds())
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			img.SetColorIndex(x, y, paint)
		}
	}
}
