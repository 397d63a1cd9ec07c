// Package counts keeps the table of counts equal to the store.
//
// In: the store's observations, story joins and source activity under the
// active taxonomy. Out: a series.Table for the evaluation. Called by the
// detector, which reads everything anew once a day and, on a touch, only the
// days that changed.
package counts

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Reader is what is read of the store.
type Reader interface {
	Observations(ctx context.Context, taxonomy string, from, to kulkul.Day, f store.ObservationFilter) ([]kulkul.Observation, error)
	Aliases(ctx context.Context) ([]kulkul.StoryAlias, error)
	SourceActivity(ctx context.Context, from, to kulkul.Day) ([]store.SourceDay, error)
}

// Counts is the table as last read. It is not safe for concurrent use.
type Counts struct {
	reader   Reader
	table    *series.Table
	taxonomy string
	talks    []string
}

// New reads nothing yet.
func New(r Reader) *Counts { return &Counts{reader: r} }

// Table is the table as last read; nil before the first Refresh.
func (c *Counts) Table() *series.Table { return c.table }

// Taxonomy is the version that the table counts under.
func (c *Counts) Taxonomy() string { return c.taxonomy }

// Scope says what is read.
type Scope struct {
	Taxonomy string
	Sources  []kulkul.Source
	// History is how many days back, Settle after how many a new source counts.
	History, Settle int
	// Talks are the rules that find items which speak of talks.
	Talks []string
}

// Refresh reads everything that counts on the day of now. An error leaves the
// table as it was.
func (c *Counts) Refresh(ctx context.Context, s Scope, now time.Time) error {
	today := kulkul.DayOf(now)
	from := today - kulkul.Day(s.History)
	arrivals, err := c.arrivals(ctx, from, today+1)
	if err != nil {
		return err
	}
	aliases, err := c.reader.Aliases(ctx)
	if err != nil {
		return fmt.Errorf("read story joins: %w", err)
	}
	observations, err := c.reader.Observations(ctx, s.Taxonomy, from, today+1, store.ObservationFilter{Talks: s.Talks})
	if err != nil {
		return fmt.Errorf("read observations: %w", err)
	}
	c.table = series.Build(series.NewCollection(s.Sources, arrivals, s.Settle), observations, aliases, time.Time{})
	c.taxonomy, c.talks = s.Taxonomy, s.Talks
	return nil
}

// arrivals reads what each source gave on the days from from to to.
func (c *Counts) arrivals(ctx context.Context, from, to kulkul.Day) ([]series.Arrival, error) {
	activity, err := c.reader.SourceActivity(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("read what the sources gave: %w", err)
	}
	arrivals := make([]series.Arrival, len(activity))
	for i, a := range activity {
		arrivals[i] = series.Arrival{Source: a.Source, Day: a.Day, Items: a.Items}
	}
	return arrivals, nil
}

// Update reads anew the publication days from a day on, what the sources gave on
// them, so that one not heard of before counts as new, and the joins made since.
// An error leaves the table as it was.
func (c *Counts) Update(ctx context.Context, from kulkul.Day, now time.Time) error {
	arrivals, err := c.arrivals(ctx, from, kulkul.DayOf(now)+1)
	if err != nil {
		return err
	}
	aliases, err := c.reader.Aliases(ctx)
	if err != nil {
		return fmt.Errorf("read story joins: %w", err)
	}
	observations, err := c.reader.Observations(ctx, c.taxonomy, from, kulkul.DayOf(now)+1, store.ObservationFilter{Talks: c.talks})
	if err != nil {
		return fmt.Errorf("read observations: %w", err)
	}
	c.table.SetCollection(c.table.Collection().Renew(from, arrivals))
	c.table.Join(aliases...)
	c.table.Replace(from, observations)
	return nil
}
