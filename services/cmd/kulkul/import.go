package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/revise"
	"github.com/kulkul-ews/kulkul/services/platform/run"
)

func importCommand(w world) *cobra.Command {
	var rejected string
	c := &cobra.Command{
		Use:   "import FILE|-",
		Short: "take in history as baseline: stored, tagged and counted, never notified",
		Long: `Reads items as JSON Lines, as 'kulkul tag' reads them, gzipped or not, and returns when all of them are stored.
Every item needs a date and a source: the id or the name of one in sources.yaml, or any other name, which then gets
an id made from it. Of several publishers, split at ';', the first is the item's source. A line that cannot be taken
in is written with its number and the reason to FILE.rejected, the rest goes on, and the exit status is 1. Importing
a file again adds nothing; items that came in live are left as they are.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return runImport(c, w, args[0], rejected) },
	}
	c.Flags().StringVar(&rejected, "rejected", "", "where lines go that cannot be taken in (default FILE.rejected)")
	dataFlag(c)
	return c
}

func runImport(c *cobra.Command, w world, path, rejected string) error {
	if _, err := os.Stat(path); path != "-" && err != nil {
		return fmt.Errorf("read input: %w", err)
	}
	if rejected == "" {
		rejected = path + ".rejected"
		if path == "-" {
			rejected = "import.rejected"
		}
	}
	return withOpened(c, w, func(ctx context.Context, p *assemble.Process, alone bool) error {
		if alone {
			if err := p.Migrate(ctx); err != nil {
				return err
			}
		}
		reviser, err := revise.Open(ctx, p.Bus)
		if err != nil {
			return err
		}
		i := newImporter(p, reviser, rejected)
		work := func(ctx context.Context) error { return i.run(ctx, w, path) }
		if !alone {
			return work(ctx)
		}
		return withStages(ctx, p, work)
	})
}

// errWorked ends the stages without a fault.
var errWorked = errors.New("worked")

// withStages runs work beside a tagger and an archiver of its own, where no
// other process has them.
func withStages(ctx context.Context, p *assemble.Process, work func(context.Context) error) error {
	p.File.Telemetry.Listen = ""
	var stages []assemble.Service
	for _, name := range []string{"archiver", "tagger"} {
		s, err := p.Service(name)
		if err != nil {
			return err
		}
		stages = append(stages, s)
	}
	parts, err := p.Parts(stages)
	if err != nil {
		return err
	}
	result := context.Canceled // of a work that was never begun
	parts = append(parts, run.Part{Name: "import", Run: func(ctx context.Context) error {
		result = work(ctx)
		return errWorked
	}})
	if err := run.All(ctx, p.Log, parts...); err != nil && !errors.Is(err, errWorked) {
		return err
	}
	return result
}
