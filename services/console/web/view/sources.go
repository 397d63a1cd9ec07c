package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// SourcesPage lists the sources with their health.
type SourcesPage struct {
	Listen  Listen      `json:"listen"`
	Sources []SourceRow `json:"sources"` // troubled ones first
	// Held is how many items wait in quarantine.
	Held int `json:"held"`
}

// SourceRow is one source in the list.
type SourceRow struct {
	Source kulkul.Source `json:"source"`
	Health kulkul.Health `json:"health"`
	// State is the health's state, "disabled", or "unknown" where nothing was
	// judged yet.
	State string `json:"state"`
	// Days is the items of each of the last 28 days, today last.
	Days  []int     `json:"days"`
	Items int       `json:"items"` // their sum
	Last  time.Time `json:"last,omitzero"`
}

const sourceDays = 28

// Sources reads the list of sources.
func (r *Reader) Sources(ctx context.Context) (SourcesPage, error) {
	var p SourcesPage
	var err error
	if p.Listen, err = r.listen(ctx); err != nil {
		return p, err
	}
	health, err := r.Store.Health(ctx)
	if err != nil {
		return p, fmt.Errorf("read health: %w", err)
	}
	to := r.today()
	activity, err := r.activity(ctx)
	if err != nil {
		return p, err
	}
	state := worst(health)
	for _, s := range r.Settings.Current().Sources {
		row := sourceRow(s, state)
		for _, a := range activity {
			row.add(a, to)
		}
		p.Sources = append(p.Sources, row)
	}
	slices.SortStableFunc(p.Sources, func(a, b SourceRow) int {
		return cmp.Or(cmp.Compare(trouble(a.State), trouble(b.State)), cmp.Compare(a.Source.Name, b.Source.Name))
	})
	held, err := r.Store.Rejections(ctx, store.RejectionFilter{Quarantined: true})
	if err != nil {
		return p, fmt.Errorf("read quarantine: %w", err)
	}
	p.Held = len(held)
	return p, nil
}

func sourceRow(s kulkul.Source, state map[string]kulkul.Health) SourceRow {
	row := SourceRow{Source: s, Health: state[s.ID], State: state[s.ID].State, Days: make([]int, sourceDays)}
	switch {
	case s.Disabled:
		row.State = "disabled"
	case row.State == "":
		row.State = "unknown"
	}
	return row
}

func (row *SourceRow) add(a store.SourceDay, to kulkul.Day) {
	if i := int(a.Day - (to - sourceDays + 1)); a.Source == row.Source.ID && i >= 0 && i < sourceDays {
		row.Days[i] += a.Items
		row.Items += a.Items
		if a.Latest.After(row.Last) {
			row.Last = a.Latest
		}
	}
}

// trouble orders states for a reader: what is wrong first.
func trouble(state string) int {
	i := slices.Index([]string{"gone", "failing", "silent", "backfilled", "doubled", "new", "recovered", "unknown", "ok", "paused", "disabled"}, state)
	if i < 0 {
		return 0
	}
	return i
}

// SourcePage is one source.
type SourcePage struct {
	SourceRow
	Feeds      []FeedRow          `json:"feeds"`
	Fetches    []kulkul.Fetch     `json:"fetches"`
	Rejections []kulkul.Rejection `json:"rejections"`
}

// FeedRow is one feed with its health.
type FeedRow struct {
	Feed   kulkul.Feed   `json:"feed"`
	Health kulkul.Health `json:"health"`
}

// Source reads one source; store.ErrNotFound where there is none.
func (r *Reader) Source(ctx context.Context, id string) (SourcePage, error) {
	s, ok := r.Settings.Current().Source(id)
	if !ok {
		return SourcePage{}, fmt.Errorf("source %q: %w", id, store.ErrNotFound)
	}
	health, err := r.Store.Health(ctx)
	if err != nil {
		return SourcePage{}, fmt.Errorf("read health: %w", err)
	}
	p := SourcePage{SourceRow: sourceRow(s, worst(health))}
	for _, f := range s.Feeds {
		row := FeedRow{Feed: f}
		for _, h := range health {
			if h.Source == id && h.Feed == f.ID {
				row.Health = h
			}
		}
		p.Feeds = append(p.Feeds, row)
	}
	to := r.today()
	activity, err := r.activity(ctx)
	if err != nil {
		return p, err
	}
	for _, a := range activity {
		p.add(a, to)
	}
	if p.Fetches, err = r.Store.Fetches(ctx, store.FetchFilter{Source: id, Limit: 40}); err != nil {
		return p, fmt.Errorf("read fetches: %w", err)
	}
	if p.Rejections, err = r.Store.Rejections(ctx, store.RejectionFilter{Source: id, Limit: 40}); err != nil {
		return p, fmt.Errorf("read rejections: %w", err)
	}
	return p, nil
}

// RejectionsPage is what could not be taken in, and what waits for release.
type RejectionsPage struct {
	Held     []kulkul.Rejection `json:"held"`
	Rejected []kulkul.Rejection `json:"rejected"`
	// Replies are mails that came back and wait for an analyst, newest first.
	Replies []kulkul.Review `json:"replies"`
}

// Rejections reads the newest rejections and the quarantine, without what was
// released since.
func (r *Reader) Rejections(ctx context.Context) (RejectionsPage, error) {
	var p RejectionsPage
	all, err := r.Store.Rejections(ctx, store.RejectionFilter{Limit: 300})
	if err != nil {
		return p, fmt.Errorf("read rejections: %w", err)
	}
	released, err := r.released(ctx)
	if err != nil {
		return p, err
	}
	for _, x := range all {
		switch {
		case !x.Quarantined:
			p.Rejected = append(p.Rejected, x)
		case x.Item != nil && !released[x.Item.ID]:
			p.Held = append(p.Held, x)
		}
	}
	p.Replies, err = r.Replies(ctx)
	return p, err
}

// released are the items that a person let in or took out.
func (r *Reader) released(ctx context.Context) (map[string]bool, error) {
	reviews, err := r.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Release, kulkul.Withdraw}})
	if err != nil {
		return nil, fmt.Errorf("read releases: %w", err)
	}
	ids := make(map[string]bool, len(reviews))
	for _, v := range reviews {
		if v.Item != nil {
			ids[v.Item.ID] = true
		}
	}
	return ids, nil
}

// Rejection reads one rejection; store.ErrNotFound where there is none.
func (r *Reader) Rejection(ctx context.Context, id string) (kulkul.Rejection, error) {
	found, err := r.Store.Rejections(ctx, store.RejectionFilter{ID: id, Limit: 1})
	if err != nil {
		return kulkul.Rejection{}, fmt.Errorf("read rejection: %w", err)
	}
	if len(found) == 0 {
		return kulkul.Rejection{}, fmt.Errorf("rejection %s: %w", id, store.ErrNotFound)
	}
	return found[0], nil
}
