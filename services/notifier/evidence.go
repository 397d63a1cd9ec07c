package notifier

import (
	"cmp"
	"context"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// behind reads the items that the alerts fired on, as far as mails may tell of
// them at all; what each reader may see of them is decided when the mail is
// written.
func (s *Service) behind(ctx context.Context, alerts []kulkul.Alert) ([]kulkul.Tagged, error) {
	byTaxonomy := map[string][]string{}
	for _, a := range alerts {
		if a.Inhibited == "" {
			byTaxonomy[a.Taxonomy] = append(byTaxonomy[a.Taxonomy], a.Items...)
		}
	}
	var out []kulkul.Tagged
	view := store.View{Handling: kulkul.EEPs, Now: s.deps.Now()}
	for taxonomy, ids := range byTaxonomy {
		if slices.Sort(ids); len(ids) == 0 {
			continue
		}
		found, err := s.deps.Store.ItemsByID(ctx, view, taxonomy, slices.Compact(ids))
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// items are those of the strongest alert, the most reliable publishers' first
// and the newest first among equals, one of each publisher and handling level:
// breadth says more than volume.
func (s *Service) items(best kulkul.Alert, found []kulkul.Tagged) []render.Item {
	found = slices.DeleteFunc(slices.Clone(found), func(t kulkul.Tagged) bool { return !slices.Contains(best.Items, t.Item.ID) })
	slices.SortFunc(found, func(a, b kulkul.Tagged) int {
		return cmp.Or(cmp.Compare(b.Weight, a.Weight), b.Item.Published.Compare(a.Item.Published), cmp.Compare(a.Item.ID, b.Item.ID))
	})
	type voice struct {
		owner    string
		handling int
	}
	heard, levels := map[voice]bool{}, map[int]int{}
	var out []render.Item
	for _, t := range found {
		rank := t.Item.Handling.Rank()
		if heard[voice{t.Owner, rank}] || levels[rank] == render.Shown {
			continue
		}
		heard[voice{t.Owner, rank}] = true
		levels[rank]++
		out = append(out, render.Item{Title: t.Item.Title, Link: t.Item.Link, Publisher: s.publisher(t.Item.Source), Owner: t.Owner,
			Handling: t.Item.Handling, Language: t.Item.Language, Published: t.Item.Published})
	}
	return out
}

// publishers are the owners behind the items, by the name under which the item
// appeared that the most readers may see, each with that item's handling level.
func (s *Service) publishers(found []kulkul.Tagged) map[string]render.Publisher {
	out := map[string]render.Publisher{}
	for _, t := range found {
		known, ok := out[t.Owner]
		if !ok || t.Item.Handling.Rank() < known.Handling.Rank() {
			out[t.Owner] = render.Publisher{Name: s.publisher(t.Item.Source), Handling: t.Item.Handling}
		}
	}
	return out
}

// publisher is the name of a source; its id where it has none.
func (s *Service) publisher(id string) string {
	if src, ok := s.deps.Settings.Current().Source(id); ok && src.Name != "" {
		return src.Name
	}
	return id
}

// concerns are the weaknesses of the strongest alert's figures that are known.
func (s *Service) concerns(ctx context.Context, best kulkul.Alert, found []kulkul.Tagged) ([]render.Concern, error) {
	var out []render.Concern
	if len(best.Reasons) > 0 {
		why := best.Reasons[0]
		if len(why.Countries) == 1 {
			out = append(out, render.Concern{Kind: "country"})
		}
		if why.Expected == 0 {
			out = append(out, render.Concern{Kind: "baseline"})
		}
	}
	parties := s.deps.Settings.Current().People.Parties[best.Key.Flashpoint]
	of, owners := map[string]bool{}, map[string]bool{}
	for _, t := range found {
		owners[t.Owner] = true
		if slices.Contains(parties, t.Country) {
			of[t.Owner] = true
		}
	}
	if len(of) > 0 {
		out = append(out, render.Concern{Kind: "party", N: len(of), Total: len(owners)})
	}
	health, err := s.deps.Store.Health(ctx)
	if err != nil {
		return nil, err
	}
	quiet := map[string]bool{}
	for _, h := range health {
		if h.State == "silent" || h.State == "failing" || h.State == "gone" {
			quiet[h.Source] = true
		}
	}
	if len(quiet) > 0 {
		out = append(out, render.Concern{Kind: "silent", N: len(quiet)})
	}
	return out, nil
}
