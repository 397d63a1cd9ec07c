package accounts

import (
	"testing"
	"time"
)

func TestVisits(t *testing.T) {
	d, _, clk := desk(t)
	start := clk.now()
	for _, c := range []struct {
		wait time.Duration
		want time.Time // the end of the visit before
	}{
		{0, start.Add(-24 * time.Hour)},                // never here before
		{4 * time.Minute, start.Add(-24 * time.Hour)},  // still the same visit
		{20 * time.Minute, start.Add(-24 * time.Hour)}, // written down
		{25 * time.Minute, start.Add(-24 * time.Hour)},
		{2 * time.Hour, start.Add(49 * time.Minute)}, // the second visit
		{time.Minute, start.Add(49 * time.Minute)},
	} {
		clk.move(c.wait)
		got, err := d.Visit(t.Context(), "marta")
		if err != nil || !got.Equal(c.want) {
			t.Errorf("after %s: %s, %v; want %s", c.wait, got, err, c.want)
		}
	}
}
