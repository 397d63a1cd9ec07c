package tuning

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Spans are the spans, in days, over which a change can be tried.
func Spans() []int { return []int{7, 14, 30, 90} }

// runIn is how many days before the span are replayed first, so that alerts
// that were open when the span began are open in the replay.
const runIn = 14

// Outcome is what a change would have done.
type Outcome struct {
	From, To kulkul.Day
	// Before and After are how many alerts fired in the span under the rules in
	// force and under the change.
	Before, After int
	Gained, Lost  []Episode
	Changed       []Changed
	// Examples are the taxonomy's own examples that would no longer hold.
	Examples []string
	// Tags is what it would have done to the items; nil where the change is not
	// about the taxonomy.
	Tags *Tags
	Took time.Duration
}

// Eyes are what may be shown to who asks.
type Eyes struct {
	View store.View
	// Flashpoint and Item report whether one may be shown.
	Flashpoint func(id string) bool
	Item       func(kulkul.Tagged) bool
}

// Try replays the last days under the rules in force and under the change. It
// tells only of what the eyes may see.
func (b *Bench) Try(ctx context.Context, v Eyes, file, content string, days int) (Outcome, error) {
	select {
	case <-b.free:
	default:
		return Outcome{}, ErrBusy
	}
	defer func() { b.free <- struct{}{} }()
	files, err := b.change(file, content)
	if err != nil {
		return Outcome{}, err
	}
	faults, examples := check(files)
	if len(faults) > 0 {
		return Outcome{}, faults
	}
	if !slices.Contains(Spans(), days) {
		days = Spans()[0]
	}
	start := time.Now()
	to := kulkul.DayOf(b.now())
	t := &trial{bench: b, Outcome: Outcome{Examples: examples, From: to - kulkul.Day(days) + 1, To: to}}
	if err := t.run(ctx, v, file, files); err != nil {
		return Outcome{}, err
	}
	t.Took = time.Since(start)
	return t.Outcome, nil
}

type trial struct {
	Outcome
	bench *Bench
}

func (t *trial) run(ctx context.Context, v Eyes, file string, files map[string][]byte) error {
	current := t.bench.settings.Current()
	old, err := indicator.Parse(config.IndicatorsFile, current.Files[config.IndicatorsFile])
	if err != nil {
		return fmt.Errorf("read the indicators in force: %w", err)
	}
	changed, err := indicator.Parse(config.IndicatorsFile, files[config.IndicatorsFile])
	if err != nil {
		return fmt.Errorf("read the changed indicators: %w", err)
	}
	known, err := t.known(ctx, max(old.History, changed.History), current.Sources)
	if err != nil {
		return err
	}
	before, err := t.replay(ctx, old, known)
	if err != nil {
		return err
	}
	if strings.HasPrefix(file, config.TaxonomyDir+"/") {
		if known.items, err = t.retag(ctx, v, current, files, known.items); err != nil {
			return err
		}
	}
	after, err := t.replay(ctx, changed, known)
	if err != nil {
		return err
	}
	hidden := func(e Episode) bool { return !v.Flashpoint(e.Flashpoint) }
	t.compare(slices.DeleteFunc(before, hidden), slices.DeleteFunc(after, hidden))
	return nil
}

// record is what is known of the past.
type record struct {
	items   []backtest.Item
	sources []kulkul.Source
	arrived []series.Arrival
}

// known reads the observations under the active taxonomy. They become known at
// the end of the day on which they came in, imported history at that of its
// publication: the replay looks once a day, as the daily tick does.
func (t *trial) known(ctx context.Context, history int, sources []kulkul.Source) (record, error) {
	r := record{sources: sources}
	from := t.From - runIn - kulkul.Day(history)
	s := t.bench.store
	activity, err := s.SourceActivity(ctx, from, t.To)
	if err != nil {
		return r, fmt.Errorf("read what the sources gave: %w", err)
	}
	for _, a := range activity {
		r.arrived = append(r.arrived, series.Arrival{Source: a.Source, Day: a.Day, Items: a.Items})
	}
	joins, err := s.Aliases(ctx)
	if err != nil {
		return r, fmt.Errorf("read story joins: %w", err)
	}
	for o, err := range s.EachObservation(ctx, t.bench.taxonomy(), from, t.To, store.ObservationFilter{Untagged: true}) {
		if err != nil {
			return r, fmt.Errorf("read observations: %w", err)
		}
		r.items = append(r.items, itemOf(o))
	}
	if len(r.items) > 0 {
		// Which join an item made known is not kept; all are known throughout.
		r.items[0].Tagged.Aliases = joins
	}
	return r, nil
}

func itemOf(o kulkul.Observation) backtest.Item {
	i := kulkul.Item{ID: o.Item, Source: o.Source, Published: o.Day.Start(), Collected: kulkul.DayOf(o.Collected).End(),
		Entered: o.Entered, Retrospective: o.Retrospective}
	if o.Retrospective {
		i.Collected = o.Day.End()
	}
	tagged := kulkul.Tagged{Item: i, Story: o.Story, Owner: o.Owner, Country: o.Country, Weight: o.Weight}
	tagged.Flashpoints, tagged.Areas = sides(o.Pairs)
	return backtest.Item{Tagged: tagged}
}

// sides gives the tags whose pairs these are.
func sides(pairs []kulkul.Pair) (flashpoints, areas []kulkul.Tag) {
	add := func(list []kulkul.Tag, id string) []kulkul.Tag {
		if id == kulkul.None || slices.ContainsFunc(list, func(t kulkul.Tag) bool { return t.ID == id }) {
			return list
		}
		return append(list, kulkul.Tag{ID: id})
	}
	for _, p := range pairs {
		flashpoints, areas = add(flashpoints, p.Flashpoint), add(areas, p.Area)
	}
	return flashpoints, areas
}

func (t *trial) replay(ctx context.Context, in indicator.Indicators, known record) ([]Episode, error) {
	h, err := backtest.Run(backtest.Config{Indicators: in, From: t.From - runIn, To: t.To,
		Collection: series.NewCollection(known.sources, known.arrived, in.Settle)}, known.items,
		func(backtest.Line) error { return ctx.Err() })
	if err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	return episodes(h.Lines, t.From), nil
}

// retag tags the span's items by the changed taxonomy and gives all items with
// their tags replaced.
func (t *trial) retag(ctx context.Context, v Eyes, current *config.Snapshot, files map[string][]byte, items []backtest.Item) ([]backtest.Item, error) {
	changed, err := config.NewSnapshot(0, files)
	if err != nil {
		return nil, err
	}
	rules, err := lexicon.Load(changed.FS(config.TaxonomyDir))
	if err != nil {
		return nil, fmt.Errorf("read the changed taxonomy: %w", err)
	}
	force, err := lexicon.Load(current.FS(config.TaxonomyDir))
	if err != nil {
		return nil, fmt.Errorf("read the taxonomy in force: %w", err)
	}
	t.Tags = newTags(v.Flashpoint)
	fresh := map[string]kulkul.Tagged{}
	for day := t.To; day >= t.From && !t.Tags.Capped; day-- {
		for stored, err := range t.bench.store.EachItem(ctx, v.View, t.bench.taxonomy(), day, day) {
			if err != nil {
				return nil, fmt.Errorf("read items: %w", err)
			}
			if stored.Corrected || !v.Item(stored) {
				continue // a person's tags stay
			}
			fresh[stored.Item.ID] = t.Tags.compare(stored, force, rules)
		}
	}
	out := slices.Clone(items)
	for i := range out {
		if n, ok := fresh[out[i].Tagged.Item.ID]; ok {
			out[i].Tagged.Flashpoints, out[i].Tagged.Areas = n.Flashpoints, n.Areas
		}
	}
	return out, nil
}
