package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/lexicon/evaluate"
)

func evalCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "eval", Short: "measure against labelled data", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(evalTagsCommand(w), evalStoriesCommand(w), evalCorrectionsCommand(w))
	return c
}

func evalTagsCommand(w world) *cobra.Command {
	var gold string
	c := &cobra.Command{
		Use:   "tags --gold FILE",
		Short: "precision, recall and F1 of the tags, with 95 % intervals",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if gold == "" {
				return misuse{errors.New("--gold FILE is missing")}
			}
			t, err := taxonomyOf(configDir(c))
			if err != nil {
				return err
			}
			r, err := open(w, gold)
			if err != nil {
				return err
			}
			defer r.Close()
			items, err := evaluate.Read(r)
			if err != nil {
				return fmt.Errorf("%s: %w", gold, err)
			}
			return evaluate.Measure(evaluate.Run(t, items)).Print(w.out)
		},
	}
	c.Flags().StringVar(&gold, "gold", "", "labelled items, JSON Lines")
	return c
}
