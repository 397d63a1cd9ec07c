package bus_test

import (
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

func TestEverySubjectBelongsToOneStream(t *testing.T) {
	streams, _ := bus.Topology()
	pair := kulkul.Pair{Flashpoint: "kashmir", Area: kulkul.Any}
	for subject, want := range map[string]string{
		bus.CollectedSubject("a"):                        bus.Collected,
		bus.TaggedSubject("a"):                           bus.TaggedItem,
		bus.RejectedSubject(""):                          bus.Rejected,
		bus.QuarantinedSubject("a"):                      bus.Rejected,
		bus.TouchedSubject(pair):                         bus.Touched,
		bus.AlertSubject(kulkul.Firing, kulkul.Critical): bus.Alerts,
		bus.NoticeSubject("source-silent", ""):           bus.Alerts,
		bus.ReviewSubject(kulkul.Correct):                bus.Reviews,
		bus.DeliverySubject("email"):                     bus.Deliveries,
		bus.HealthSubject("a"):                           bus.Health,
		bus.FetchSubject("a"):                            bus.Health,
		bus.AuditSubject("console"):                      bus.Health,
		bus.JobSubject("retag"):                          bus.Jobs,
	} {
		var in []string
		for _, s := range streams {
			for _, filter := range s.Subjects {
				if matches(filter, subject) {
					in = append(in, s.Name)
				}
			}
		}
		if len(in) != 1 || in[0] != want {
			t.Errorf("%s is in %v, want %s", subject, in, want)
		}
	}
}

// matches is NATS's subject matching.
func matches(filter, subject string) bool {
	f, s := strings.Split(filter, "."), strings.Split(subject, ".")
	for i, t := range f {
		if t == ">" {
			return len(s) > i
		}
		if i >= len(s) || (t != "*" && t != s[i]) {
			return false
		}
	}
	return len(f) == len(s)
}

func TestSubjectTokensAreSafe(t *testing.T) {
	for in, want := range map[string]string{"": "_", "*": "_", "a.b": "a-b", "a >": "a--", "ok-1": "ok-1"} {
		if got := bus.RejectedSubject(in); got != "items.rejected."+want {
			t.Errorf("RejectedSubject(%q) = %q", in, got)
		}
	}
	if got := bus.MessageID("tagged", "id", kulkul.Version{Revision: 2, Amendment: 9}, "tx"); got != "tagged:id:2.9:tx" {
		t.Errorf("MessageID = %q", got)
	}
}

func TestInterestStreamsHaveDurablesAndEveryDurableAnOwner(t *testing.T) {
	streams, buckets := bus.Topology()
	for _, s := range streams {
		if s.Interest && len(s.Durables) == 0 {
			t.Errorf("%s keeps by interest and has no durable: it would forget at once", s.Name)
		}
		if len(s.Publishers) == 0 || s.MaxBytes == 0 {
			t.Errorf("%s has no publisher or no limit", s.Name)
		}
	}
	for _, b := range buckets {
		if len(b.Writers) != 1 && b.Name != bus.BucketRevisions && b.Name != bus.BucketConfig {
			t.Errorf("bucket %s has writers %v: one writer per bucket", b.Name, b.Writers)
		}
	}
}
