package e2e

import (
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// TestMessagesOfOtherVersions: what a program of before wrote and nobody reads
// any more is kept aside with its reason; what a newer one wrote waits on the
// bus, where it is counted and seen, and holds nothing back.
func TestMessagesOfOtherVersions(t *testing.T) {
	t.Parallel()
	u, _ := up(t, t.TempDir(), process(), withSources(t, files(t), sources("press")))
	for n, version := range []string{"0", "2", "not a number", bus.PayloadVersion} {
		id := kulkul.ItemID("press", version)
		m, err := bus.NewMessage(bus.CollectedSubject("press"), bus.MessageID("collected", id, kulkul.Version{Revision: 1}, ""),
			kulkul.Item{ID: id, Source: "press", Feed: "press-push", GUID: version, Title: "Harbour report " + version, Collected: time.Now().UTC().Add(time.Duration(n)), Revision: 1})
		if err != nil {
			t.Fatal(err)
		}
		m.Version = version
		if err := u.Bus.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, time.Minute, "the item of this version being stored", func() bool { return len(stored(t, u)) == 1 })
	eventually(t, time.Minute, "the two that nobody reads being kept aside", func() bool {
		list, err := u.Store.Rejections(t.Context(), store.RejectionFilter{})
		n := 0
		for _, r := range list {
			if r.Code == "unreadable" && strings.Contains(r.Reason, "is not read any more") && strings.Contains(string(r.Payload), "Harbour report") {
				n++
			}
		}
		return err == nil && n == 2
	})
	eventually(t, 10*time.Second, "the newer one being counted", func() bool {
		families, err := u.Metrics.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() == "kulkul_bus_newer_total" && f.GetMetric()[0].GetCounter().GetValue() >= 1 {
				return true
			}
		}
		return false
	})
	states, err := u.Bus.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if s.Name == bus.Collected && (s.Messages != 1 || s.Durables[0].Waiting+uint64(s.Durables[0].Out) != 1) {
			t.Errorf("%d messages in COLLECTED, want the newer one waiting: %+v", s.Messages, s.Durables)
		}
	}
}
