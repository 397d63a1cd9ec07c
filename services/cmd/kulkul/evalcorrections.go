package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/evaluate"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// mostCorrections bounds a correction set.
const mostCorrections = 1_000_000

func evalCorrectionsCommand(w world) *cobra.Command {
	c := &cobra.Command{
		Use:   "corrections",
		Short: "print the items whose tags people corrected, with these tags, as eval tags --gold reads them",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
				return writeCorrections(ctx, p.Store, w.out)
			})
		},
	}
	dataFlag(c)
	return c
}

// writeCorrections writes a line for every item that was corrected: of several
// corrections the latest stands. Oldest first.
func writeCorrections(ctx context.Context, s *store.Store, to io.Writer) error {
	reviews, err := s.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Correct}, Limit: mostCorrections})
	if err != nil {
		return fmt.Errorf("read the corrections: %w", err)
	}
	seen := map[string]bool{}
	var items []evaluate.Item
	for _, r := range reviews { // newest first
		if r.Item == nil || seen[r.Item.ID] {
			continue
		}
		i := r.Item
		seen[i.ID] = true
		items = append(items, evaluate.Item{ID: i.ID, Title: i.Title, Summary: i.Summary, Text: i.Text, Language: i.Language,
			Source: i.Source, Areas: r.Areas, Flashpoints: r.Flashpoints})
	}
	slices.Reverse(items)
	out := newLineWriter(to)
	for _, i := range items {
		if err := out.write(i); err != nil {
			return err
		}
	}
	return out.flush()
}
