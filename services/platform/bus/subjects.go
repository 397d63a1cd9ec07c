package bus

import (
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Streams, as docs/flow.md lists them.
const (
	Collected  = "COLLECTED"
	TaggedItem = "TAGGED"
	Rejected   = "REJECTED"
	Touched    = "TOUCHED"
	Alerts     = "ALERTS"
	Reviews    = "REVIEWS"
	Deliveries = "DELIVERIES"
	Health     = "HEALTH"
	Jobs       = "JOBS"
)

// Durable consumers are named after the service that owns them.
const (
	Tagger   = "tagger"
	Archiver = "archiver"
	Detector = "detector"
	Notifier = "notifier"
	Intake   = "intake"
)

// Subject filters for followers.
const (
	AllTagged     = "items.tagged.>"
	AllAlerts     = "alerts.>"
	AllNotices    = "notices.>"
	AllReviews    = "reviews.>"
	AllDeliveries = "deliveries.>"
	AllHealth     = "sources.health.>"
	AllFetches    = "fetches.>"
)

// CollectedSubject carries a new or revised item of a source, untagged.
func CollectedSubject(source string) string { return "items.collected." + source }

// TaggedSubject carries a tagged item of a source.
func TaggedSubject(source string) string { return "items.tagged." + source }

// RejectedSubject carries what a stage could not take in.
func RejectedSubject(source string) string { return "items.rejected." + token(source) }

// QuarantinedSubject carries a good item that waits for release.
func QuarantinedSubject(source string) string { return "items.quarantined." + token(source) }

// TouchedSubject says that a series changed; one message is kept per subject.
func TouchedSubject(p kulkul.Pair) string {
	return "series.touched." + token(p.Flashpoint) + "." + token(p.Area)
}

// AlertSubject carries an alert event.
func AlertSubject(s kulkul.State, l kulkul.Level) string {
	return "alerts." + string(s) + "." + l.String()
}

// NoticeSubject carries a notice about a flashpoint or, with none, a source.
func NoticeSubject(kind, flashpoint string) string {
	return "notices." + kind + "." + token(flashpoint)
}

// ReviewSubject carries a person's decision.
func ReviewSubject(v kulkul.Verdict) string { return "reviews." + string(v) }

// DeliverySubject carries what became of a notification.
func DeliverySubject(channel string) string { return "deliveries." + channel }

// HealthSubject carries a judgement of a source's health.
func HealthSubject(source string) string { return "sources.health." + token(source) }

// FetchSubject carries what came of asking a feed once.
func FetchSubject(source string) string { return "fetches." + token(source) }

// AuditSubject carries a line of a service's audit log.
func AuditSubject(service string) string { return "audit." + service }

// JobSubject carries work asked of a service: retag, import, and
// bulletin: a published kulkul.Bulletin, to be mailed.
func JobSubject(kind string) string { return "jobs." + kind }

// MessageID is the Nats-Msg-Id of an item at a stage: stage:id:revision.amendment,
// and the taxonomy where the stage depends on it.
func MessageID(stage, id string, v kulkul.Version, taxonomy string) string {
	s := stage + ":" + id + ":" + strconv.FormatUint(v.Revision, 10) + "." + strconv.FormatUint(v.Amendment, 10)
	if taxonomy != "" {
		s += ":" + taxonomy
	}
	return s
}

// token makes an id fit to be one token of a subject: Any and "" read as None,
// since totals are derived and never travel.
func token(id string) string {
	if id == "" || id == kulkul.Any {
		return kulkul.None
	}
	return strings.Map(func(r rune) rune {
		if r == '.' || r == '>' || r == '*' || r <= ' ' {
			return '-'
		}
		return r
	}, id)
}
