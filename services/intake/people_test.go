package intake

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

// decide publishes a review, as the console does.
func (w *world) decide(v kulkul.Verdict, it *kulkul.Item) {
	w.t.Helper()
	r := kulkul.Review{ID: kulkul.Hash("review", string(v), time.Now().String()), Verdict: v, At: time.Now(), By: "analyst", Item: it}
	m, err := bus.NewMessage(bus.ReviewSubject(v), "review:"+r.ID, r)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.bus.Publish(w.t.Context(), m); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) fate(key, receipt string) string {
	w.t.Helper()
	return fates(w.ask("GET", "/v1/receipts/"+receipt, key, "").receipt)
}

func TestQuarantineAndRelease(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "novice")
	s := w.ask("POST", "/v1/items", key, `[{"id":"a","title":"A"},{"id":"b","title":"B"},{"id":"c"}]`)
	if s.status != 202 || fates(s.receipt) != "quarantined quarantined rejected" {
		t.Fatalf("%d %s", s.status, s)
	}
	if got := fates(w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`).receipt); got != "duplicate" {
		t.Errorf("the same again: %s", got)
	}
	if got := fates(w.ask("POST", "/v1/items", key, `{"id":"a","title":"A, better"}`).receipt); got != "quarantined" {
		t.Errorf("changed while held: %s", got)
	}
	w.collected(0)
	var held []kulkul.Item
	for _, r := range w.rejected(4) {
		if r.Quarantined && r.Item != nil && r.Code == "quarantine" {
			held = append(held, *r.Item)
		}
	}
	if len(held) != 3 {
		t.Fatalf("%d items were told of as held", len(held))
	}
	a := kulkul.Item{ID: kulkul.ItemID("novice", "a"), Source: "novice"}
	b := kulkul.Item{ID: kulkul.ItemID("novice", "b"), Source: "novice"}
	w.decide(kulkul.Release, &a)
	it := w.collected(1)[0]
	if it.ID != a.ID || it.Title != "A, better" || it.Revision != 1 {
		t.Errorf("released %+v", it)
	}
	w.decide(kulkul.Release, &a) // twice is once
	w.decide(kulkul.Withdraw, &b)
	w.until("the receipt says so", func() bool { return w.fate(key, s.receipt.ID) == "released withdrawn rejected" })
	w.decide(kulkul.Release, &b) // too late
	w.collected(0)
}

// A key in quarantine holds what its source would let in.
func TestQuarantineOfAKey(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(func(k *keys.Key) { k.Quarantine = true }, "tank")
	if got := fates(w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`).receipt); got != "quarantined" {
		t.Errorf("got %s", got)
	}
}

func TestPartnerWithdraws(t *testing.T) {
	w := newWorld(t, nil)
	key, other := w.key(nil, "tank"), w.key(nil, "press")
	pushed := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A","published":"2026-01-05"}`).receipt
	id := pushed.Items[0].ID
	for name, c := range map[string][2]string{"another's": {id, other}, "unknown": {strings.Repeat("0", 32), key}, "odd": {"*", key}} {
		if s := w.ask("DELETE", "/v1/items/"+c[0], c[1], ""); s.status != 404 {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
	}
	for range 2 { // a repeat is answered alike and told once
		if s := w.ask("DELETE", "/v1/items/"+id, key, ""); s.status != 202 || !strings.Contains(s.String(), `"withdrawn"`) {
			t.Errorf("%d %s", s.status, s)
		}
	}
	r := consumed[kulkul.Review](w, bus.Reviews, bus.Tagger, 1, nil)[0]
	if r.Verdict != kulkul.Withdraw || r.By != "tank" || r.Item == nil || r.Item.ID != id || !r.Item.Withdrawn || r.Item.Revision != 1 ||
		r.Item.Day().String() != "2026-01-05" || r.Item.Entered != kulkul.DayOf(time.Now()) {
		t.Errorf("review %+v of %+v", r, r.Item)
	}
	if got := fates(w.ask("POST", "/v1/items", key, `{"id":"a","title":"A again"}`).receipt); got != "withdrawn" {
		t.Errorf("pushed again: %s", got)
	}
	if got := w.fate(key, pushed.ID); got != "withdrawn" {
		t.Errorf("receipt: %s", got)
	}
	w.collected(1)
}

func TestPartnerWithdrawsWhatIsHeld(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "novice")
	pushed := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`).receipt
	if s := w.ask("DELETE", "/v1/items/"+pushed.Items[0].ID, key, ""); s.status != 202 {
		t.Errorf("%d %s", s.status, s)
	}
	if got := w.fate(key, pushed.ID); got != "withdrawn" {
		t.Errorf("receipt: %s", got)
	}
	w.decide(kulkul.Release, &kulkul.Item{ID: pushed.Items[0].ID})
	w.collected(0)
}

// A review that can't be understood doesn't stop those after it.
func TestReviewsNotUnderstood(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "novice")
	w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`)
	m := bus.Message{Subject: bus.ReviewSubject(kulkul.Release), Body: []byte(`{"item":7}`)}
	if err := w.bus.Publish(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	w.decide(kulkul.Release, nil)
	w.decide(kulkul.Release, &kulkul.Item{ID: kulkul.ItemID("novice", "a")})
	w.collected(1)
	w.until("both are logged", func() bool { return strings.Count(w.logged(), "review not understood") == 2 })
}

// While COLLECTED is full a push is answered with 503; nothing is lost, and
// the same request goes through later.
func TestFullStream(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	text := strings.Repeat("word ", 20_000)
	var refused said
	n := 0
	for ; n < 100; n++ {
		body := `{"id":"` + string(rune('a'+n%26)) + strings.Repeat("x", n/26) + `","title":"T","text":"` + text + newNonce() + `"}`
		if refused = w.ask("POST", "/v1/items", key, body); refused.status != 202 {
			w.collected(n)
			if s := w.ask("POST", "/v1/items", key, body); s.status != 202 {
				t.Errorf("with room again: %d %.200s", s.status, s)
			}
			break
		}
	}
	if refused.status != 503 || refused.header.Get("Retry-After") != "10" || refused.problem.code() != codeFull {
		t.Fatalf("after %d pushes: %d %.200s", n, refused.status, refused)
	}
	w.collected(1)
}
