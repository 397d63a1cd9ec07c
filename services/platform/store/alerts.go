package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const (
	sqlAlertEvents = `
SELECT event
FROM alert_events FINAL
WHERE {where}
ORDER BY at DESC, {step} DESC, id
LIMIT {limit:UInt32}`

	sqlAlertHistory = `
SELECT event
FROM alert_events FINAL
WHERE key = {key:String}
ORDER BY at, {step}, id`

	// The latest event of each episode; what selects by state and level is
	// asked of it alone.
	sqlAlerts = `
SELECT event
FROM
(
    SELECT last.1 AS event, last.2 AS at, last.3 AS state, last.4 AS level
    FROM
    (
        SELECT argMax((event, at, state, toInt8(level)), (at, {step})) AS last
        FROM alert_events FINAL
        WHERE {where}
        GROUP BY alert
    )
)
WHERE {latest}
ORDER BY at DESC, event
LIMIT {limit:UInt32}`

	// Changes of one instant in the order in which they can happen.
	sqlStep = `indexOf(['opened', 'recovering', 'relapsed', 'fired', 'worsened', 'eased', 'acknowledged', 'escalated', 'resolved'], change)`
)

// AlertEvents gives alert events, newest first.
func (s *Store) AlertEvents(ctx context.Context, f AlertFilter) ([]kulkul.AlertEvent, error) {
	var w where
	f.which(&w)
	w.among("state IN {states:Array(String)}", "states", texts(f.States))
	if f.Level > kulkul.NoLevel {
		w.and("toInt8(level) >= {level:Int8}")
		w.bind("level", int8(f.Level))
	}
	w.during(f.At)
	w.limit(f.Limit)
	sql := strings.Replace(w.sql(sqlAlertEvents), "{step}", sqlStep, 1)
	return query(ctx, s, "alert_events", sql, w.args, scanJSON[kulkul.AlertEvent])
}

// AlertHistory gives every event of a key's episodes, oldest first.
func (s *Store) AlertHistory(ctx context.Context, key kulkul.AlertKey) ([]kulkul.AlertEvent, error) {
	var w where
	w.bind("key", key.ID())
	sql := strings.Replace(sqlAlertHistory, "{step}", sqlStep, 1)
	return query(ctx, s, "alert_history", sql, w.args, scanJSON[kulkul.AlertEvent])
}

// Alerts gives the latest state of each episode, newest first. The filter's
// States, Level and At select by that latest state.
func (s *Store) Alerts(ctx context.Context, f AlertFilter) ([]kulkul.Alert, error) {
	var w, latest where
	f.which(&w)
	latest.among("state IN {states:Array(String)}", "states", texts(f.States))
	if f.Level > kulkul.NoLevel {
		latest.and("level >= {level:Int8}")
		latest.bind("level", int8(f.Level))
	}
	latest.during(f.At)
	w.args = append(w.args, latest.args...)
	w.limit(f.Limit)
	sql := strings.Replace(w.sql(sqlAlerts), "{step}", sqlStep, 1)
	sql = latest.sql(strings.Replace(sql, "{latest}", "{where}", 1))
	events, err := query(ctx, s, "alerts", sql, w.args, scanJSON[kulkul.AlertEvent])
	if err != nil {
		return nil, err
	}
	alerts := make([]kulkul.Alert, len(events))
	for i, e := range events {
		alerts[i] = e.Alert
	}
	return alerts, nil
}

// which adds the conditions that hold on every event of an episode alike.
func (f AlertFilter) which(w *where) {
	if f.Key != nil {
		w.equal("key = {key:String}", "key", f.Key.ID())
	}
	w.equal("flashpoint = {flashpoint:String}", "flashpoint", f.Flashpoint)
	w.equal("area = {area:String}", "area", f.Area)
	w.equal("indicator_group = {group:String}", "group", f.Group)
	w.equal("alert = {alert:String}", "alert", f.Alert)
	w.equal("has(items, {item:String})", "item", f.Item)
	if f.FlashpointEpisode > 0 {
		w.and("flashpoint_episode = {flashpoint_episode:UInt32}")
		w.bind("flashpoint_episode", f.FlashpointEpisode)
	}
	if f.Live {
		w.and("NOT retrospective")
	}
}

// scanJSON reads a column that holds the whole value.
func scanJSON[T any](r driver.Rows, v *T) error {
	var text string
	if err := r.Scan(&text); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(text), v); err != nil {
		return fmt.Errorf("read a stored %T: %w", *v, err)
	}
	return nil
}

const sqlNotices = `
SELECT id, at, kind, flashpoint, source, text
FROM notices FINAL
WHERE {where}
ORDER BY at DESC, id
LIMIT {limit:UInt32}`

// Notices gives notices, newest first.
func (s *Store) Notices(ctx context.Context, f NoticeFilter) ([]kulkul.Notice, error) {
	var w where
	w.among("kind IN {kinds:Array(String)}", "kinds", f.Kinds)
	w.equal("flashpoint = {flashpoint:String}", "flashpoint", f.Flashpoint)
	w.equal("source = {source:String}", "source", f.Source)
	w.during(f.At)
	w.limit(f.Limit)
	return query(ctx, s, "notices", w.sql(sqlNotices), w.args, func(r driver.Rows, n *kulkul.Notice) error {
		var at time.Time
		err := r.Scan(&n.ID, &at, &n.Kind, &n.Flashpoint, &n.Source, &n.Text)
		n.At = moment(at)
		return err
	})
}
