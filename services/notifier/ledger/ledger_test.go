package ledger_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/ledger"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

func open(t *testing.T) (*ledger.Ledger, *bus.Bus) {
	t.Helper()
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	l, err := ledger.Open(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return l, b
}

func owe(t *testing.T, l *ledger.Ledger, id, holder string) ledger.Entry {
	t.Helper()
	e, isNew, err := l.Owe(t.Context(), ledger.Entry{Delivery: kulkul.Delivery{ID: id, Channel: "email", Recipient: "lim"}, Holder: holder,
		Links: []link.Link{{Action: link.Concur}}})
	if err != nil || !isNew {
		t.Fatalf("owe: new %v, %v", isNew, err)
	}
	return e
}

func pending(t *testing.T, l *ledger.Ledger, me string, at time.Time) []string {
	t.Helper()
	list, err := l.Pending(t.Context(), me, at)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range list {
		ids = append(ids, e.Delivery.ID)
	}
	return ids
}

func TestADeliveryIsOwedOnceAndEndsOnce(t *testing.T) {
	l, b := open(t)
	e := owe(t, l, "d1", "me")
	if _, isNew, err := l.Owe(t.Context(), e); err != nil || isNew {
		t.Errorf("owed again: new %v, %v", isNew, err)
	}
	stale := e
	e, err := l.Claim(t.Context(), e, "me")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.Claim(t.Context(), stale, "another"); !errors.Is(err, bus.ErrConflict) {
		t.Errorf("claimed from an old state: %v", err)
	}
	e.Done, e.Delivery.Status = true, "sent"
	if _, err := l.Confirm(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := pending(t, l, "me", now); len(got) != 0 {
		t.Errorf("pending %v", got)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err = b.Consume(ctx, bus.Deliveries, bus.Archiver, bus.Batch{Size: 1}, func(_ context.Context, list []bus.Delivered) error {
		var d kulkul.Delivery
		defer cancel()
		if err := list[0].Decode(&d); err != nil || d.ID != "d1" || d.Status != "sent" {
			t.Errorf("told of %+v, %v", d, err)
		}
		return list[0].Ack()
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatALivingNotifierHoldsIsLeftToIt(t *testing.T) {
	l, _ := open(t)
	owe(t, l, "d1", "alive")
	owe(t, l, "d2", "dead")
	owe(t, l, "d3", "gone")
	for holder, until := range map[string]time.Time{"alive": now.Add(10 * time.Second), "dead": now.Add(-time.Second), "gone": now.Add(time.Hour)} {
		if err := l.Renew(t.Context(), holder, until); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Leave(t.Context(), "gone"); err != nil {
		t.Fatal(err)
	}
	if got := pending(t, l, "heir", now); len(got) != 2 || got[0] != "d2" || got[1] != "d3" {
		t.Errorf("to take over: %v", got)
	}
	dead, err := l.Dead(t.Context(), now)
	if err != nil || len(dead) != 2 {
		t.Fatalf("dead: %v, %v", dead, err)
	}
	if err := l.Bury(t.Context(), dead); err != nil {
		t.Fatal(err)
	}
	if dead, err = l.Dead(t.Context(), now); err != nil || len(dead) != 0 {
		t.Errorf("dead: %v, %v", dead, err)
	}
	if got := pending(t, l, "heir", now.Add(time.Minute)); len(got) != 3 {
		t.Errorf("after the last lease: %v", got)
	}
}

func TestAnAnswerBeforeTheRelaysDoesNotLoseTheConfirmation(t *testing.T) {
	l, _ := open(t)
	e, err := l.Claim(t.Context(), owe(t, l, "d1", "me"), "me")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Use(t.Context(), "d1", link.Concur, now); err != nil {
		t.Fatal(err)
	}
	e.Done = true
	if _, err := l.Confirm(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	got, err := l.Delivery(t.Context(), "d1")
	if err != nil || !got.Done || !got.Links[0].Used.Equal(now) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := l.Use(t.Context(), "nobody", link.Concur, now); err != nil {
		t.Errorf("a delivery that is not there: %v", err)
	}
}

func TestWhatEndedLongAgoIsForgotten(t *testing.T) {
	l, _ := open(t)
	told := func(at time.Time) map[string]any { return map[string]any{"at": at} }
	old, fresh := now.AddDate(0, 0, -100), now.AddDate(0, 0, -1)
	for key, at := range map[string]time.Time{"content.old": old, "content.owed": old, "content.fresh": fresh} {
		if err := l.PutContent(t.Context(), key, told(at)); err != nil {
			t.Fatal(err)
		}
	}
	for id, c := range map[string]struct {
		content string
		at      time.Time
		done    bool
	}{"old": {"content.old", old, true}, "owed": {"content.owed", old, false}, "fresh": {"content.fresh", fresh, true}} {
		_, _, err := l.Owe(t.Context(), ledger.Entry{Content: c.content, Done: c.done, Delivery: kulkul.Delivery{ID: id, At: c.at}})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Prune(t.Context(), now.AddDate(0, 0, -90)); err != nil {
		t.Fatal(err)
	}
	for id, kept := range map[string]bool{"old": false, "owed": true, "fresh": true} {
		_, err := l.Delivery(t.Context(), id)
		var content map[string]any
		told := l.Content(t.Context(), "content."+id, &content)
		if (err == nil) != kept || (told == nil) != kept {
			t.Errorf("%s: %v, %v; to be kept: %v", id, err, told, kept)
		}
	}
}
