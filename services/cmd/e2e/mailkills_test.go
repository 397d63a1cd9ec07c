package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// TestANotifierThatIsKilledLeavesNothingUnsent is the small one; the full one
// is TestFiftyKills.
func TestANotifierThatIsKilledLeavesNothingUnsent(t *testing.T) {
	killedOften(t, 10, 2, 3)
}

// TestFiftyKills: 135 experts, 60 alerts of 20 flashpoints, 50 kills.
func TestFiftyKills(t *testing.T) {
	evidence(t)
	killedOften(t, 135, 20, 50)
}

func killedOften(t *testing.T, experts, flashpoints, kills int) {
	const seed = 20261123
	rng := rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // the same points each time
	m := newMailing(t, experts, flashpoints)
	left := m.leave(t)
	began := time.Now()
	// An alert of each flashpoint at each level, spread over the kills; one
	// level is decided everywhere before the next is raised.
	var alerts []func()
	for i, l := range []kulkul.Level{kulkul.Watch, kulkul.Elevated, kulkul.High} {
		for n, f := range m.flashpoints {
			if i == 0 && n == 0 {
				continue // raised by leave
			}
			alerts = append(alerts, func() {
				if n == 0 && i > 0 {
					m.decided(t, kinds()[i-1])
				}
				m.raise(t, f, l)
			})
		}
	}
	for k := range kills {
		for _, raise := range alerts[k*len(alerts)/kills : (k+1)*len(alerts)/kills] {
			raise()
		}
		kill := m.start(t)
		m.killPoint(t, rng)
		kill()
		m.look(t)
	}
	kill := m.start(t)
	want := m.wanted(left)
	eventually(t, 5*time.Minute, "every mail being sent and confirmed", func() bool {
		if m.count(t) < len(want) {
			return false
		}
		open := 0
		for _, e := range m.entries(t) {
			if !e.Done {
				open++
			}
		}
		return open == 0
	})
	kill()
	m.settled(t)
	second := m.judge(t, want)
	t.Logf("%d mails to %d experts over %d alerts, %d kills in %v: %d kills hid %d accepted mails from the ledger, %d second copies",
		len(want), experts, 3*flashpoints, kills, time.Since(began).Round(time.Second), m.hiding, m.hid, second)
	if second > m.hid {
		t.Errorf("%d second copies, and only %d mails whose acceptance could not be known", second, m.hid)
	}
}

// leave raises the first alert, lets it be told, and has some of the experts
// leave their subscription. It gives who left.
func (m *mailing) leave(t *testing.T) map[string]bool {
	t.Helper()
	kill := m.start(t)
	m.raise(t, m.flashpoints[0], kulkul.Watch)
	watching := 0
	for _, p := range m.people {
		if p.Subscriptions[0].Level == kulkul.Watch {
			watching++
		}
	}
	eventually(t, 2*time.Minute, "the first notification", func() bool { return m.count(t) == watching })
	left := map[string]bool{}
	for n := 0; n < len(m.people); n += 9 {
		p := m.people[n]
		if p.Subscriptions[0].Level != kulkul.Watch {
			continue
		}
		left[p.ID] = true
		r := kulkul.Review{ID: "leave-" + p.ID, Verdict: kulkul.Unsubscribe, At: time.Now().UTC(), By: p.ID,
			Delivery: kulkul.DeliveryID(p.ID, m.flashpoints[0], 1, "first")}
		msg, err := bus.NewMessage(bus.ReviewSubject(r.Verdict), r.ID, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.bus.Publish(t.Context(), msg); err != nil {
			t.Fatal(err)
		}
	}
	bucket, err := m.bus.Bucket(t.Context(), bus.BucketLedger)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, time.Minute, "the ledger knowing who left", func() bool {
		keys, err := bucket.Keys(t.Context(), "left.>")
		return err == nil && len(keys) == len(left)
	})
	kill()
	m.look(t)
	return left
}

// decided lets a notifier run until a notification of every flashpoint is in
// the ledger for the expert who is told of all levels.
func (m *mailing) decided(t *testing.T, kind string) {
	t.Helper()
	all := func() bool {
		entries := m.entries(t)
		for _, f := range m.flashpoints {
			if _, ok := entries[messageID(m.people[1].ID, f, kind)]; !ok {
				return false
			}
		}
		return true
	}
	if all() {
		return
	}
	kill := m.start(t)
	// What the bus had handed to a notifier that died comes again after twenty seconds.
	eventually(t, 5*time.Minute, kind+" being decided everywhere", all)
	kill()
	m.look(t)
}

func messageID(person, flashpoint, kind string) string {
	return kulkul.DeliveryID(person, flashpoint, 1, kind) + "@" + mailDomain
}

// wanted are the mails that must have come, by Message-ID, each with its place.
func (m *mailing) wanted(left map[string]bool) map[string]place {
	out := map[string]place{}
	for _, p := range m.people {
		for n, f := range m.flashpoints {
			for i, kind := range kinds() {
				if kulkul.Level(i+1) < p.Subscriptions[0].Level || (left[p.ID] && (n > 0 || i > 0)) {
					continue
				}
				out[messageID(p.ID, f, kind)] = place{p.ID, f, i}
			}
		}
	}
	return out
}

// place is to whom a mail goes, and where in which thread it stands.
type place struct {
	person, flashpoint string
	order              int
}

// judge holds what came against what was wanted and counts second copies.
func (m *mailing) judge(t *testing.T, want map[string]place) (second int) {
	t.Helper()
	copies, threads := map[string]int{}, map[string][]int{}
	for _, l := range m.letters(t) {
		p, ok := want[l.messageID]
		if !ok {
			t.Errorf("%s was sent to %s and should not have been", l.messageID, l.to)
			continue
		}
		if !strings.HasPrefix(l.to, p.person+"@") {
			t.Errorf("a mail for %s went to %s", p.person, l.to)
		}
		if copies[l.messageID]++; copies[l.messageID] > 1 {
			second++
			continue
		}
		thread := p.person + " " + p.flashpoint
		threads[thread] = append(threads[thread], p.order)
		if strings.Contains(l.body, "/concur/") || strings.Contains(l.body, "/doubt/") {
			t.Errorf("%s, whose state is a party, is asked to rate %s", p.person, p.flashpoint)
		}
	}
	for id, p := range want {
		if copies[id] == 0 {
			t.Errorf("%s lacks %s of %s", p.person, kinds()[p.order], p.flashpoint)
		}
	}
	for thread, order := range threads {
		if !slices.IsSorted(order) {
			t.Errorf("thread %s came as %s", thread, fmt.Sprint(order))
		}
	}
	return second
}
