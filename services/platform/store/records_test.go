package store

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// written checks that what was written, twice and in another order, is read
// once, newest first.
func written[T any](t *testing.T, rows []T, write func([]T) error, read func() ([]T, error)) {
	t.Helper()
	backwards := slices.Clone(rows)
	slices.Reverse(backwards)
	must(t, write(rows))
	must(t, write(backwards))
	must(t, write(nil))
	got, err := read()
	must(t, err)
	if diff := cmp.Diff(rows, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// selects checks which rows a filter leaves.
func selects[T any](t *testing.T, name string, want []string, id func(T) string, rows []T, err error) {
	t.Helper()
	must(t, err)
	got := []string{}
	for _, r := range rows {
		got = append(got, id(r))
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", name, got, want)
	}
}

func TestNotices(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-05 12:00")
	rows := []kulkul.Notice{
		{ID: "b", Kind: "source-silent", At: at.Add(time.Hour), Flashpoint: kulkul.None, Source: "harbour-post", Text: "silent"},
		{ID: "a", Kind: "opportunity", At: at, Flashpoint: "papua", Text: "talks"},
	}
	written(t, rows, func(n []kulkul.Notice) error { return s.Writer().WriteNotices(ctx, n) },
		func() ([]kulkul.Notice, error) { return s.Notices(ctx, NoticeFilter{}) })
	for name, c := range map[string]struct {
		f    NoticeFilter
		want []string
	}{
		"kind":       {NoticeFilter{Kinds: []string{"opportunity"}}, []string{"a"}},
		"flashpoint": {NoticeFilter{Flashpoint: "papua"}, []string{"a"}},
		"source":     {NoticeFilter{Source: "harbour-post"}, []string{"b"}},
		"from":       {NoticeFilter{At: Span{From: at.Add(time.Hour)}}, []string{"b"}},
		"to":         {NoticeFilter{At: Span{To: at.Add(time.Hour)}}, []string{"a"}},
		"limit":      {NoticeFilter{Limit: 1}, []string{"b"}},
	} {
		got, err := s.Notices(ctx, c.f)
		selects(t, name, c.want, func(n kulkul.Notice) string { return n.ID }, got, err)
	}
}

func TestReviews(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-05 12:00")
	key := kulkul.AlertKey{Flashpoint: "papua", Area: "human-rights", Group: "stories"}
	item := sample(t, 1, "2026-01-05").Item
	rows := []kulkul.Review{
		{ID: "c", Verdict: kulkul.Silence, At: at.Add(2 * time.Hour), By: "lee", Matcher: &kulkul.Matcher{Flashpoint: "sabah"}, Until: at.AddDate(0, 0, 1), Text: "known exercise"},
		{ID: "b", Verdict: kulkul.Correct, At: at.Add(time.Hour), By: "lee", Item: &item, Areas: []string{"terrorism"}},
		{ID: "a", Verdict: kulkul.Assess, At: at, By: "tan", Role: "eep", Via: "mail", Alert: key, Episode: 3,
			Assessment: &kulkul.Assessment{Opinion: "doubt", Country: "SG", Track: kulkul.Track2, AsParty: true, Text: "old footage"}},
	}
	written(t, rows, func(r []kulkul.Review) error { return s.Writer().WriteReviews(ctx, r) },
		func() ([]kulkul.Review, error) { return s.Reviews(ctx, ReviewFilter{}) })
	for name, c := range map[string]struct {
		f    ReviewFilter
		want []string
	}{
		"verdict":    {ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Silence, kulkul.Assess}}, []string{"c", "a"}},
		"key":        {ReviewFilter{Key: &key}, []string{"a"}},
		"episode":    {ReviewFilter{Key: &key, Episode: 2}, []string{}},
		"flashpoint": {ReviewFilter{Flashpoint: "papua"}, []string{"a"}},
		"item":       {ReviewFilter{Item: item.ID}, []string{"b"}},
		"by":         {ReviewFilter{By: "lee", Limit: 1}, []string{"c"}},
		"at":         {ReviewFilter{At: Span{From: at.Add(time.Hour), To: at.Add(2 * time.Hour)}}, []string{"b"}},
	} {
		got, err := s.Reviews(ctx, c.f)
		selects(t, name, c.want, func(r kulkul.Review) string { return r.ID }, got, err)
	}
	var opinion, text string
	must(t, s.conn.QueryRow(ctx, "SELECT opinion, text FROM assessments").Scan(&opinion, &text))
	if opinion != "doubt" || text != "old footage" {
		t.Errorf("view assessments: %q, %q", opinion, text)
	}
}

// Of one delivery the latest state stays, whichever comes last.
func TestDeliveries(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-05 12:00")
	failed := kulkul.Delivery{ID: "a", Recipient: "tan", Channel: "email", Address: "tan@example.org", Flashpoint: "papua",
		Episode: 2, Notification: "first", MessageID: "a@kulkul", Subject: "Papua: elevated", Level: kulkul.Elevated,
		Status: "failed", Attempts: 1, Error: "451 try again", Events: []string{"e1", "e2"}, At: at}
	sent := failed
	sent.Status, sent.Attempts, sent.Error, sent.At = "sent", 2, "", at.Add(time.Minute)
	other := kulkul.Delivery{ID: "b", Recipient: "hook", Channel: "webhook", Flashpoint: "sabah", Episode: 1,
		Notification: "resolved", Status: "sent", Attempts: 1, At: at.Add(-time.Minute)}
	must(t, s.Writer().WriteDeliveries(ctx, []kulkul.Delivery{sent}))
	must(t, s.Writer().WriteDeliveries(ctx, []kulkul.Delivery{failed}))
	written(t, []kulkul.Delivery{sent, other}, func(d []kulkul.Delivery) error { return s.Writer().WriteDeliveries(ctx, d) },
		func() ([]kulkul.Delivery, error) { return s.Deliveries(ctx, DeliveryFilter{}) })
	for name, c := range map[string]struct {
		f    DeliveryFilter
		want []string
	}{
		"failed":    {DeliveryFilter{Status: "failed"}, []string{}},
		"episode":   {DeliveryFilter{Flashpoint: "papua", Episode: 2}, []string{"a"}},
		"recipient": {DeliveryFilter{Recipient: "hook"}, []string{"b"}},
		"channel":   {DeliveryFilter{Channel: "email"}, []string{"a"}},
		"event":     {DeliveryFilter{Event: "e2"}, []string{"a"}},
		"at":        {DeliveryFilter{At: Span{To: at}}, []string{"b"}},
	} {
		got, err := s.Deliveries(ctx, c.f)
		selects(t, name, c.want, func(d kulkul.Delivery) string { return d.ID }, got, err)
	}
}

func TestFetches(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-31 23:59")
	rows := []kulkul.Fetch{
		{ID: "b", Source: "harbour-post", Feed: "harbour-post-rss", URL: "https://harbour.example/rss", At: at.Add(time.Hour),
			Took: 1234567 * time.Nanosecond, Error: "no such host", Next: at.Add(2 * time.Hour), Why: "backing off"},
		{ID: "a", Source: "straits-ledger", Feed: "straits-ledger-world", At: at, Status: 200, Bytes: 5 << 30,
			Items: 40, New: 3, Revised: 2, Problems: 1},
	}
	written(t, rows, func(f []kulkul.Fetch) error { return s.Writer().WriteFetches(ctx, f) },
		func() ([]kulkul.Fetch, error) { return s.Fetches(ctx, FetchFilter{}) })
	for name, c := range map[string]struct {
		f    FetchFilter
		want []string
	}{
		"failed": {FetchFilter{Failed: true}, []string{"b"}},
		"source": {FetchFilter{Source: "straits-ledger"}, []string{"a"}},
		"feed":   {FetchFilter{Feed: "harbour-post-rss"}, []string{"b"}},
		"at":     {FetchFilter{At: Span{From: at.Add(time.Minute)}}, []string{"b"}},
	} {
		got, err := s.Fetches(ctx, c.f)
		selects(t, name, c.want, func(f kulkul.Fetch) string { return f.ID }, got, err)
	}
}

// The latest judgement on each feed holds, whichever comes last.
func TestHealth(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-31 23:59")
	old := kulkul.Health{Source: "a", Feed: "a-1", At: at, State: "ok", Since: at.AddDate(0, -1, 0), LastItem: at, LastOK: at}
	now := kulkul.Health{Source: "a", Feed: "a-1", At: at.Add(time.Hour), State: "failing", Since: at.Add(time.Hour), LastOK: at, Failures: 3, Text: "HTTP 500"}
	second := kulkul.Health{Source: "a", Feed: "a-2", At: at, State: "new", Since: at}
	whole := kulkul.Health{Source: "b", At: at, State: "silent", Since: at}
	must(t, s.Writer().WriteHealth(ctx, []kulkul.Health{now}))
	must(t, s.Writer().WriteHealth(ctx, []kulkul.Health{old}))
	written(t, []kulkul.Health{now, second, whole}, func(h []kulkul.Health) error { return s.Writer().WriteHealth(ctx, h) },
		func() ([]kulkul.Health, error) { return s.Health(ctx) })
}

func TestRejections(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-31 23:59")
	item := sample(t, 1, "2026-01-05").Item
	rows := []kulkul.Rejection{
		{ID: "b", Stage: "intake", Source: "new-partner", At: at.Add(time.Hour), Where: "item 3", Reason: "waits for a release",
			Code: "quarantine", Quarantined: true, Item: &item},
		{ID: "a", Stage: "collector", Source: "harbour-post", Feed: "harbour-post-rss", At: at, Where: "line 7", Reason: "not XML",
			Code: "not-a-feed", Payload: []byte("\x00\xff<html>")},
	}
	written(t, rows, func(r []kulkul.Rejection) error { return s.Writer().WriteRejections(ctx, r) },
		func() ([]kulkul.Rejection, error) { return s.Rejections(ctx, RejectionFilter{}) })
	for name, c := range map[string]struct {
		f    RejectionFilter
		want []string
	}{
		"id":          {RejectionFilter{ID: "a"}, []string{"a"}},
		"quarantined": {RejectionFilter{Quarantined: true}, []string{"b"}},
		"stage":       {RejectionFilter{Stage: "collector"}, []string{"a"}},
		"code":        {RejectionFilter{Code: "quarantine"}, []string{"b"}},
		"source":      {RejectionFilter{Source: "none"}, []string{}},
	} {
		got, err := s.Rejections(ctx, c.f)
		selects(t, name, c.want, func(r kulkul.Rejection) string { return r.ID }, got, err)
	}
}

func TestAuditAndConfigVersions(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	at := instantOf(t, "2026-01-31 23:59")
	lines := []kulkul.Audit{
		{ID: "b", At: at.Add(time.Second), Service: "console", Who: "lee", Action: "sign-in", Address: "10.0.0.7"},
		{ID: "a", At: at, Service: "console", Who: "tan", Action: "change", Object: "indicators", Detail: "k 3 → 4"},
	}
	written(t, lines, func(l []kulkul.Audit) error { return s.Writer().WriteAudit(ctx, l) },
		func() ([]kulkul.Audit, error) { return s.Audit(ctx, AuditFilter{}) })
	got, err := s.Audit(ctx, AuditFilter{Service: "console", Who: "tan", Action: "change", Object: "indicators", At: Span{From: at}})
	selects(t, "audit", []string{"a"}, func(a kulkul.Audit) string { return a.ID }, got, err)
	versions := []ConfigVersion{
		{Version: 12, At: at.Add(time.Hour), By: "lee", Why: "quieter", Digest: "d2", Content: "k: 4"},
		{Version: 7, At: at, By: "seed", Why: "first start", Digest: "d1", Content: "k: 3"},
	}
	written(t, versions, func(v []ConfigVersion) error { return s.Writer().WriteConfigVersions(ctx, v) },
		func() ([]ConfigVersion, error) { return s.ConfigVersions(ctx, 0) })
	if got, err := s.ConfigVersions(ctx, 1); err != nil || len(got) != 1 || got[0].Version != 12 {
		t.Errorf("latest: %v %v", got, err)
	}
}

func TestSourceActivity(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	var items []kulkul.Tagged
	for n, source := range []string{"a", "a", "b", "a", "c", "b"} {
		i := sample(t, n, []string{"2026-01-05", "2026-01-05", "2026-01-05", "2026-01-06", "2026-01-05", "2026-02-01"}[n])
		i.Item.Source = source
		i.Item.Collected = i.Item.Collected.Add(time.Duration(n) * time.Minute)
		i.Item.Retrospective = source == "c"
		items = append(items, i)
	}
	must(t, s.Writer().WriteItems(ctx, items))
	must(t, s.Writer().WriteItems(ctx, items))
	got, err := s.SourceActivity(ctx, day(t, "2026-01-01"), day(t, "2026-01-31"))
	must(t, err)
	want := []SourceDay{
		{"a", day(t, "2026-01-05"), 2, items[1].Item.Collected},
		{"a", day(t, "2026-01-06"), 1, items[3].Item.Collected},
		{"b", day(t, "2026-01-05"), 1, items[2].Item.Collected},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
