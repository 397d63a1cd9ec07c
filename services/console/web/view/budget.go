package view

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Budget is how many alerts the rules may raise by chance, and how many were
// raised.
type Budget struct {
	// At most Alerts false ones in Days days are asked for, over Series series.
	Alerts float64 `json:"alerts"`
	Days   float64 `json:"days"`
	Series int     `json:"series"`
	// Fired is how many fired in the last Days days, those left out that
	// another alert explains; Usual the mean of that over Weeks weeks.
	Fired int     `json:"fired"`
	Usual float64 `json:"usual"`
	Weeks int     `json:"weeks"`
}

// firing is an alert that fired, in short.
type firing struct {
	at         time.Time
	flashpoint string
}

const (
	firingsFresh = time.Minute
	budgetWeeks  = 26
	maxFirings   = 20_000 // events: far more than anybody could read in half a year
)

// Budget reads the budget of the rules in force and what fired of what the user
// may see.
func (r *Reader) Budget(ctx context.Context, u kulkul.User) (Budget, error) {
	rules, err := indicator.Parse(config.IndicatorsFile, r.Settings.Current().Files[config.IndicatorsFile])
	if err != nil {
		return Budget{}, fmt.Errorf("read the indicators in force: %w", err)
	}
	now := r.Now()
	list, err := r.firings.get(ctx, now, firingsFresh, r.readFirings)
	if err != nil {
		return Budget{}, err
	}
	b := Budget{Alerts: rules.Budget.Alerts, Days: rules.Budget.Days, Series: len(kulkul.AllSeries()), Weeks: budgetWeeks}
	all := 0
	for _, f := range list {
		if !r.Sees(u, f.flashpoint) {
			continue
		}
		all++
		if now.Sub(f.at).Hours() <= 24*b.Days {
			b.Fired++
		}
	}
	b.Usual = float64(all) * b.Days / (7 * budgetWeeks)
	return b, nil
}

func (r *Reader) readFirings(ctx context.Context) ([]firing, error) {
	events, err := r.Store.AlertEvents(ctx, store.AlertFilter{At: store.Span{From: r.Now().AddDate(0, 0, -7*budgetWeeks)}, Live: true, Limit: maxFirings})
	if err != nil {
		return nil, fmt.Errorf("read alert events: %w", err)
	}
	var out []firing
	for _, e := range events {
		if e.Change == kulkul.Fired && e.Alert.Inhibited == "" {
			out = append(out, firing{e.At, e.Alert.Key.Flashpoint})
		}
	}
	return out, nil
}
