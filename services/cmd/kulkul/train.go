package main

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/lexicon/train"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// modelFile is the model's file under the taxonomy.
const modelFile = "model.yaml"

func trainCommand(w world) *cobra.Command {
	var labels, to string
	c := &cobra.Command{
		Use:   "train --labels FILE TEXTS...",
		Short: "train the model that weighs the rules, from labels and the texts they are of",
		Long: "Labels are lines of id, areas and flashpoints with tabs between them; texts are JSON Lines as for tag, .gz or not,\n" +
			"in which the labels' ids are looked up. The model goes to taxonomy/" + modelFile + " under --config, or to --to.",
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if labels == "" {
				return misuse{errors.New("--labels FILE is missing")}
			}
			t, err := taxonomyOf(configDir(c))
			if err != nil {
				return err
			}
			texts, err := labelledTexts(w, labels, args)
			if err != nil {
				return err
			}
			model := train.Fit(t, texts)
			if to == "-" {
				_, err = w.out.Write(model)
				return err
			}
			if to == "" {
				to = filepath.Join(configDir(c), config.TaxonomyDir, modelFile)
			}
			if err := os.WriteFile(to, model, 0o644); err != nil {
				return fmt.Errorf("write the model: %w", err)
			}
			fmt.Fprintf(w.err, "%s: trained on %d texts\n", to, len(texts))
			return nil
		},
	}
	c.Flags().StringVar(&labels, "labels", "", "the labels")
	c.Flags().StringVar(&to, "to", "", "where the model goes; - for standard output")
	return c
}

// labelledTexts are the labelled texts in the order of the labels. A label
// whose text is in none of the files is an error.
func labelledTexts(w world, labels string, files []string) ([]train.Text, error) {
	r, err := open(w, labels)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	list, err := train.ReadLabels(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", labels, err)
	}
	found := make(map[string]*lexicon.Text, len(list))
	for _, l := range list {
		found[l.ID] = nil
	}
	for _, file := range files {
		if err := lookUp(w, file, found); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	texts := make([]train.Text, len(list))
	for i, l := range list {
		if found[l.ID] == nil {
			return nil, fmt.Errorf("%s: the text of %s is in none of the files", labels, l.ID)
		}
		texts[i] = train.Text{Text: *found[l.ID], Areas: l.Areas}
	}
	return texts, nil
}

// lookUp fills in the texts that a file has.
func lookUp(w world, file string, found map[string]*lexicon.Text) error {
	r, err := open(w, file)
	if err != nil {
		return err
	}
	defer r.Close()
	var lines io.Reader = r
	if strings.HasSuffix(file, ".gz") {
		if lines, err = gzip.NewReader(r); err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
	}
	return eachLine(lines, func(l textLine) error {
		if have, wanted := found[l.ID]; wanted && have == nil {
			text := l.lexiconText()
			found[l.ID] = &text
		}
		return nil
	})
}
