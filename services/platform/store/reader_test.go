package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// asReader is the same database through the user that may only read.
func asReader(t testing.TB, s *Store) *Store {
	t.Helper()
	e := engine.process.Engines.ClickHouse
	return open(t, Config{URL: e.URL, User: e.ReadUser, Password: e.ReadPassword, Database: s.database})
}

// Every reader works for a user who cannot write; every writer fails for it.
func TestReadOnlyUser(t *testing.T) {
	owner := migrated(t)
	shelf(t, owner)
	s, ctx := asReader(t, owner), t.Context()
	from, to := day(t, "2026-01-01"), day(t, "2026-01-31")
	must(t, s.Ready(ctx))
	for name, read := range map[string]func() error{
		"Items": func() error {
			_, err := s.Items(ctx, ItemQuery{Taxonomy: "t1", Text: `"coast guards" fish*`, Tagged: true, Sources: []string{"straits-ledger"},
				Languages: []string{"en"}, Tracks: []kulkul.Track{"media"}, From: from, To: to})
			return err
		},
		"Item":      func() error { _, err := s.Item(ctx, All(), "t1", "plain"); return err },
		"ItemsByID": func() error { _, err := s.ItemsByID(ctx, All(), "t1", []string{"plain"}); return err },
		"Story":     func() error { _, err := s.Story(ctx, All(), "t1", "the-story", 1); return err },
		"EachItem": func() error {
			for _, err := range s.EachItem(ctx, All(), "t1", from, to) {
				if err != nil {
					return err
				}
			}
			return nil
		},
		"Observations": func() error {
			_, err := s.Observations(ctx, "t1", from, to, ObservationFilter{Flashpoint: "papua", Area: "terrorism", Collected: Span{To: time.Now()}})
			return err
		},
		"Aliases":        func() error { _, err := s.Aliases(ctx); return err },
		"Counts":         func() error { _, err := s.Counts(ctx, "t1", from, to, CountFilter{}); return err },
		"AlertEvents":    func() error { _, err := s.AlertEvents(ctx, AlertFilter{Level: kulkul.High}); return err },
		"AlertHistory":   func() error { _, err := s.AlertHistory(ctx, kulkul.AlertKey{}); return err },
		"Alerts":         func() error { _, err := s.Alerts(ctx, AlertFilter{}); return err },
		"Notices":        func() error { _, err := s.Notices(ctx, NoticeFilter{}); return err },
		"Reviews":        func() error { _, err := s.Reviews(ctx, ReviewFilter{}); return err },
		"Deliveries":     func() error { _, err := s.Deliveries(ctx, DeliveryFilter{}); return err },
		"Fetches":        func() error { _, err := s.Fetches(ctx, FetchFilter{}); return err },
		"Health":         func() error { _, err := s.Health(ctx); return err },
		"Rejections":     func() error { _, err := s.Rejections(ctx, RejectionFilter{}); return err },
		"Audit":          func() error { _, err := s.Audit(ctx, AuditFilter{}); return err },
		"ConfigVersions": func() error { _, err := s.ConfigVersions(ctx, 1); return err },
		"SourceActivity": func() error { _, err := s.SourceActivity(ctx, from, to); return err },
	} {
		if err := read(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := s.Writer().WriteItems(ctx, []kulkul.Tagged{sample(t, 99, "2026-01-05")}); err == nil {
		t.Error("a reader wrote")
	}
	if err := s.Retain(ctx, Retention{"items": 30 * dayLong}); err == nil {
		t.Error("a reader set retention")
	}
}

// Readers ask while the writer writes; every answer is whole.
func TestReadersBesideTheWriter(t *testing.T) {
	s := migrated(t)
	reader := asReader(t, s)
	ctx, done := context.WithTimeout(t.Context(), time.Minute)
	defer done()
	var group sync.WaitGroup
	group.Go(func() {
		defer done()
		for n := range 20 {
			items := make([]kulkul.Tagged, 0, 50)
			for i := range 50 {
				items = append(items, sample(t, n*50+i, "2026-01-05"))
			}
			if err := s.Writer().WriteItems(ctx, items); err != nil {
				t.Error(err)
				return
			}
		}
	})
	for range 3 {
		group.Go(func() {
			for last := 0; ctx.Err() == nil; {
				page, err := reader.Items(ctx, ItemQuery{View: All(), Taxonomy: "t1", Limit: 1000})
				if ctx.Err() != nil {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if len(page.Items) < last {
					t.Errorf("%d items after %d", len(page.Items), last)
				}
				last = len(page.Items)
			}
		})
	}
	group.Wait()
	page, err := reader.Items(t.Context(), ItemQuery{View: All(), Taxonomy: "t1", Limit: 1000})
	must(t, err)
	if len(page.Items) != 1000 {
		t.Errorf("%d items in the end, want 1000", len(page.Items))
	}
}

// A question whose context ends ends too, and its connection serves the next.
func TestCancelledQuestion(t *testing.T) {
	s := migrated(t)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := query(ctx, s, "slow", "SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_block_size = 1", nil, scanJSON[int])
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want the deadline", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("took %s", took)
	}
	must(t, s.Ping(t.Context()))
}

// A stream that its reader leaves ends at once, without an error.
func TestLeavingAStream(t *testing.T) {
	s := migrated(t)
	shelf(t, s)
	for range 20 { // more often than there are connections
		for _, err := range s.EachObservation(t.Context(), "t1", day(t, "2025-01-01"), day(t, "2026-12-31"), ObservationFilter{}) {
			must(t, err)
			break
		}
	}
	for range 20 {
		for _, err := range s.EachItem(t.Context(), All(), "t1", day(t, "2025-01-01"), day(t, "2026-12-31")) {
			must(t, err)
			break
		}
	}
}

func TestMetrics(t *testing.T) {
	c := config(t)
	reg := prometheus.NewRegistry()
	ctx := t.Context()
	s, err := Open(ctx, c, reg)
	must(t, err)
	defer s.Close()
	second, err := Open(ctx, c, reg) // two stores, one registry
	must(t, err)
	defer second.Close()
	if err := s.Writer().WriteNotices(ctx, []kulkul.Notice{{ID: "a"}}); err == nil {
		t.Error("wrote without a schema")
	}
	must(t, s.Migrate(ctx))
	must(t, s.Writer().WriteNotices(ctx, []kulkul.Notice{{ID: "a"}, {ID: "b"}}))
	must(t, second.Writer().WriteNotices(ctx, []kulkul.Notice{{ID: "c"}}))
	_, err = s.Notices(ctx, NoticeFilter{})
	must(t, err)
	_, err = query(ctx, s, "broken", "SELECT nothing", nil, scanJSON[int])
	if err == nil || !strings.Contains(err.Error(), "query broken") {
		t.Errorf("got %v, want an error that names the query", err)
	}
	for name, got := range map[string][2]float64{
		"inserts":         {testutil.ToFloat64(s.metrics.inserts.WithLabelValues("notices")), 2},
		"rows":            {testutil.ToFloat64(s.metrics.rows.WithLabelValues("notices")), 3},
		"insert failures": {testutil.ToFloat64(s.metrics.insertFailures.WithLabelValues("notices")), 1},
		"query failures":  {testutil.ToFloat64(s.metrics.queryFailures.WithLabelValues("broken")), 1},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: %v, want %v", name, got[0], got[1])
		}
	}
	if n, err := testutil.GatherAndCount(reg, "kulkul_store_query_seconds", "kulkul_store_insert_seconds"); err != nil || n < 3 {
		t.Errorf("histograms: %d %v", n, err)
	}
}
