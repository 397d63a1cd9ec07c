package rhythm_test

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/notifier/rhythm"
)

func TestLatest(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	utc := func(y int, m time.Month, d, h int) time.Time { return time.Date(y, m, d, h, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		rhythm, zone string
		now          time.Time
		name         string
		from, to     time.Time
	}{
		{"daily", "UTC", utc(2026, 3, 4, 7), "daily-2026-03-04", utc(2026, 3, 3, 7), utc(2026, 3, 4, 7)},
		{"daily", "UTC", utc(2026, 3, 4, 6), "daily-2026-03-03", utc(2026, 3, 2, 7), utc(2026, 3, 3, 7)},
		{"daily", "Asia/Jakarta", utc(2026, 3, 4, 0), "daily-2026-03-04", utc(2026, 3, 3, 0), utc(2026, 3, 4, 0)},
		{"weekly", "UTC", utc(2026, 3, 4, 9), "weekly-2026-03-02", utc(2026, 2, 23, 7), utc(2026, 3, 2, 7)},
		{"weekly", "UTC", utc(2026, 3, 2, 6), "weekly-2026-02-23", utc(2026, 2, 16, 7), utc(2026, 2, 23, 7)},
		{"daily", "America/New_York", utc(2026, 3, 8, 15), "daily-2026-03-08", utc(2026, 3, 7, 12), utc(2026, 3, 8, 11)}, // 23 hours
	} {
		got := rhythm.Latest(c.rhythm, c.now, zone(c.zone), 7)
		if got.Name != c.name || !got.From.Equal(c.from) || !got.To.Equal(c.to) {
			t.Errorf("%s in %s at %s: %+v", c.rhythm, c.zone, c.now, got)
		}
	}
}
