package view

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Listen says whether we hear the region: how its sources are.
type Listen struct {
	Sources int `json:"sources"` // configured and not disabled
	Failing int `json:"failing"` // do not answer, or answer what is no feed
	Silent  int `json:"silent"`  // answer, and say less than they used to
	// Lost is the share, 0 to 1, of the last four weeks' items that came from
	// sources which now fail or are silent.
	Lost float64 `json:"lost"`
	// Last is when the newest item came in; zero: none in the last day.
	Last time.Time `json:"last,omitzero"`
	// Unheard is Lost by flashpoint: the share of its own items.
	Unheard map[string]float64 `json:"-"`
}

// DeafTo reports whether so much of what is told of a flashpoint is lost that
// quiet there may not be calm.
func (l Listen) DeafTo(flashpoint string) bool { return l.Unheard[flashpoint] >= deaf }

// deaf is the share of lost items from which quiet means nothing.
const deaf = 1.0 / 3

// Deaf reports whether so much is lost that quiet may not be calm.
func (l Listen) Deaf() bool { return l.Lost >= deaf }

// mute reports whether a source in this state says less than it should.
func mute(state string) bool {
	return slices.Contains([]string{"failing", "silent", "gone"}, state)
}

func (r *Reader) listen(ctx context.Context) (Listen, error) {
	var l Listen
	health, err := r.Store.Health(ctx)
	if err != nil {
		return l, fmt.Errorf("read health: %w", err)
	}
	activity, err := r.activity(ctx)
	if err != nil {
		return l, err
	}
	state := worst(health)
	for _, s := range r.Settings.Current().Sources {
		if s.Disabled {
			continue
		}
		l.Sources++
		switch state[s.ID].State {
		case "failing", "gone":
			l.Failing++
		case "silent":
			l.Silent++
		}
	}
	var all, lost int
	for _, a := range activity {
		all += a.Items
		if mute(state[a.Source].State) {
			lost += a.Items
		}
		if a.Latest.After(l.Last) {
			l.Last = a.Latest
		}
	}
	if all > 0 {
		l.Lost = float64(lost) / float64(all)
	}
	voices, err := r.voices.get(ctx, r.Now(), voicesFresh, r.readVoices)
	if err != nil {
		return l, fmt.Errorf("read who speaks of what: %w", err)
	}
	l.Unheard = unheard(voices, state)
	return l, nil
}

func (r *Reader) readVoices(ctx context.Context) ([]store.Voice, error) {
	today := r.today()
	return r.Store.Voices(ctx, r.Taxonomy(), today-28, today)
}

// unheard is, by flashpoint, the share of its items that came from sources
// which now say less than they should.
func unheard(voices []store.Voice, state map[string]kulkul.Health) map[string]float64 {
	all, lost := map[string]int{}, map[string]int{}
	for _, v := range voices {
		all[v.Flashpoint] += v.Items
		if mute(state[v.Source].State) {
			lost[v.Flashpoint] += v.Items
		}
	}
	shares := map[string]float64{}
	for id, n := range lost {
		shares[id] = float64(n) / float64(all[id])
	}
	return shares
}

// worst is, by source, its own judgement or that of its feed in the worst
// state.
func worst(health []kulkul.Health) map[string]kulkul.Health {
	order := []string{"paused", "ok", "new", "recovered", "doubled", "backfilled", "silent", "failing", "gone"}
	out := map[string]kulkul.Health{}
	for _, h := range health {
		have, seen := out[h.Source]
		if !seen || slices.Index(order, h.State) > slices.Index(order, have.State) {
			out[h.Source] = h
		}
	}
	return out
}
