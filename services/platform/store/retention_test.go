package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

// Rows past their time go when parts are merged, of every table that may have
// one; the others stay. What the series count within the time is what it was.
func TestRetentionEndsRowsAndLeavesTheSeries(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	w := s.Writer()
	now := time.Now().UTC()
	for n, at := range []time.Time{now.AddDate(0, 0, -500), now.AddDate(0, 0, -401), now.AddDate(0, 0, -399), now.AddDate(0, 0, -20), now} {
		id := fmt.Sprint(n)
		must(t, w.WriteItems(ctx, []kulkul.Tagged{sample(t, n, at.Format(time.DateOnly))}))
		must(t, w.WriteAlerts(ctx, []kulkul.AlertEvent{{ID: id, At: at}}))
		must(t, w.WriteNotices(ctx, []kulkul.Notice{{ID: id, At: at}}))
		must(t, w.WriteReviews(ctx, []kulkul.Review{{ID: id, At: at}}))
		must(t, w.WriteDeliveries(ctx, []kulkul.Delivery{{ID: id, At: at}}))
		must(t, w.WriteFetches(ctx, []kulkul.Fetch{{ID: id, At: at}}))
		must(t, w.WriteHealth(ctx, []kulkul.Health{{Source: id, At: at}}))
		must(t, w.WriteRejections(ctx, []kulkul.Rejection{{ID: id, At: at}}))
		must(t, w.WriteAudit(ctx, []kulkul.Audit{{ID: id, At: at}}))
	}
	today := kulkul.DayOf(now)
	series := func() []DayCount {
		counts, err := s.Counts(ctx, "t1", today-399, today, CountFilter{})
		must(t, err)
		return counts
	}
	before := series()
	if len(before) == 0 {
		t.Fatal("nothing is counted")
	}
	retention := Retention{}
	for table := range retained() {
		retention[table] = 400 * dayLong
	}
	must(t, s.Retain(ctx, retention))
	for table := range retained() {
		must(t, s.conn.Exec(ctx, "OPTIMIZE TABLE "+table+" FINAL"))
		var n uint64
		must(t, s.conn.QueryRow(ctx, "SELECT count() FROM "+table).Scan(&n))
		if n != 3 {
			t.Errorf("%s: %d rows, want the 3 of the last 400 days", table, n)
		}
	}
	if diff := cmp.Diff(before, series()); diff != "" {
		t.Errorf("series changed (-before +after):\n%s", diff)
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
