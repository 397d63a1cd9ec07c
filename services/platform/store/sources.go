package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const (
	sqlFetches = `
SELECT id, source, feed, url, at, took, status, bytes, items, new, revised, problems, error, next, why
FROM fetches FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

	sqlHealth = `
SELECT source, feed, at, state, since, last_item, last_ok, failures, text
FROM health FINAL
ORDER BY source, feed, at DESC
LIMIT 1 BY source, feed`

	sqlRejections = `
SELECT id, at, stage, source, feed, place, reason, code, quarantined, payload, item
FROM rejections FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

	sqlSourceActivity = `
SELECT source, entered, count() AS items, max(collected) AS latest
FROM items FINAL
WHERE {where}
GROUP BY source, entered
ORDER BY source, entered`
)

// Fetches gives fetches, newest first.
func (s *Store) Fetches(ctx context.Context, f FetchFilter) ([]kulkul.Fetch, error) {
	var w where
	w.equal("source = {source:String}", "source", f.Source)
	w.equal("feed = {feed:String}", "feed", f.Feed)
	if f.Failed {
		w.and("error != ''")
	}
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "fetches", w.sql(sqlFetches), w.args, scanFetch)
}

func scanFetch(r driver.Rows, f *kulkul.Fetch) error {
	var took int64
	var status uint16
	var items, fresh, revised, problems uint32
	err := r.Scan(&f.ID, &f.Source, &f.Feed, &f.URL, &f.At, &took, &status, &f.Bytes,
		&items, &fresh, &revised, &problems, &f.Error, &f.Next, &f.Why)
	f.At, f.Next = moment(f.At), moment(f.Next)
	f.Took, f.Status = time.Duration(took), int(status)
	f.Items, f.New, f.Revised, f.Problems = int(items), int(fresh), int(revised), int(problems)
	return err
}

// Health gives the latest judgement on every source and feed, by source.
func (s *Store) Health(ctx context.Context) ([]kulkul.Health, error) {
	return query(ctx, s, "health", sqlHealth, nil, func(r driver.Rows, h *kulkul.Health) error {
		var failures uint32
		err := r.Scan(&h.Source, &h.Feed, &h.At, &h.State, &h.Since, &h.LastItem, &h.LastOK, &failures, &h.Text)
		h.At, h.Since = moment(h.At), moment(h.Since)
		h.LastItem, h.LastOK, h.Failures = moment(h.LastItem), moment(h.LastOK), int(failures)
		return err
	})
}

// Rejections gives rejections, newest first.
func (s *Store) Rejections(ctx context.Context, f RejectionFilter) ([]kulkul.Rejection, error) {
	var w where
	w.equal("id = {id:String}", "id", f.ID)
	w.equal("source = {source:String}", "source", f.Source)
	w.equal("stage = {stage:String}", "stage", f.Stage)
	w.equal("code = {code:String}", "code", f.Code)
	if f.Quarantined {
		w.and("quarantined")
	}
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "rejections", w.sql(sqlRejections), w.args, scanRejection)
}

func scanRejection(r driver.Rows, j *kulkul.Rejection) error {
	var payload, item string
	err := r.Scan(&j.ID, &j.At, &j.Stage, &j.Source, &j.Feed, &j.Where, &j.Reason, &j.Code, &j.Quarantined,
		&payload, &item)
	if err != nil {
		return err
	}
	j.At = moment(j.At)
	if payload != "" {
		j.Payload = []byte(payload)
	}
	if item == "" {
		return nil
	}
	j.Item = &kulkul.Item{}
	if err := json.Unmarshal([]byte(item), j.Item); err != nil {
		return fmt.Errorf("read the item of rejection %s: %w", j.ID, err)
	}
	return nil
}

// SourceActivity gives what each source gave on each day from from to to, both
// included, imported history left out; days without items have no row.
func (s *Store) SourceActivity(ctx context.Context, from, to kulkul.Day) ([]SourceDay, error) {
	var w where
	w.and("entered BETWEEN toDate32({first:String}) AND toDate32({last:String})")
	w.bind("first", bound(from))
	w.bind("last", bound(to))
	w.and("NOT retrospective")
	return query(ctx, s, "source_activity", w.sql(sqlSourceActivity), w.args, func(r driver.Rows, d *SourceDay) error {
		var entered time.Time
		var items uint64
		err := r.Scan(&d.Source, &entered, &items, &d.Latest)
		d.Day, d.Items, d.Latest = kulkul.DayOf(entered), int(items), moment(d.Latest)
		return err
	})
}
