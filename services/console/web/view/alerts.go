package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// AlertLine is an alert in a list.
type AlertLine struct {
	ID       string       `json:"id"`
	Alert    kulkul.Alert `json:"alert"`
	Name     string       `json:"name"` // of the flashpoint
	AreaName string       `json:"area_name"`
	Text     string       `json:"text"` // the strongest reason in one sentence
	// Muted is the silence in force that covers it; nil where none does.
	Muted *kulkul.Silenced `json:"muted,omitempty"`
}

// AlertQuery selects alerts for the inbox.
type AlertQuery struct {
	// Show is open (default), new (open and not acknowledged), pending,
	// resolved or all.
	Show       string
	Flashpoint string
	Area       string
	Level      kulkul.Level // at least
	// Inhibited shows those that another alert explains, too.
	Inhibited bool
}

// maxAlerts is how many alerts a list holds.
const maxAlerts = 300

// liveStates are the states of an alert that people see first.
func liveStates() []kulkul.State { return []kulkul.State{kulkul.Firing, kulkul.Recovering} }

// Alerts reads the inbox of a user, the most pressing first.
func (r *Reader) Alerts(ctx context.Context, u kulkul.User, q AlertQuery) ([]AlertLine, error) {
	f := store.AlertFilter{Flashpoint: q.Flashpoint, Area: q.Area, Level: q.Level, Limit: maxAlerts}
	switch q.Show {
	case "pending":
		f.States = []kulkul.State{kulkul.Pending}
	case "resolved":
		f.States = []kulkul.State{kulkul.Resolved}
	case "all":
	default:
		f.States = liveStates()
	}
	lines, err := r.lines(ctx, u, f)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(lines, func(l AlertLine) bool {
		return q.Show == "new" && l.Alert.Acknowledged != "" || !q.Inhibited && l.Alert.Inhibited != ""
	}), nil
}

// openAlerts gives the alerts that fire or recover and that none other explains.
func (r *Reader) openAlerts(ctx context.Context, u kulkul.User, f store.AlertFilter) ([]AlertLine, error) {
	f.States, f.Limit = liveStates(), maxAlerts
	lines, err := r.lines(ctx, u, f)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(lines, func(l AlertLine) bool { return l.Alert.Inhibited != "" }), nil
}

// lines reads the alerts that a user may see.
func (r *Reader) lines(ctx context.Context, u kulkul.User, f store.AlertFilter) ([]AlertLine, error) {
	var alerts []kulkul.Alert
	var silences []kulkul.Silenced
	err := AtOnce(ctx, func(ctx context.Context) (err error) {
		if alerts, err = r.Store.Alerts(ctx, f); err != nil {
			return fmt.Errorf("read alerts: %w", err)
		}
		return nil
	}, func(ctx context.Context) (err error) {
		silences, err = r.Silences(ctx, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	lines := make([]AlertLine, 0, len(alerts))
	for _, a := range alerts {
		if !r.Sees(u, a.Key.Flashpoint) {
			continue
		}
		if stranger(u) {
			a = unnamed(a)
		}
		lines = append(lines, r.line(a, silences))
	}
	slices.SortStableFunc(lines, byPressure)
	return lines, nil
}

// byPressure puts the open before the resolved, then the higher level, then
// the not yet acknowledged, then the newer.
func byPressure(a, b AlertLine) int {
	rank := func(l AlertLine) int { return slices.Index(stateOrder(), l.Alert.State) }
	taken := func(l AlertLine) int {
		if l.Alert.Acknowledged != "" {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(b.Alert.Level, a.Alert.Level),
		cmp.Compare(taken(a), taken(b)), b.Alert.UpdatedAt.Compare(a.Alert.UpdatedAt))
}

func stateOrder() []kulkul.State {
	return []kulkul.State{kulkul.Firing, kulkul.Recovering, kulkul.Pending, kulkul.Resolved}
}

func (r *Reader) line(a kulkul.Alert, silences []kulkul.Silenced) AlertLine {
	line := AlertLine{ID: a.ID(), Alert: a, Name: r.flashpointName(a.Key.Flashpoint), AreaName: r.areaName(a.Key.Area)}
	if reason, ok := strongestReason(a.Reasons); ok {
		line.Text = reason.Text
	}
	for i, s := range silences {
		if s.Ended == nil && s.Matcher != nil && s.Matcher.Matches(a) {
			line.Muted = &silences[i]
			break
		}
	}
	return line
}

func strongestReason(reasons []kulkul.Reason) (kulkul.Reason, bool) {
	if len(reasons) == 0 {
		return kulkul.Reason{}, false
	}
	return slices.MaxFunc(reasons, func(a, b kulkul.Reason) int {
		return cmp.Or(cmp.Compare(a.Level, b.Level), cmp.Compare(a.Score, b.Score))
	}), true
}

// maxLeft is how many that unsubscribed are listed.
const maxLeft = 1000

// Unsubscribed gives the reviews by which people left what a mail came by, the
// newest first.
func (r *Reader) Unsubscribed(ctx context.Context) ([]kulkul.Review, error) {
	reviews, err := r.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Unsubscribe}, Limit: maxLeft})
	if err != nil {
		return nil, fmt.Errorf("read who unsubscribed: %w", err)
	}
	return reviews, nil
}

// Silences gives the silences that a user may see whose time has not run out, the
// newest first: those in force, and those that somebody ended early.
func (r *Reader) Silences(ctx context.Context, u kulkul.User) ([]kulkul.Silenced, error) {
	if stranger(u) {
		return nil, nil
	}
	reviews, err := r.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Silence, kulkul.EndSilence}})
	if err != nil {
		return nil, fmt.Errorf("read silences: %w", err)
	}
	now := r.Now()
	reviews = slices.DeleteFunc(reviews, func(s kulkul.Review) bool {
		return !s.Until.After(now) || s.Matcher != nil && !r.Sees(u, s.Matcher.Flashpoint)
	})
	var out []kulkul.Silenced
	for _, s := range reviews {
		if s.Verdict != kulkul.Silence {
			continue
		}
		one := kulkul.Silenced{Review: s}
		for _, e := range reviews {
			if e.Settles == s.ID {
				one.Ends(e)
			}
		}
		out = append(out, one)
	}
	return out, nil
}

// Silence reads one of them; store.ErrNotFound where there is none.
func (r *Reader) Silence(ctx context.Context, u kulkul.User, id string) (kulkul.Silenced, error) {
	all, err := r.Silences(ctx, u)
	if err != nil {
		return kulkul.Silenced{}, err
	}
	i := slices.IndexFunc(all, func(s kulkul.Silenced) bool { return s.ID == id })
	if i < 0 {
		return kulkul.Silenced{}, fmt.Errorf("silence %s: %w", id, store.ErrNotFound)
	}
	return all[i], nil
}

func (r *Reader) flashpointName(id string) string {
	if id == kulkul.Any || id == "" || id == kulkul.None {
		return "All the region"
	}
	return r.Names.Name(id)
}

func (r *Reader) areaName(id string) string {
	if id == kulkul.Any || id == "" || id == kulkul.None {
		return "All areas"
	}
	return r.Names.Name(id)
}
