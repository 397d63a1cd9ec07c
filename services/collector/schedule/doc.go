// Package schedule decides when a feed is asked next, and in which order feeds
// take their turns.
//
// In: a feed's cron expression, what came of the last fetch, what publisher and
// feed ask for. Out: the next moment with the reason in words; from the queue,
// the feed that is due and whose host is free. Called by the collector. It does
// no I/O; the clock comes with each call.
package schedule
