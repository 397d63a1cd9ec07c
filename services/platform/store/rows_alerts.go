package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// WriteAlerts records alert events.
func (w *Writer) WriteAlerts(ctx context.Context, events []kulkul.AlertEvent) error {
	whole, err := jsonColumn("event", events)
	if err != nil {
		return fmt.Errorf("write alert events: %w", err)
	}
	return w.store.insert(ctx, "alert_events", len(events), append(alertColumns(events), whole))
}

func alertColumns(events []kulkul.AlertEvent) []column {
	type row = *kulkul.AlertEvent
	return []column{
		col("id", events, func(e row) string { return e.ID }),
		col("at", events, func(e row) time.Time { return instant(e.At) }),
		col("change", events, func(e row) string { return string(e.Change) }),
		col("state", events, func(e row) string { return string(e.Alert.State) }),
		col("level", events, func(e row) string { return e.Alert.Level.String() }),
		col("level_before", events, func(e row) string { return e.From.String() }),
		col("key", events, func(e row) string { return e.Alert.Key.ID() }),
		col("flashpoint", events, func(e row) string { return e.Alert.Key.Flashpoint }),
		col("area", events, func(e row) string { return e.Alert.Key.Area }),
		col("indicator_group", events, func(e row) string { return e.Alert.Key.Group }),
		col("alert", events, func(e row) string { return e.Alert.ID() }),
		col("episode", events, func(e row) uint32 { return uint32(e.Alert.Episode) }),
		col("flashpoint_episode", events, func(e row) uint32 { return uint32(e.Alert.FlashpointEpisode) }),
		col("inhibited", events, func(e row) string { return e.Alert.Inhibited }),
		col("by", events, func(e row) string { return e.By }),
		col("retrospective", events, func(e row) bool { return e.Retrospective }),
		col("indicators", events, func(e row) string { return e.Alert.Indicators }),
		col("taxonomy", events, func(e row) string { return e.Alert.Taxonomy }),
		col("items", events, func(e row) []string { return e.Alert.Items }),
	}
}

// jsonColumn keeps each row whole.
func jsonColumn[T any](name string, rows []T) (column, error) {
	values := make([]string, len(rows))
	for i := range rows {
		b, err := json.Marshal(&rows[i])
		if err != nil {
			return column{}, fmt.Errorf("row %d: %w", i, err)
		}
		values[i] = string(b)
	}
	return column{name, values}, nil
}
