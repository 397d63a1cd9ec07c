// Package series makes counts from observations: for each of the series (pairs,
// flashpoint totals, regional area totals) and each day, how many distinct
// stories were first seen, by whom and with what weight.
//
// In: observations, story joins, and what is known of how the items were
// collected. Out: daily counts, the evidence behind a window of days, and what
// is odd about it (new sources, late items). Called by evaluate and backtest,
// and by the services that keep a table up to date. It knows no clock: "now" is
// the day it is asked about.
//
// A story counts once in a series, on the publication day of the item of that
// series that came in first (by day of entry, then publication day, then
// instant of collection, then id). Its voices are the owners of that item: a
// wire story printed in five countries is one story and one voice. Counts do
// not depend on the order in which observations and joins became known.
package series
