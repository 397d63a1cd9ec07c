package chart_test

import (
	"bytes"
	"image"
	"image/png"
	"testing"

	"github.com/kulkul-ews/kulkul/services/notifier/chart"
)

func draw(t *testing.T, s chart.Series) (image.Image, int) {
	t.Helper()
	raw, err := chart.PNG(s)
	if err != nil {
		t.Fatal(err)
	}
	again, err := chart.PNG(s)
	if err != nil || !bytes.Equal(raw, again) {
		t.Errorf("drawn twice it differs (%v)", err)
	}
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img, len(raw)
}

func TestABarAboveTheThresholdStandsOut(t *testing.T) {
	values := make([]float64, 42)
	for i := range values {
		values[i] = float64(i % 3)
	}
	values[41] = 10
	img, size := draw(t, chart.Series{Values: values, Expected: 2, Bound: 5})
	if size > 8<<10 {
		t.Errorf("the picture has %d bytes", size)
	}
	low, high, empty := img.At(2*chart.Width/42+4, chart.Height-20), img.At(chart.Width-10, 20), img.At(4, 20)
	if low == high {
		t.Error("a day above the threshold looks like any other")
	}
	if _, _, _, a := empty.RGBA(); a != 0 {
		t.Error("the ground is not transparent")
	}
	if line := img.At(600, chart.Height-8-(chart.Height-16)/2); line == empty {
		t.Error("there is no line at the threshold")
	}
}

func TestOddSeriesAreDrawnAllTheSame(t *testing.T) {
	for name, s := range map[string]chart.Series{
		"none": {}, "zeros": {Values: make([]float64, 42)}, "one": {Values: []float64{3}, Bound: 1},
		"many": {Values: make([]float64, 5000), Expected: 1, Bound: 2},
	} {
		if img, _ := draw(t, s); img.Bounds().Dx() != chart.Width {
			t.Errorf("%s: width %d", name, img.Bounds().Dx())
		}
	}
}
