package archiver_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"testing"
	"testing/fstest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/archiver"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// world is an archiver on real engines.
type world struct {
	bus   *bus.Bus
	store *store.Store
	stop  func()
}

// open connects to the engines; the archiver does not run yet.
func open(t *testing.T, e enginetest.Engines) *world {
	t.Helper()
	bc := bus.DefaultConfig()
	bc.URL, bc.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", bc, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	c := store.DefaultConfig()
	c.URL, c.User, c.Password = e.ClickHouse.URL, e.ClickHouse.User, e.ClickHouse.Password
	s, err := store.Open(t.Context(), c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return &world{bus: b, store: s}
}

// archive runs an archiver until the test ends or stop is called.
func (w *world) archive(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	settings, err := config.Start(ctx, w.bus, fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	a, err := archiver.New(archiver.DefaultConfig(), archiver.Deps{Bus: w.bus, Store: w.store, Settings: settings,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Metrics: prometheus.NewRegistry(), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- a.Run(ctx) }()
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-done; err != nil {
			t.Errorf("archiver: %v", err)
		}
		settings.Wait()
	}
	t.Cleanup(w.stop)
}

func (w *world) publish(t *testing.T, subject, id string, v any) {
	t.Helper()
	m, err := bus.NewMessage(subject, id, v)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not happen", what)
		}
		time.Sleep(30 * time.Millisecond)
	}
}

func tagged(n int) kulkul.Tagged {
	id := kulkul.ItemID("gazette", fmt.Sprint(n))
	return kulkul.Tagged{
		Item: kulkul.Item{ID: id, Source: "gazette", Title: fmt.Sprintf("Report %d", n), Published: now.Add(-time.Hour),
			Collected: now, Entered: kulkul.DayOf(now), Revision: 1, Handling: kulkul.Public},
		Taxonomy: "t1", Story: kulkul.Hash("story", id), Owner: "gazette", Country: "SG", Weight: 0.8,
		Areas: []kulkul.Tag{{ID: "maritime-security", Score: 1}}, Flashpoints: []kulkul.Tag{{ID: "sabah", Score: 1}}, TaggedAt: now,
	}
}

func TestItemsAreStoredThenTouchedThenAcknowledged(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse))
	for n := range 50 {
		v := tagged(n)
		w.publish(t, bus.TaggedSubject("gazette"), bus.MessageID("tagged", v.Item.ID, v.Item.Version(), v.Taxonomy), v)
	}
	w.archive(t)
	eventually(t, "storing 50 items", func() bool {
		list, err := w.store.Observations(t.Context(), "t1", kulkul.DayOf(now)-1, kulkul.DayOf(now), store.ObservationFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return len(list) == 50
	})
	touch := make(chan kulkul.Touch, 10)
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	err := w.bus.Consume(ctx, bus.Touched, bus.Detector, bus.Batch{Size: 10}, func(_ context.Context, got []bus.Delivered) error {
		for _, d := range got {
			var v kulkul.Touch
			if err := d.Decode(&v); err != nil {
				return err
			}
			touch <- v
			if err := d.Ack(); err != nil {
				return err
			}
		}
		cancel()
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if v := <-touch; v.Pair != (kulkul.Pair{Flashpoint: "sabah", Area: "maritime-security"}) || v.Day != kulkul.DayOf(now.Add(-time.Hour)) {
		t.Errorf("touched %+v", v)
	}
}

func TestHistoryAndWithdrawnItemsTouchNothing(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse))
	old, gone := tagged(1), tagged(2)
	old.Item.Retrospective, gone.Item.Withdrawn = true, true
	w.publish(t, bus.TaggedSubject("gazette"), "a", old)
	w.publish(t, bus.TaggedSubject("gazette"), "b", gone)
	w.archive(t)
	eventually(t, "storing the history", func() bool {
		list, err := w.store.Observations(t.Context(), "t1", kulkul.DayOf(now)-1, kulkul.DayOf(now), store.ObservationFilter{})
		return err == nil && len(list) == 1 && list[0].Retrospective
	})
	w.stop()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := w.bus.Consume(ctx, bus.Touched, bus.Detector, bus.Batch{Size: 10}, func(_ context.Context, got []bus.Delivered) error {
		t.Errorf("touched %s", got[0].Subject)
		return nil
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnreadableMessageIsKeptAsideAndTheRestGoesOn(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse))
	w.publish(t, bus.TaggedSubject("gazette"), "bad", []string{"this", "is", "no", "item"})
	w.publish(t, bus.TaggedSubject("gazette"), "good", tagged(1))
	w.archive(t)
	eventually(t, "storing the good item", func() bool {
		list, err := w.store.Observations(t.Context(), "t1", kulkul.DayOf(now)-1, kulkul.DayOf(now), store.ObservationFilter{})
		return err == nil && len(list) == 1
	})
	eventually(t, "keeping the bad message", func() bool {
		list, err := w.store.Rejections(t.Context(), store.RejectionFilter{})
		return err == nil && len(list) == 1 && list[0].Code == "unreadable" && list[0].Where == "items.tagged.gazette #1" && len(list[0].Payload) > 0
	})
}

func TestEveryStreamIsRecorded(t *testing.T) {
	w := open(t, enginetest.Start(t, enginetest.NATS|enginetest.ClickHouse))
	alert := kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "terrorism", Group: "volume"}, Episode: 1, State: kulkul.Firing, Level: kulkul.High, UpdatedAt: now}
	w.publish(t, bus.AlertSubject(kulkul.Firing, kulkul.High), "e1", kulkul.AlertEvent{ID: "e1", At: now, Change: kulkul.Fired, Alert: alert})
	w.publish(t, bus.NoticeSubject("opportunity", "sabah"), "n1", kulkul.Notice{ID: "n1", Kind: "opportunity", At: now, Flashpoint: "sabah", Text: "Reporting has eased."})
	w.publish(t, bus.ReviewSubject(kulkul.Ack), "r1", kulkul.Review{ID: "r1", Verdict: kulkul.Ack, At: now, By: "ana", Alert: alert.Key, Episode: 1})
	w.publish(t, bus.DeliverySubject("email"), "d1", kulkul.Delivery{ID: "d1", Recipient: "ana", Channel: "email", Flashpoint: "sabah", Episode: 1, Notification: "first", Status: "sent", At: now})
	w.publish(t, bus.FetchSubject("gazette"), "f1", kulkul.Fetch{ID: "f1", Source: "gazette", Feed: "gazette", At: now, Status: 200, Items: 3})
	w.publish(t, bus.HealthSubject("gazette"), "", kulkul.Health{Source: "gazette", Feed: "gazette", At: now, State: "ok", Since: now})
	w.publish(t, bus.AuditSubject("console"), "a1", kulkul.Audit{ID: "a1", At: now, Service: "console", Who: "ana", Action: "sign-in"})
	w.publish(t, bus.RejectedSubject("gazette"), "j1", kulkul.Rejection{ID: "j1", Stage: "collector", Source: "gazette", At: now, Reason: "no feed", Code: "not-a-feed"})
	w.archive(t)
	ctx := t.Context()
	for what, count := range map[string]func() (int, error){
		"alert events": func() (int, error) { l, err := w.store.AlertEvents(ctx, store.AlertFilter{}); return len(l), err },
		"notices":      func() (int, error) { l, err := w.store.Notices(ctx, store.NoticeFilter{}); return len(l), err },
		"reviews":      func() (int, error) { l, err := w.store.Reviews(ctx, store.ReviewFilter{}); return len(l), err },
		"deliveries":   func() (int, error) { l, err := w.store.Deliveries(ctx, store.DeliveryFilter{}); return len(l), err },
		"fetches":      func() (int, error) { l, err := w.store.Fetches(ctx, store.FetchFilter{}); return len(l), err },
		"health":       func() (int, error) { l, err := w.store.Health(ctx); return len(l), err },
		"audit":        func() (int, error) { l, err := w.store.Audit(ctx, store.AuditFilter{}); return len(l), err },
		"rejections":   func() (int, error) { l, err := w.store.Rejections(ctx, store.RejectionFilter{}); return len(l), err },
		"versions":     func() (int, error) { l, err := w.store.ConfigVersions(ctx, 10); return len(l), err },
	} {
		eventually(t, "recording "+what, func() bool {
			n, err := count()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			return n == 1
		})
	}
}

func TestTheDatabaseBeingAwayLosesNothing(t *testing.T) {
	nats := enginetest.Start(t, enginetest.NATS)
	dir := t.TempDir()
	process, err := enginetest.Launch(enginetest.ClickHouse, dir)
	if err != nil {
		t.Fatal(err)
	}
	both := nats
	both.ClickHouse = process.Engines.ClickHouse
	w := open(t, both)
	w.archive(t)
	process.Kill()
	for n := range 20 {
		w.publish(t, bus.TaggedSubject("gazette"), fmt.Sprint(n), tagged(n))
	}
	time.Sleep(time.Second)
	w.stop()

	process, err = enginetest.Launch(enginetest.ClickHouse, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = process.Close() })
	both.ClickHouse = process.Engines.ClickHouse
	again := open(t, both)
	again.archive(t)
	eventually(t, "catching up", func() bool {
		list, err := again.store.Observations(t.Context(), "t1", kulkul.DayOf(now)-1, kulkul.DayOf(now), store.ObservationFilter{})
		return err == nil && len(list) == 20
	})
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	c := archiver.DefaultConfig()
	c.Batch = 0
	if _, err := archiver.New(c, archiver.Deps{}); err == nil {
		t.Error("a batch of 0 was taken")
	}
}
