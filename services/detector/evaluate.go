package detector

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/evaluate"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detector/counts"
	"github.com/kulkul-ews/kulkul/services/detector/lives"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// errNoTaxonomy: the tagger has not started yet, so nothing is tagged.
var errNoTaxonomy = errors.New("no taxonomy is active yet")

// refresh reads the configuration and all counts anew.
func (s *Service) refresh(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reread(ctx)
}

// reread is refresh for those who hold the lock.
func (s *Service) reread(ctx context.Context) error {
	version := s.active.Version()
	if version == "" {
		return errNoTaxonomy
	}
	if err := s.configure(); err != nil {
		return err
	}
	start := time.Now()
	err := s.counts.Refresh(ctx, counts.Scope{Taxonomy: version, Sources: s.deps.Settings.Current().Sources,
		History: s.rules.History, Settle: s.rules.Settle, Talks: s.rules.Opportunity.Talks.Rules}, s.deps.Now())
	if err != nil {
		return err
	}
	s.metrics.read("all", time.Since(start), s.counts.Table().Items())
	s.ready()
	return nil
}

// configure takes the indicators of the running configuration.
func (s *Service) configure() error {
	current := s.deps.Settings.Current()
	rules, err := indicator.Parse(config.IndicatorsFile, current.Files[config.IndicatorsFile])
	if err != nil {
		return fmt.Errorf("read the indicators of configuration version %d: %w", current.Version, err)
	}
	s.rules = rules
	return nil
}

// evaluate runs one evaluation and writes what it changed. The caller holds the
// lock. Where another detector was first, it reads what that one wrote and
// evaluates again. It gives the notices that belong to no flashpoint.
func (s *Service) evaluate(ctx context.Context, kind string, day kulkul.Day, at time.Time, mode life.Mode, trace string) ([]kulkul.Notice, error) {
	for {
		if err := s.lives.Settle(ctx); err != nil {
			return nil, err
		}
		start := time.Now()
		result := evaluate.Evaluate(evaluate.Input{At: at, Day: day, Mode: mode, Table: s.counts.Table(),
			Indicators: s.rules, Taxonomy: s.counts.Taxonomy(), Flashpoints: s.lives.All()})
		s.metrics.evaluated(kind, time.Since(start), result)
		again, err := s.write(ctx, result, trace)
		if err != nil {
			return nil, err
		}
		if !again {
			return slices.DeleteFunc(result.Notices, ofFlashpoint), nil
		}
	}
}

// ofFlashpoint: the notice goes with its flashpoint's state.
func ofFlashpoint(n kulkul.Notice) bool { return n.Flashpoint != kulkul.None }

// write writes the flashpoints that changed, each with its events and notices,
// and reports whether another detector was first at one of them.
func (s *Service) write(ctx context.Context, r evaluate.Result, trace string) (again bool, err error) {
	for _, id := range slices.Sorted(maps.Keys(r.Flashpoints)) {
		told, err := tell(r, id, trace)
		if err != nil {
			return false, err
		}
		switch err := s.lives.Put(ctx, r.Flashpoints[id], told...); {
		case errors.Is(err, bus.ErrConflict):
			s.metrics.conflicts.Inc()
			again = true
		case err != nil:
			return false, err
		default:
			s.metrics.told(r.Events, id)
			s.log(r.Events, id)
			continue
		}
		if err := s.lives.Reload(ctx, id); err != nil {
			return false, err
		}
	}
	return again, nil
}

// tell makes the messages that go with a flashpoint's new state.
func tell(r evaluate.Result, id, trace string) ([]bus.Message, error) {
	var events []kulkul.AlertEvent
	for _, e := range r.Events {
		if e.Alert.Key.Flashpoint == id {
			events = append(events, e)
		}
	}
	var notices []kulkul.Notice
	for _, n := range r.Notices {
		if n.Flashpoint == id {
			notices = append(notices, n)
		}
	}
	told, err := lives.Events(events, trace)
	if err != nil {
		return nil, err
	}
	more, err := lives.Notices(notices)
	return append(told, more...), err
}

func (s *Service) log(events []kulkul.AlertEvent, flashpoint string) {
	for _, e := range events {
		if a := e.Alert; a.Key.Flashpoint == flashpoint {
			s.deps.Log.Info("alert", "change", string(e.Change), "flashpoint", a.Key.Flashpoint, "area", a.Key.Area,
				"level", a.Level.String(), "episode", a.FlashpointEpisode, "inhibited", a.Inhibited != "")
		}
	}
}
