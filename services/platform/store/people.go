package store

import (
	"context"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const (
	sqlReviews = `
SELECT review
FROM reviews FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

	sqlDeliveries = `
SELECT id, at, recipient, channel, address, flashpoint, episode, notification, message_id, subject,
       toString(level), status, attempts, error, events
FROM deliveries FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

	sqlAudit = `
SELECT id, at, service, who, action, object, detail, address
FROM audit FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

	sqlConfigVersions = `
SELECT version, at, by, why, digest, content
FROM config_versions FINAL
ORDER BY version DESC
LIMIT {limit:UInt32}`
)

// Reviews gives reviews, newest first.
func (s *Store) Reviews(ctx context.Context, f ReviewFilter) ([]kulkul.Review, error) {
	var w where
	w.among("verdict IN {verdicts:Array(String)}", "verdicts", texts(f.Verdicts))
	if f.Key != nil {
		w.equal("key = {key:String}", "key", f.Key.ID())
	}
	if f.Episode > 0 {
		w.and("episode = {episode:UInt32}")
		w.bind("episode", f.Episode)
	}
	w.equal("flashpoint = {flashpoint:String}", "flashpoint", f.Flashpoint)
	w.equal("item = {item:String}", "item", f.Item)
	w.equal("by = {by:String}", "by", f.By)
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "reviews", w.sql(sqlReviews), w.args, scanJSON[kulkul.Review])
}

// Deliveries gives deliveries in their latest state, newest first.
func (s *Store) Deliveries(ctx context.Context, f DeliveryFilter) ([]kulkul.Delivery, error) {
	var w where
	w.equal("flashpoint = {flashpoint:String}", "flashpoint", f.Flashpoint)
	if f.Episode > 0 {
		w.and("episode = {episode:UInt32}")
		w.bind("episode", f.Episode)
	}
	w.equal("recipient = {recipient:String}", "recipient", f.Recipient)
	w.equal("channel = {channel:String}", "channel", f.Channel)
	w.equal("status = {status:String}", "status", f.Status)
	w.equal("has(events, {event:String})", "event", f.Event)
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "deliveries", w.sql(sqlDeliveries), w.args, scanDelivery)
}

func scanDelivery(r driver.Rows, d *kulkul.Delivery) error {
	var at time.Time
	var episode, attempts uint32
	var level string
	err := r.Scan(&d.ID, &at, &d.Recipient, &d.Channel, &d.Address, &d.Flashpoint, &episode, &d.Notification,
		&d.MessageID, &d.Subject, &level, &d.Status, &attempts, &d.Error, &d.Events)
	if err != nil {
		return err
	}
	d.At, d.Episode, d.Attempts = moment(at), int(episode), int(attempts)
	if len(d.Events) == 0 {
		d.Events = nil
	}
	return d.Level.UnmarshalText([]byte(level))
}

// Audit gives audit lines, newest first.
func (s *Store) Audit(ctx context.Context, f AuditFilter) ([]kulkul.Audit, error) {
	var w where
	w.equal("service = {service:String}", "service", f.Service)
	w.equal("who = {who:String}", "who", f.Who)
	w.equal("action = {action:String}", "action", f.Action)
	w.equal("object = {object:String}", "object", f.Object)
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "audit", w.sql(sqlAudit), w.args, func(r driver.Rows, a *kulkul.Audit) error {
		var at time.Time
		err := r.Scan(&a.ID, &at, &a.Service, &a.Who, &a.Action, &a.Object, &a.Detail, &a.Address)
		a.At = moment(at)
		return err
	})
}

// ConfigVersion is one version of the running configuration.
type ConfigVersion struct {
	Version uint64    `json:"version"` // revision of the bucket
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Why     string    `json:"why"`
	Digest  string    `json:"digest"` // fingerprint of the content
	Content string    `json:"content"`
}

// ConfigVersions gives the latest versions of the running configuration,
// newest first, at most limit; 500 where it is zero.
func (s *Store) ConfigVersions(ctx context.Context, limit int) ([]ConfigVersion, error) {
	var w where
	w.limit(limit)
	return query(ctx, s, "config_versions", sqlConfigVersions, w.args, func(r driver.Rows, v *ConfigVersion) error {
		err := r.Scan(&v.Version, &v.At, &v.By, &v.Why, &v.Digest, &v.Content)
		v.At = moment(v.At)
		return err
	})
}
