package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/lexicon/story"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

// readHistory reads the items to replay, tagged and with their stories: from a
// file, or what is stored.
func readHistory(c *cobra.Command, w world, o backtestOptions, to kulkul.Day) ([]backtest.Item, error) {
	if o.items == "" {
		return storedHistory(c, w, to)
	}
	t, err := taxonomyOf(configDir(c))
	if err != nil {
		return nil, err
	}
	sources, err := sourcesOf(configDir(c))
	if err != nil {
		return nil, err
	}
	r, err := open(w, o.items)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	plain, err := unzipped(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.items, err)
	}
	var lines []textLine
	if err := eachLine(plain, func(l textLine) error { lines = append(lines, l); return nil }); err != nil {
		return nil, fmt.Errorf("%s: %w", o.items, err)
	}
	items, err := known(lines, backtest.NewRegister(sources))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.items, err)
	}
	tagHistory(t, items)
	placeHistory(items)
	return items, nil
}

func sourcesOf(dir string) ([]kulkul.Source, error) {
	path := filepath.Join(dir, config.SourcesFile)
	raw, err := os.ReadFile(path)
	if os.IsNotExist(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read sources: %w", err)
	}
	return config.ParseSources(path, raw)
}

// unzipped reads gzip as what it holds, and anything else as it is.
func unzipped(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	magic, _ := b.Peek(2) // fewer bytes are no gzip; a fault is met again when reading
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return b, nil
	}
	return gzip.NewReader(b)
}

// known makes items of lines: when each was published, when it became known,
// and whom it cites.
func known(lines []textLine, register backtest.Register) ([]backtest.Item, error) {
	items := make([]backtest.Item, len(lines))
	for n, l := range lines {
		at, err := l.when()
		if err != nil {
			return nil, fmt.Errorf("item %d: %w", n+1, err)
		}
		if at.IsZero() {
			return nil, fmt.Errorf("item %d: %s has no date, so nobody knows when it was known", n+1, l.ID)
		}
		i := kulkul.Item{ID: l.ID, Source: l.Source, Link: feed.Canonical(l.Link), Title: l.Title, Summary: l.Summary, Text: l.Text,
			Language: l.Language, Published: at, Collected: at, Entered: kulkul.DayOf(at), Revision: 1}
		i.PublishedDay = len(l.Published) == len(time.DateOnly)
		i.Collected = knownFrom(i)
		publishers, weight := register.Cited(l.Source)
		items[n] = backtest.Item{Tagged: kulkul.Tagged{Item: i, Owner: l.Source, Weight: weight}, Publishers: publishers}
	}
	byKnowledge(items)
	return items, nil
}

// knownFrom is when an item of history may first be known: when it was
// published, or at the end of that day where no more is said.
func knownFrom(i kulkul.Item) time.Time {
	if i.PublishedDay {
		return kulkul.DayOf(i.Published).End()
	}
	return i.Published
}

func byKnowledge(items []backtest.Item) {
	slices.SortStableFunc(items, func(a, b backtest.Item) int { return a.Tagged.Item.Collected.Compare(b.Tagged.Item.Collected) })
}

// tagHistory tags all items, on all processors.
func tagHistory(t *lexicon.Taxonomy, items []backtest.Item) {
	var wg sync.WaitGroup
	workers := runtime.GOMAXPROCS(0)
	for k := range workers {
		wg.Go(func() {
			for n := k; n < len(items); n += workers {
				i := &items[n].Tagged
				r := t.Tag(lexicon.Text{Title: i.Item.Title, Summary: i.Item.Summary, Body: i.Item.Text, Language: i.Item.Language, Source: i.Item.Source})
				i.Taxonomy, i.Areas, i.Flashpoints, i.Item.Language = t.Version(), r.Areas, r.Flashpoints, r.Language
			}
		})
	}
	wg.Wait()
}

// placeHistory gives items their stories, in the order in which they became
// known. A join is known from its item on; resolving it for all changes counts
// of earlier days only as the live detector's late re-evaluation would.
func placeHistory(items []backtest.Item) {
	c := tagger.DefaultConfig()
	index := story.New(story.Options{Window: c.Window, Limit: c.Stories})
	for n := range items {
		t := &items[n].Tagged
		p := index.Add(story.Doc{Item: t.Item.ID, Source: t.Item.Source, Owner: t.Owner, Link: t.Item.Link, Title: t.Item.Title,
			Summary: t.Item.Summary, Text: t.Item.Text, Published: t.Item.Published})
		t.Story, t.Aliases = p.Story, p.Aliases
	}
}

// storedHistory reads what is stored under the active taxonomy.
func storedHistory(c *cobra.Command, w world, to kulkul.Day) ([]backtest.Item, error) {
	var items []backtest.Item
	err := withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
		for t, err := range p.Store.EachItem(ctx, store.All(), p.Active.Version(), 0, to) {
			if err != nil {
				return fmt.Errorf("read the stored history: %w", err)
			}
			if t.Item.Retrospective {
				t.Item.Collected = knownFrom(t.Item)
			}
			items = append(items, backtest.Item{Tagged: t})
		}
		return nil
	})
	byKnowledge(items)
	return items, err
}
