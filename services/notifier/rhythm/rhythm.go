// Package rhythm says when a digest is due.
//
// In: a rhythm, a time zone, the time. Out: the span that the latest digest
// covers, and its name. It is pure. Called by the notifier.
package rhythm

import "time"

// Span is what a digest covers: From included, To excluded; it is due at To.
type Span struct {
	Name     string // "daily-2026-03-02": unique for its reader
	From, To time.Time
}

// Latest gives the span of the rhythm ("daily", "weekly") that ended last
// before now, at the hour given in the time zone; weekly ones end on Mondays.
// Days of 23 and 25 hours are covered whole.
func Latest(rhythm string, now time.Time, zone *time.Location, hour int) Span {
	local := now.In(zone)
	end := time.Date(local.Year(), local.Month(), local.Day(), hour, 0, 0, 0, zone)
	if end.After(local) {
		end = end.AddDate(0, 0, -1)
	}
	days := 1
	if rhythm == "weekly" {
		days = 7
		for end.Weekday() != time.Monday {
			end = end.AddDate(0, 0, -1)
		}
	}
	return Span{Name: rhythm + "-" + end.Format(time.DateOnly), From: end.AddDate(0, 0, -days).UTC(), To: end.UTC()}
}
