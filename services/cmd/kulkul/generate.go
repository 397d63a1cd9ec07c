package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/cmd/volume"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func generateCommand(w world) *cobra.Command {
	p := volume.Plan{}
	c := &cobra.Command{
		Use:   "generate",
		Short: "store invented items in quantity, to measure with",
		Long: `Writes invented items straight into ClickHouse, tagged under the active taxonomy and spread over the sources of the
running configuration. Their words mean nothing. It is for a data folder made to measure with: no alert is raised of
them, and nothing tells them from real ones afterwards but their link to volume.example.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runGenerate(c, w, p) },
	}
	c.Flags().IntVar(&p.Items, "items", 1_000_000, "how many")
	c.Flags().IntVar(&p.PerDay, "per-day", 9000, "how many came in on one day")
	c.Flags().Uint64Var(&p.Seed, "seed", 1, "the same seed gives the same items")
	c.Flags().Float64Var(&p.Tagged, "tagged", 0.1, "share of items with tags")
	dataFlag(c)
	return c
}

func runGenerate(c *cobra.Command, w world, p volume.Plan) error {
	if p.Items < 1 || p.PerDay < 1 || p.Tagged < 0 || p.Tagged > 1 {
		return misuse{fmt.Errorf("--items and --per-day must be at least 1, --tagged from 0 to 1")}
	}
	return withOpened(c, w, func(ctx context.Context, process *assemble.Process, alone bool) error {
		if alone {
			if err := process.Migrate(ctx); err != nil {
				return err
			}
		}
		if p.Taxonomy = process.Active.Version(); p.Taxonomy == "" {
			return fmt.Errorf("generate: no taxonomy is active yet: run 'kulkul up' on this data folder once")
		}
		if p.Sources = process.Settings.Current().Sources; len(p.Sources) == 0 {
			return fmt.Errorf("generate: the running configuration has no sources")
		}
		p.Newest = kulkul.DayOf(time.Now()) - 1
		return generate(ctx, w, process, p)
	})
}

func generate(ctx context.Context, w world, process *assemble.Process, p volume.Plan) error {
	writer, start, done := process.Store.Writer(), time.Now(), 0
	for batch := range volume.NewAuthor(p).Batches() {
		if err := writer.WriteItems(ctx, batch); err != nil {
			return fmt.Errorf("generate: after %d items: %w", done, err)
		}
		if done += len(batch); done%500_000 == 0 {
			fmt.Fprintf(w.err, "%d items, %.0f a second\n", done, float64(done)/time.Since(start).Seconds())
		}
	}
	fmt.Fprintf(w.out, "%d items stored, of %d days up to %s\n", done, (p.Items-1)/p.PerDay+1, p.Newest)
	return nil
}
