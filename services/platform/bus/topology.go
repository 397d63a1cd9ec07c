package bus

import (
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Durable is one durable consumer of a stream. Redelivery is unlimited: what
// cannot be handled is rejected and terminated by its consumer, never dropped
// by the bus.
type Durable struct {
	Name     string
	Subjects []string // empty: all of the stream
	AckWait  time.Duration
	Pending  int // most messages out for acknowledgement at once
}

// Stream is one stream of the topology with all its durables and its owner.
type Stream struct {
	Name       string
	Subjects   []string
	Publishers []string // services that publish into it
	Durables   []Durable
	// Interest keeps a message until every durable has acknowledged it; other
	// streams keep theirs for MaxAge.
	Interest bool
	MaxAge   time.Duration
	// MaxBytes is the size at which publishers are refused (interest streams)
	// or the oldest messages go (the others).
	MaxBytes      int64
	LastOnly      bool // keep one message per subject
	DuplicateSpan time.Duration
}

// BucketSpec is one key-value bucket and the services that write it.
type BucketSpec struct {
	Name     string
	Writers  []string // one, except for revisions
	TTL      time.Duration
	History  uint8
	MaxBytes int64
}

// Buckets by name.
const (
	BucketRevisions = "revisions" // collector, intake and commands: item id → revision record
	BucketPolls     = "polls"     // collector: feed → validators, next poll, failures
	BucketKeys      = "keys"      // console: push keys, hashed
	BucketReceipts  = "receipts"  // intake: receipts and idempotency keys
	BucketHeld      = "held"      // intake: quarantine
	BucketHubs      = "hubs"      // intake: WebSub subscriptions
	BucketStories   = "stories"   // tagger: journal of the story index
	BucketTagger    = "tagger"    // tagger: amendments, retag progress
	BucketAlerts    = "alerts"    // detector: alert lifecycle, episodes, notices
	BucketLedger    = "ledger"    // notifier: deliveries, answers, silences
	BucketUsers     = "users"     // console: accounts, sessions, tokens
	BucketConfig    = "config"    // console and commands: versioned configuration
	BucketBulletins = "bulletins" // console: weekly bulletins, drafts and published
	BucketLeases    = "leases"    // all: who is active
)

const (
	day = 24 * time.Hour
	mib = int64(1) << 20
	// ackWait is how long after a crash what was in hand comes again. Handlers
	// may take longer: Consume tells the bus that they are at work.
	ackWait = 20 * time.Second
)

// Topology is the whole bus: every stream and bucket, with owners. docs/flow.md
// holds the same table and a test keeps the two equal.
func Topology() ([]Stream, []BucketSpec) {
	streams := []Stream{
		{Name: Collected, Subjects: []string{"items.collected.*"}, Publishers: []string{"collector", "intake", "kulkul"},
			Durables: []Durable{{Name: Tagger, AckWait: ackWait, Pending: 4096}},
			Interest: true, MaxBytes: 1024 * mib, DuplicateSpan: 2 * time.Minute},
		{Name: TaggedItem, Subjects: []string{"items.tagged.*"}, Publishers: []string{"tagger"},
			Durables: []Durable{{Name: Archiver, AckWait: ackWait, Pending: 8192}},
			Interest: true, MaxBytes: 1024 * mib, DuplicateSpan: 2 * time.Minute},
		{Name: Rejected, Subjects: []string{"items.rejected.*", "items.quarantined.*"},
			Publishers: []string{"collector", "intake", "tagger", "archiver"},
			Durables:   []Durable{{Name: Archiver, AckWait: ackWait, Pending: 1024}}, MaxAge: 30 * day, MaxBytes: 512 * mib},
		{Name: Touched, Subjects: []string{"series.touched.*.*"}, Publishers: []string{"archiver"},
			Durables: []Durable{{Name: Detector, AckWait: ackWait, Pending: 1024}}, MaxAge: 7 * day, LastOnly: true, MaxBytes: 16 * mib},
		{Name: Alerts, Subjects: []string{AllAlerts, AllNotices}, Publishers: []string{"detector"},
			Durables: []Durable{{Name: Notifier, AckWait: ackWait, Pending: 256}, {Name: Archiver, AckWait: ackWait, Pending: 1024}},
			MaxAge:   90 * day, MaxBytes: 512 * mib, DuplicateSpan: time.Hour},
		{Name: Reviews, Subjects: []string{AllReviews}, Publishers: []string{"console", "intake"},
			Durables: []Durable{
				{Name: Archiver, AckWait: ackWait, Pending: 1024},
				{Name: Detector, Subjects: reviewSubjects("ack", "resolve", "escalate"), AckWait: ackWait, Pending: 64},
				{Name: Notifier, Subjects: reviewSubjects("ack", "assess", "note", "silence", "end-silence", "resolve", "escalate", "unsubscribe", "bounce"), AckWait: ackWait, Pending: 64},
				{Name: Tagger, Subjects: reviewSubjects("correct", "withdraw", "release"), AckWait: ackWait, Pending: 64},
				{Name: Intake, Subjects: reviewSubjects("release", "withdraw"), AckWait: ackWait, Pending: 64},
			},
			MaxAge: 365 * day, MaxBytes: 512 * mib, DuplicateSpan: time.Hour},
		{Name: Deliveries, Subjects: []string{AllDeliveries}, Publishers: []string{"notifier"},
			Durables: []Durable{{Name: Archiver, AckWait: ackWait, Pending: 1024}}, MaxAge: 30 * day, MaxBytes: 256 * mib, DuplicateSpan: time.Hour},
		{Name: Health, Subjects: []string{AllHealth, AllFetches, "audit.*"},
			Publishers: []string{"collector", "intake", "tagger", "archiver", "detector", "notifier", "console"},
			Durables: []Durable{
				{Name: Archiver, AckWait: ackWait, Pending: 4096},
				{Name: Detector, Subjects: []string{AllHealth}, AckWait: ackWait, Pending: 1024},
			},
			MaxAge: 7 * day, MaxBytes: 512 * mib},
		{Name: Jobs, Subjects: []string{"jobs.*"}, Publishers: []string{"console", "kulkul"},
			Durables: []Durable{{Name: Tagger, Subjects: []string{JobSubject("retag"), JobSubject("import")}, AckWait: 5 * time.Minute, Pending: 1},
				{Name: Notifier, Subjects: []string{JobSubject("bulletin")}, AckWait: ackWait, Pending: 16}},
			MaxAge: 7 * day, MaxBytes: 256 * mib},
	}
	buckets := []BucketSpec{
		{Name: BucketRevisions, Writers: []string{"collector", "intake", "kulkul"}, MaxBytes: 4096 * mib},
		{Name: BucketPolls, Writers: []string{"collector"}},
		{Name: BucketKeys, Writers: []string{"console"}},
		{Name: BucketReceipts, Writers: []string{"intake"}, TTL: 30 * day, MaxBytes: 1024 * mib},
		{Name: BucketHeld, Writers: []string{"intake"}},
		{Name: BucketHubs, Writers: []string{"intake"}},
		{Name: BucketStories, Writers: []string{"tagger"}, TTL: 30 * day, MaxBytes: 1024 * mib},
		{Name: BucketTagger, Writers: []string{"tagger"}},
		{Name: BucketAlerts, Writers: []string{"detector"}, History: 8},
		{Name: BucketLedger, Writers: []string{"notifier"}},
		{Name: BucketUsers, Writers: []string{"console"}},
		{Name: BucketConfig, Writers: []string{"console", "kulkul"}},
		{Name: BucketBulletins, Writers: []string{"console"}},
		{Name: BucketLeases, Writers: []string{"all"}, TTL: leaseTTL},
	}
	return streams, buckets
}

func reviewSubjects(verdicts ...string) []string {
	out := make([]string, len(verdicts))
	for i, v := range verdicts {
		out[i] = "reviews." + v
	}
	return out
}

// config is the stream as JetStream wants it.
func (s Stream) config(replicas int) jetstream.StreamConfig {
	c := jetstream.StreamConfig{
		Name: s.Name, Subjects: s.Subjects, Storage: jetstream.FileStorage, Replicas: replicas,
		MaxBytes: s.MaxBytes, MaxAge: s.MaxAge, Duplicates: s.DuplicateSpan,
		Compression: jetstream.S2Compression, AllowDirect: true,
	}
	if s.Interest {
		c.Retention, c.Discard = jetstream.InterestPolicy, jetstream.DiscardNew
	}
	if s.LastOnly {
		c.MaxMsgsPerSubject = 1
	}
	if c.Duplicates == 0 {
		c.Duplicates = 2 * time.Minute
	}
	if c.MaxAge > 0 && c.Duplicates > c.MaxAge {
		c.Duplicates = c.MaxAge
	}
	return c
}

// config is the durable as JetStream wants it.
func (d Durable) config() jetstream.ConsumerConfig {
	return jetstream.ConsumerConfig{
		Durable: d.Name, FilterSubjects: d.Subjects, AckPolicy: jetstream.AckExplicitPolicy,
		AckWait: d.AckWait, MaxAckPending: d.Pending, MaxDeliver: -1,
	}
}
