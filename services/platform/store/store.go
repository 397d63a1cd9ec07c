package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

var errPending = errors.New("not written yet")

// Store is a pool of connections to one database. It is safe for concurrent
// use.
type Store struct{}

// Open connects and pings. Metrics go to reg; several stores may share one.
func Open(ctx context.Context, c Config, reg prometheus.Registerer) (*Store, error) {
	return nil, errPending
}

// Close ends the connections.
func (s *Store) Close() error { return errPending }

// Ping asks the server for an answer.
func (s *Store) Ping(ctx context.Context) error { return errPending }

// Ready reports whether the schema is the one this binary knows: nil, or
// ErrSchema wrapped with what is missing.
func (s *Store) Ready(ctx context.Context) error { return errPending }

// Migrate brings the schema to the binary's version. The caller holds the
// lease that keeps a second migration away.
func (s *Store) Migrate(ctx context.Context) error { return errPending }

// Status lists the migrations, applied and pending.
func (s *Store) Status(ctx context.Context) ([]Migration, error) { return nil, errPending }

// Retain sets how long each table keeps its rows.
func (s *Store) Retain(ctx context.Context, r Retention) error { return errPending }

// Writer is the one writer of the store; the archiver owns it.
func (s *Store) Writer() *Writer { return nil }

// Migration is one file of the schema.
type Migration struct {
	Number  int
	Name    string // file name
	Applied time.Time
}

// Retention is how long tables keep rows, by table name; 0 or absent: for ever.
type Retention map[string]time.Duration

// Config says where the database is.
type Config struct{}

// ErrSchema: the schema is not the one this binary knows.
var ErrSchema = errors.New("schema is not at this binary's version")

// ErrNotFound: there is no such thing, or the view may not see it.
var ErrNotFound = errors.New("not found")

// ErrQuery: the question cannot be asked so (a broken cursor, a text without a
// word); the caller's user is at fault.
var ErrQuery = errors.New("bad query")

// Writer writes domain types. Every method is idempotent: a batch may be
// written again, in part or whole, in any order. A nil error means that the
// rows are durable. It is safe for concurrent use, but batches are best large
// and few.
type Writer struct{}

// WriteItems records items, their tags and the story joins they made known.
func (w *Writer) WriteItems(ctx context.Context, items []kulkul.Tagged) error { return errPending }

// WriteAlerts records alert events.
func (w *Writer) WriteAlerts(ctx context.Context, events []kulkul.AlertEvent) error {
	return errPending
}

// WriteNotices records notices.
func (w *Writer) WriteNotices(ctx context.Context, notices []kulkul.Notice) error { return errPending }

// WriteReviews records reviews of every verdict.
func (w *Writer) WriteReviews(ctx context.Context, reviews []kulkul.Review) error { return errPending }

// WriteDeliveries records deliveries; of one delivery the latest state stays.
func (w *Writer) WriteDeliveries(ctx context.Context, deliveries []kulkul.Delivery) error {
	return errPending
}

// WriteFetches records fetches.
func (w *Writer) WriteFetches(ctx context.Context, fetches []kulkul.Fetch) error { return errPending }

// WriteHealth records judgements on sources.
func (w *Writer) WriteHealth(ctx context.Context, health []kulkul.Health) error { return errPending }

// WriteAudit records audit lines.
func (w *Writer) WriteAudit(ctx context.Context, lines []kulkul.Audit) error { return errPending }

// WriteRejections records rejections.
func (w *Writer) WriteRejections(ctx context.Context, rejections []kulkul.Rejection) error {
	return errPending
}

// WriteConfigVersions records versions of the running configuration.
func (w *Writer) WriteConfigVersions(ctx context.Context, versions []ConfigVersion) error {
	return errPending
}

// Observations gives the observations of publication days from to to, both
// included, under one taxonomy version, in no particular order.
func (s *Store) Observations(ctx context.Context, taxonomy string, from, to kulkul.Day, f ObservationFilter) ([]kulkul.Observation, error) {
	return nil, errPending
}

// EachObservation is Observations one by one; after an error it ends.
func (s *Store) EachObservation(ctx context.Context, taxonomy string, from, to kulkul.Day, f ObservationFilter) iter.Seq2[kulkul.Observation, error] {
	return nil
}

// Aliases gives all story joins, oldest first.
func (s *Store) Aliases(ctx context.Context) ([]kulkul.StoryAlias, error) { return nil, errPending }

// Items gives a page of items, newest first.
func (s *Store) Items(ctx context.Context, q ItemQuery) (ItemPage, error) {
	return ItemPage{}, errPending
}

// Item gives one item with text, tags and evidence under a taxonomy version;
// ErrNotFound where it is not there or the view may not see it.
func (s *Store) Item(ctx context.Context, v View, taxonomy, id string) (kulkul.Tagged, error) {
	return kulkul.Tagged{}, errPending
}

// ItemsByID gives the items that exist and that the view may see, without
// text, in the order of ids.
func (s *Store) ItemsByID(ctx context.Context, v View, taxonomy string, ids []string) ([]kulkul.Tagged, error) {
	return nil, errPending
}

// Story gives the items of the resolved story that the story id belongs to,
// oldest first, without text.
func (s *Store) Story(ctx context.Context, v View, taxonomy, story string) ([]kulkul.Tagged, error) {
	return nil, errPending
}

// EachItem streams items whole, with their tags under the taxonomy version
// (none where it is empty), by the day on which they came in, from from to to,
// both included; for re-tagging and export.
func (s *Store) EachItem(ctx context.Context, v View, taxonomy string, from, to kulkul.Day) iter.Seq2[kulkul.Tagged, error] {
	return nil
}

// AlertEvents gives alert events, newest first.
func (s *Store) AlertEvents(ctx context.Context, f AlertFilter) ([]kulkul.AlertEvent, error) {
	return nil, errPending
}

// AlertHistory gives every event of a key's episodes, oldest first.
func (s *Store) AlertHistory(ctx context.Context, key kulkul.AlertKey) ([]kulkul.AlertEvent, error) {
	return nil, errPending
}

// Alerts gives the latest state of each episode, newest first; the filter's
// states and level select by that latest state.
func (s *Store) Alerts(ctx context.Context, f AlertFilter) ([]kulkul.Alert, error) {
	return nil, errPending
}

// Notices gives notices, newest first.
func (s *Store) Notices(ctx context.Context, f NoticeFilter) ([]kulkul.Notice, error) {
	return nil, errPending
}

// Reviews gives reviews, newest first.
func (s *Store) Reviews(ctx context.Context, f ReviewFilter) ([]kulkul.Review, error) {
	return nil, errPending
}

// Deliveries gives deliveries in their latest state, newest first.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]kulkul.Delivery, error) {
	return nil, errPending
}

// Fetches gives fetches, newest first.
func (s *Store) Fetches(ctx context.Context, f FetchFilter) ([]kulkul.Fetch, error) {
	return nil, errPending
}

// Health gives the latest judgement on every source and feed, by source.
func (s *Store) Health(ctx context.Context) ([]kulkul.Health, error) { return nil, errPending }

// Rejections gives rejections, newest first.
func (s *Store) Rejections(ctx context.Context, f RejectionFilter) ([]kulkul.Rejection, error) {
	return nil, errPending
}

// Audit gives audit lines, newest first.
func (s *Store) Audit(ctx context.Context, f AuditFilter) ([]kulkul.Audit, error) {
	return nil, errPending
}

// ConfigVersions gives the latest versions of the running configuration,
// newest first, at most limit.
func (s *Store) ConfigVersions(ctx context.Context, limit int) ([]ConfigVersion, error) {
	return nil, errPending
}

// SourceActivity gives what each source gave on each day from from to to, both
// included, imported history left out; days without items have no row.
func (s *Store) SourceActivity(ctx context.Context, from, to kulkul.Day) ([]SourceDay, error) {
	return nil, errPending
}

// Counts gives the counts of the series for charts, from from to to, both
// included; days without a story have no row.
func (s *Store) Counts(ctx context.Context, taxonomy string, from, to kulkul.Day, f CountFilter) ([]DayCount, error) {
	return nil, errPending
}
