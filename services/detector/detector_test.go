package detector_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detector"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

func TestAnAlertsWholeLife(t *testing.T) {
	w := open(t)
	w.tagging()
	s, stop := w.detect()
	ready(t, s)
	w.report("sabah", 2)
	w.report("sabah", 2) // with the two before: four stories of two publishers
	start := time.Now()
	w.wants("fired sabah/maritime-security")
	t.Logf("told %s after the items were stored", time.Since(start).Round(time.Millisecond))
	a := w.told1().Alert
	if a.Level != kulkul.High || a.FlashpointEpisode != 1 || a.Taxonomy != "t1" || a.Indicators != "v1" || len(a.Items) != 4 {
		t.Errorf("alert %+v", a)
	}
	w.publish(bus.ReviewSubject(kulkul.Ack), "r1", kulkul.Review{ID: "r1", Verdict: kulkul.Ack, At: w.now(), By: "ana", Alert: a.Key, Episode: 1})
	w.publish(bus.ReviewSubject(kulkul.Escalate), "r2", kulkul.Review{ID: "r2", Verdict: kulkul.Escalate, At: w.now(), By: "ana", Alert: a.Key, Level: kulkul.Critical})
	w.publish(bus.ReviewSubject(kulkul.Escalate), "r3", "no review at all")
	w.wants("fired sabah/maritime-security", "acknowledged sabah/maritime-security", "escalated sabah/maritime-security")
	stop()

	// The detector is away for five quiet days and makes up for their ticks.
	w.shift.Store(int64(5 * 24 * time.Hour))
	s, stop = w.detect()
	ready(t, s)
	w.wants("fired sabah/maritime-security", "acknowledged sabah/maritime-security", "escalated sabah/maritime-security",
		"recovering sabah/maritime-security")
	stop()
	w.shift.Store(int64(8 * 24 * time.Hour))
	w.detect()
	w.wants("fired sabah/maritime-security", "acknowledged sabah/maritime-security", "escalated sabah/maritime-security",
		"recovering sabah/maritime-security", "resolved sabah/maritime-security")
	w.mu.Lock()
	defer w.mu.Unlock()
	ids := map[string]bool{}
	for _, e := range w.events {
		if ids[e.ID] {
			t.Errorf("event %s told twice", e.ID)
		}
		ids[e.ID] = true
		if e.Change == kulkul.Recovered && e.At != kulkul.DayOf(noon).Start().Add(4*24*time.Hour+time.Hour) {
			t.Errorf("recovering at %s: want the instant at which the tick was due", e.At)
		}
	}
}

func TestAResolutionByHandIsKept(t *testing.T) {
	w := open(t)
	w.tagging()
	s, _ := w.detect()
	ready(t, s)
	w.report("papua", 3)
	w.wants("fired papua/maritime-security")
	key := w.told1().Alert.Key
	w.publish(bus.ReviewSubject(kulkul.Resolve), "r1", kulkul.Review{ID: "r1", Verdict: kulkul.Resolve, At: w.now(), By: "ana", Alert: key, Episode: 1})
	w.wants("fired papua/maritime-security", "resolved papua/maritime-security")
	w.report("papua", 2)
	w.report("mindanao-sulu", 3) // shows that the touch before was evaluated
	eventually(t, "an alert elsewhere", func() bool { return slices.Contains(w.heard(), "fired mindanao-sulu/maritime-security") }, func() any { return w.heard() })
	for _, h := range w.heard()[2:] {
		if h == "fired papua/maritime-security" {
			t.Error("a muted series fired again")
		}
	}
}

func TestTwoDetectorsRaiseNothingTwice(t *testing.T) {
	w := open(t)
	w.tagging()
	flashpoints := []string{"sabah", "papua", "kashmir", "rakhine", "mekong-basin", "timor-leste"}
	for _, f := range flashpoints[:3] {
		w.report(f, 3)
	}
	a, _ := w.detect()
	b, _ := w.detect() // both tick at start
	ready(t, a)
	ready(t, b)
	for _, f := range flashpoints[3:] {
		w.report(f, 3)
	}
	eventually(t, "an alert of each flashpoint", func() bool {
		heard := strings.Join(w.heard(), "\n")
		for _, f := range flashpoints {
			if !strings.Contains(heard, "fired "+f+"/maritime-security") {
				return false
			}
		}
		return true
	}, func() any { return w.heard() })
	time.Sleep(300 * time.Millisecond) // for what must not come
	w.mu.Lock()
	defer w.mu.Unlock()
	count := map[string]int{}
	for _, e := range w.events {
		count[fmt.Sprintf("%s %s %d", e.Change, e.Alert.ID(), e.Alert.Level)]++
	}
	for what, n := range count {
		if n > 1 {
			t.Errorf("%s told %d times", what, n)
		}
	}
}

func TestWhileTheStoreIsAwayNothingIsRaisedAndNothingIsLost(t *testing.T) {
	w := open(t)
	w.tagging()
	s, _ := w.detect()
	ready(t, s)
	w.report("sabah", 2)
	w.away.Store(true)
	p := kulkul.Pair{Flashpoint: "sabah", Area: "maritime-security"}
	w.publish(bus.TouchedSubject(p), "", kulkul.Touch{Pair: p, Day: kulkul.DayOf(w.now()), At: w.now()})
	eventually(t, "saying that the store is away", func() bool { return s.Ready(t.Context()) != nil }, func() any { return nil })
	if heard := w.heard(); len(heard) > 0 {
		t.Errorf("heard %q while the store was away", heard)
	}
	w.away.Store(false)
	w.report("sabah", 3)
	w.wants("fired sabah/maritime-security")
	ready(t, s)
}

func TestStartingWithoutStoreAndTaxonomyWaits(t *testing.T) {
	w := open(t)
	w.report("sabah", 3)
	w.away.Store(true)
	s, _ := w.detect()
	for _, step := range []struct{ want string }{{"no taxonomy is active"}, {"502"}} {
		eventually(t, "waiting for "+step.want, func() bool {
			err := s.Ready(t.Context())
			return err != nil && strings.Contains(err.Error(), step.want)
		}, func() any { return s.Ready(t.Context()) })
		w.tagging()
	}
	w.away.Store(false)
	w.wants("fired sabah/maritime-security")
}

// left writes an alert with the event that tells of it, unpublished.
func (w *world) left(bucket *bus.Bucket) {
	w.t.Helper()
	key := kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "reports"}
	f, events := life.Flashpoint{Flashpoint: "sabah"}.Apply([]life.Finding{{Key: key, Alarm: true, Day: kulkul.DayOf(noon), Cap: kulkul.Critical}},
		life.Policy{}, noon, life.Raise)
	m, err := bus.NewMessage(bus.AlertSubject(events[0].Alert.State, events[0].Alert.Level), events[0].ID, events[0])
	if err != nil {
		w.t.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"state": f, "events": []bus.Message{m}})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := bucket.Put(w.t.Context(), "flashpoint.sabah", raw); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatACrashLeftIsToldAtTheNextStart(t *testing.T) {
	w := open(t)
	bucket, err := w.bus.Bucket(t.Context(), bus.BucketAlerts)
	if err != nil {
		t.Fatal(err)
	}
	w.left(bucket)
	_, stop := w.detect()
	w.wants("fired sabah/maritime-security")
	eventually(t, "noting that it was told", func() bool {
		var kept struct{ Events []bus.Message }
		_, err := bucket.GetJSON(t.Context(), "flashpoint.sabah", &kept)
		return err == nil && len(kept.Events) == 0
	}, func() any { return "the event in the bucket" })
	stop()
	s, stop := w.detect() // and only once
	w.tagging()
	ready(t, s)
	stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.events) != 1 {
		t.Errorf("told %d times", len(w.events))
	}
}

// TestWhatABrokenConnectionLeftIsToldWithoutARestart: the state is written, its
// event is not published, as by a detector that lost the bus in between.
func TestWhatABrokenConnectionLeftIsToldWithoutARestart(t *testing.T) {
	w := open(t)
	w.tagging()
	w.collecting([2]int{})
	s, _ := w.detect()
	ready(t, s)
	bucket, err := w.bus.Bucket(t.Context(), bus.BucketAlerts)
	if err != nil {
		t.Fatal(err)
	}
	w.left(bucket)
	w.report("sabah", 3) // the next who wants to write finds it
	w.wants("fired sabah/maritime-security")
}

func TestNoticesOfSilentSources(t *testing.T) {
	w := open(t)
	w.detect()
	for i, state := range []string{"ok", "failing", "silent", "recovered", "ok", "doubled", "backfilled", "ok", "paused", "gone"} {
		h := kulkul.Health{Source: "gazette", Feed: "gazette-news", State: state, At: noon.Add(time.Duration(i) * time.Hour), Text: "in words"}
		w.publish(bus.HealthSubject("gazette"), "", h)
		w.publish(bus.HealthSubject("gazette"), "", h) // delivered twice
	}
	var got []string
	kinds := func() any {
		w.mu.Lock()
		defer w.mu.Unlock()
		got = nil
		for _, n := range w.notices {
			got = append(got, n.Kind)
		}
		return got
	}
	want := []string{"source-silent", "source-recovered", "source-doubled", "source-backfilled", "source-silent"}
	eventually(t, "hearing of the source", func() bool { kinds(); return slices.Equal(got, want) }, kinds)
	w.mu.Lock()
	defer w.mu.Unlock()
	if text := w.notices[1].Text; text != "gazette (gazette-news) brings items again after 2h0m0s: in words" {
		t.Errorf("text %q", text)
	}
}

func TestNewChecksItsConfig(t *testing.T) {
	for _, change := range []func(*detector.Config){
		func(c *detector.Config) { c.TickHour = 24 },
		func(c *detector.Config) { c.Linger = -1 },
		func(c *detector.Config) { c.Retry = 0 },
	} {
		c := detector.DefaultConfig()
		change(&c)
		if _, err := detector.New(c, detector.Deps{}); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}
