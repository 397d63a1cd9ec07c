package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/lexicon/evaluate"
	"github.com/kulkul-ews/kulkul/services/lexicon/story"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

func evalStoriesCommand(w world) *cobra.Command {
	var judged string
	var draw int
	c := &cobra.Command{
		Use:   "stories --judged FILE ITEMS | stories --draw N ITEMS",
		Short: "of pairs that a reader judged, how many linked ones are one story; or draw pairs to be judged",
		Long: "ITEMS are JSON Lines as for story, .gz or not. FILE holds lines of two ids and \"same\" or \"other\" with tabs between them.\n" +
			"--draw prints N linked and N nearly linked pairs, always the same ones.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if (judged == "") == (draw <= 0) {
				return misuse{errors.New("one of --judged FILE and --draw N is wanted")}
			}
			docs, err := storyDocs(w, args[0])
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			window := tagger.DefaultConfig().Window
			if draw > 0 {
				out := newLineWriter(w.out)
				for _, d := range evaluate.DrawPairs(docs, window, draw) {
					state := "near"
					if d.Linked {
						state = "linked"
					}
					fmt.Fprintf(out.buffer, "%s\t%s\t%s\n", d.A, d.B, state)
				}
				return out.flush()
			}
			r, err := open(w, judged)
			if err != nil {
				return err
			}
			defer r.Close()
			verdicts, err := evaluate.ReadVerdicts(r)
			if err != nil {
				return fmt.Errorf("%s: %w", judged, err)
			}
			byID := make(map[string]story.Doc, len(docs))
			for _, d := range docs {
				byID[d.Item] = d
			}
			report, err := evaluate.MeasureStories(byID, window, verdicts)
			if err != nil {
				return err
			}
			return report.Print(w.out)
		},
	}
	c.Flags().StringVar(&judged, "judged", "", "pairs and verdicts")
	c.Flags().IntVar(&draw, "draw", 0, "how many pairs of each kind to draw")
	return c
}

func storyDocs(w world, file string) ([]story.Doc, error) {
	r, err := open(w, file)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	lines, err := unzipped(r)
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	var docs []story.Doc
	err = eachLine(lines, func(l textLine) error {
		d, err := l.storyDoc()
		docs = append(docs, d)
		return err
	})
	return docs, err
}
