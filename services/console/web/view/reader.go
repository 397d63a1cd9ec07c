// Package view is what the pages show, as plain values: read from the store,
// the running configuration and the bus, cut down to what the user may see,
// named, ordered and summed up.
//
// In: a user and what a page was asked. Out: one value per page, which the web
// pages draw and the JSON API encodes. Called by package web and by the
// console's root. It writes nothing.
package view

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/evaluate"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Reader reads what pages show. Safe for concurrent use.
type Reader struct {
	Store    *store.Store
	Bus      *bus.Bus
	Settings *config.Running
	// Names gives ids their names. Taxonomy is the version whose tags count.
	Names    Names
	Taxonomy func() string
	Now      func() time.Time

	counts  shared[[]store.DayCount]
	aliases shared[Aliases]
	system  shared[System]
	voices  shared[[]store.Voice]
	firings shared[[]firing]
	settled shared[settled]
	given   shared[[]store.SourceDay]
	courses shared[*evaluate.Courses]
}

// How long one reading serves everybody.
const (
	countsFresh  = 10 * time.Second
	aliasesFresh = time.Minute
	systemFresh  = 5 * time.Second
	voicesFresh  = 5 * time.Minute
	settledFresh = 10 * time.Minute
	// keepEvery is how often it is looked whether what all pages share is soon
	// old, settledEvery whether the settled counts are, or belong to another day,
	// taxonomy or configuration than today's.
	keepEvery    = time.Second
	settledEvery = time.Minute
)

// today is the UTC day it is.
func (r *Reader) today() kulkul.Day { return kulkul.DayOf(r.Now()) }

// Through is the store's view of what the user may see.
func (r *Reader) Through(u kulkul.User) store.View {
	return store.View{Handling: u.Role.Clearance(), Now: r.Now(), Embargoed: u.Role.AtLeast(kulkul.RoleAnalyst)}
}

// recentCounts gives the counts of all 188 series over the situation's window.
func (r *Reader) recentCounts(ctx context.Context) ([]store.DayCount, error) {
	return r.counts.get(ctx, r.Now(), countsFresh, r.readCounts)
}

func (r *Reader) readCounts(ctx context.Context) ([]store.DayCount, error) {
	to := r.today()
	return r.Store.Counts(ctx, r.Taxonomy(), to-window+1, to, store.CountFilter{Since: r.since()})
}

// activity gives what each source gave on each of the last days, today included.
func (r *Reader) activity(ctx context.Context) ([]store.SourceDay, error) {
	all, err := r.given.get(ctx, r.Now(), countsFresh, r.readActivity)
	if err != nil {
		return nil, fmt.Errorf("read activity of sources: %w", err)
	}
	return all, nil
}

func (r *Reader) readActivity(ctx context.Context) ([]store.SourceDay, error) {
	to := r.today()
	return r.Store.SourceActivity(ctx, to-sourceDays, to)
}

// settledDays is how far back the counts are kept for everybody: the year that
// most charts show at most.
const settledDays = 366

// settledSpare is how many days of the window settled counts reach into, so that
// those of yesterday still join today's: no page waits for them at midnight.
const settledSpare = 2

// settled are the counts of all series before the situation's window and a little
// into it, which late items and corrections alone still change.
type settled struct {
	to            kulkul.Day
	taxonomy      string
	configuration int
	counts        []store.DayCount
}

// countsOf gives the counts of a flashpoint's series from from to to. Those of
// the window are as fresh as the situation's, older ones by minutes less, and
// those beyond a year are read each time.
func (r *Reader) countsOf(ctx context.Context, flashpoint string, from, to kulkul.Day) ([]store.DayCount, error) {
	today := r.today()
	if from <= today-settledDays {
		return r.Store.Counts(ctx, r.Taxonomy(), from, to, store.CountFilter{Flashpoints: []string{flashpoint}, Since: r.since()})
	}
	var out []store.DayCount
	take := func(counts []store.DayCount, first, last kulkul.Day) {
		for _, c := range counts {
			if c.Pair.Flashpoint == flashpoint && c.Day >= first && c.Day <= last {
				out = append(out, c)
			}
		}
	}
	if from <= today-window {
		old, err := r.settledCounts(ctx, settledFresh)
		if err != nil {
			return nil, err
		}
		take(old.counts, from, min(to, today-window))
	}
	recent, err := r.recentCounts(ctx)
	if err != nil {
		return nil, err
	}
	take(recent, max(from, today-window+1), to)
	return out, nil
}

// Keep reads what all pages share anew before it is old, until ctx ends: over
// millions of items that takes up to seconds, for which no page waits. What
// nobody asks for it leaves alone, but for the counts of the past year. An error
// is told to whoever asks for a page; the next turn tries again.
func (r *Reader) Keep(ctx context.Context) error {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	var settled time.Time
	for {
		now := r.Now()
		if now.Sub(settled) >= settledEvery {
			_, _ = r.settledCounts(ctx, settledFresh/2)
			settled = now
		}
		_ = r.counts.keep(ctx, now, countsFresh, r.readCounts)
		_ = r.given.keep(ctx, now, countsFresh, r.readActivity)
		_ = r.voices.keep(ctx, now, voicesFresh, r.readVoices)
		_ = r.courses.keep(ctx, now, countsFresh, r.readCourses)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// settledCounts gives counts up to the situation's window.
func (r *Reader) settledCounts(ctx context.Context, fresh time.Duration) (settled, error) {
	until := r.today() - window
	now := settled{to: until + settledSpare, taxonomy: r.Taxonomy(), configuration: r.Settings.Current().Version}
	good := func(s settled) bool {
		return s.to >= until && s.taxonomy == now.taxonomy && s.configuration == now.configuration
	}
	return r.settled.getIf(ctx, r.Now(), fresh, good, func(ctx context.Context) (settled, error) {
		var err error
		now.counts, err = r.Store.Counts(ctx, now.taxonomy, until+window-settledDays, now.to, store.CountFilter{Since: r.since()})
		return now, err
	})
}

// since is the day from which each source's items count, for those that have
// one.
func (r *Reader) since() map[string]kulkul.Day {
	days := map[string]kulkul.Day{}
	for _, s := range r.Settings.Current().Sources {
		if !s.Since.IsZero() {
			days[s.ID] = kulkul.DayOf(s.Since)
		}
	}
	return days
}

// Aliases says into which story a story was joined.
type Aliases map[string]string

// Resolve gives the story that a story id reads as.
func (a Aliases) Resolve(story string) string {
	for range len(a) + 1 { // a chain is no longer than the map
		into, joined := a[story]
		if !joined {
			return story
		}
		story = into
	}
	return story
}

// Members lists the story ids that read as the same story as one.
func (a Aliases) Members(story string) []string {
	root := a.Resolve(story)
	ids := []string{root}
	for id := range a {
		if id != root && a.Resolve(id) == root {
			ids = append(ids, id)
		}
	}
	return ids
}

func (r *Reader) storyAliases(ctx context.Context) (Aliases, error) {
	return r.aliases.get(ctx, r.Now(), aliasesFresh, func(ctx context.Context) (Aliases, error) {
		joins, err := r.Store.Aliases(ctx)
		if err != nil {
			return nil, err
		}
		aliases := make(Aliases, len(joins))
		for _, j := range joins {
			if j.Story != j.Into {
				aliases[j.Story] = j.Into
			}
		}
		return aliases, nil
	})
}
