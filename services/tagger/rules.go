package tagger

import (
	"context"
	"fmt"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// rules are the taxonomies that live items are tagged under: the active one,
// and the next one while history is being tagged anew.
type rules struct {
	active, next *lexicon.Taxonomy
}

// list is the taxonomies in use.
func (r *rules) list() []*lexicon.Taxonomy {
	if r.next == nil {
		return []*lexicon.Taxonomy{r.active}
	}
	return []*lexicon.Taxonomy{r.active, r.next}
}

// adopt takes the taxonomy of the running configuration in use: as the active
// one at the very first start, else as the next one if it differs from the
// active one. The active one is then found in the configuration's history.
func (s *Service) adopt(ctx context.Context) error {
	current := s.deps.Settings.Current()
	wanted, err := lexicon.Load(current.FS(config.TaxonomyDir))
	if err != nil {
		return fmt.Errorf("read the taxonomy of configuration version %d: %w", current.Version, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.pointer.Ask(ctx, wanted.Version()); err != nil {
		return err
	}
	state := s.pointer.State()
	if state.Next == "" {
		s.rules = &rules{active: wanted}
		return nil
	}
	active, err := s.find(ctx, state.Active, current.Version)
	if err != nil {
		return err
	}
	s.rules = &rules{active: active, next: wanted}
	s.deps.Log.Info("history is being tagged anew", "active", state.Active, "next", state.Next)
	return nil
}

// find reads the taxonomy of a given version from the configuration's history.
func (s *Service) find(ctx context.Context, version string, newest int) (*lexicon.Taxonomy, error) {
	for n := newest - 1; n > 0; n-- {
		snapshot, err := s.deps.Settings.Load(ctx, n)
		if err != nil {
			return nil, err
		}
		t, err := lexicon.Load(snapshot.FS(config.TaxonomyDir))
		if err == nil && t.Version() == version {
			return t, nil
		}
	}
	return nil, fmt.Errorf("taxonomy version %s is in no saved configuration", version)
}

// tag tags an item under one taxonomy. What the source says of itself comes
// from the configuration in force.
func (s *Service) tag(t *lexicon.Taxonomy, i kulkul.Item, snapshot *config.Snapshot) kulkul.Tagged {
	r := t.Tag(lexicon.Text{Title: i.Title, Summary: i.Summary, Body: i.Text, Language: i.Language, Source: i.Source})
	out := kulkul.Tagged{Item: i, Taxonomy: t.Version(), Owner: i.Source, Weight: kulkul.Reliability("F").Weight(),
		Areas: r.Areas, Flashpoints: r.Flashpoints, TaggedAt: s.deps.Now().UTC()}
	out.Item.Language = r.Language
	if src, ok := snapshot.Source(i.Source); ok {
		out.Owner, out.Country, out.Track, out.Weight = src.Owner, src.Country, src.Track, src.Reliability.Weight()
		if out.Item.Handling == "" {
			out.Item.Handling = src.Handling
		}
	}
	if out.Item.Handling == "" {
		out.Item.Handling = kulkul.Public
	}
	return out
}
