// Package indicator reads configs/indicators.yaml: which rules watch which
// series, what they ask for, and by which gates, budget and times alerts live.
//
// In: the file's bytes. Out: Indicators, checked throughout, or every fault
// with its file and line. Called by evaluate's callers (the detector, previews,
// backtest) and by the check of the configuration.
package indicator
