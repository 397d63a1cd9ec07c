// Package backtest replays history as if live: day by day, knowing on each day
// only what had come in by then, through the same evaluation that runs live.
//
// In: tagged items with the instant at which each became known, indicators, a
// span of days, and, to be scored, a list of onsets. Out: the lines that
// `kulkul backtest` prints, the scorecard, and a report in HTML. Called by
// commands and by the console's try-out of a changed rule. Reading and tagging
// the history is the caller's.
package backtest
