package store

import (
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const dayLong = 24 * time.Hour

func TestRetentionIsSetChangedAndRemoved(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	for _, c := range []struct {
		retention Retention
		items     string
		fetches   string
	}{
		{nil, "", ""},
		{Retention{"items": 3650 * dayLong, "fetches": 90 * dayLong}, "toDate(entered) + toIntervalDay(3650)", "toDate(at) + toIntervalDay(90)"},
		{Retention{"items": 3650 * dayLong, "fetches": 30 * dayLong}, "toDate(entered) + toIntervalDay(3650)", "toDate(at) + toIntervalDay(30)"},
		{Retention{"fetches": 30*dayLong + time.Hour}, "", "toDate(at) + toIntervalDay(30)"},
		{nil, "", ""},
	} {
		for range 2 { // the second time nothing is left to do
			must(t, s.Retain(ctx, c.retention))
			got, err := s.ttls(ctx)
			must(t, err)
			if got["items"] != c.items || got["fetches"] != c.fetches || got["audit"] != "" {
				t.Errorf("%v: items %q, fetches %q, audit %q", c.retention, got["items"], got["fetches"], got["audit"])
			}
		}
	}
}

// Rows past their time go when parts are merged; the others stay.
func TestRetentionEndsRows(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	must(t, s.Retain(ctx, Retention{"items": 365 * dayLong, "item_tags": 365 * dayLong}))
	now := time.Now()
	old, young := sample(t, 1, now.AddDate(-2, 0, 0).Format(time.DateOnly)), sample(t, 2, now.Format(time.DateOnly))
	must(t, s.Writer().WriteItems(ctx, []kulkul.Tagged{old, young}))
	for _, table := range []string{"items", "item_tags"} {
		must(t, s.conn.Exec(ctx, "OPTIMIZE TABLE "+table+" FINAL"))
		var n uint64
		must(t, s.conn.QueryRow(ctx, "SELECT count() FROM "+table).Scan(&n))
		if n != 1 {
			t.Errorf("%s: %d rows, want 1", table, n)
		}
	}
}

func TestRetentionFaults(t *testing.T) {
	for want, r := range map[string]Retention{
		`retention of "item"`:        {"item": dayLong},
		`retention of "reviews_old"`: {"reviews_old": dayLong, "items": dayLong},
		"less than a day":            {"items": time.Hour},
	} {
		if err := r.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: got %v, want %q", r, err, want)
		}
	}
}
