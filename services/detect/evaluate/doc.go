// Package evaluate is one evaluation at one instant: every series against every
// indicator, all tests together under one budget, findings into the lives of
// alerts.
//
// In: a table of counts, the indicators, the flashpoints as they stand, the
// instant and the day under test. Out: the flashpoints that changed, the events
// that tell of it, and notices. Called by the detector (on every touch and once
// a day), by previews of a changed rule and by backtest: all three run exactly
// this. It has no clock and no state; the same input gives the same bytes.
//
// A day that is not over is tested like a whole one: its count so far against
// the whole day's expectation. Counts only grow, so what alarms early would have
// alarmed at the day's end.
package evaluate
