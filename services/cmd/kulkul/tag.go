package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// textLine is an item as `kulkul tag` and `kulkul story` read it.
type textLine struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	Summary   string `json:"summary"`
	Text      string `json:"text"`
	Language  string `json:"language"`
	Link      string `json:"link"`
	Published string `json:"published"` // RFC 3339 or a date; empty: unknown
	Source    string `json:"source"`
}

// tagLine is the answer of `kulkul tag`.
type tagLine struct {
	ID          string       `json:"id"`
	Language    string       `json:"language"`
	Areas       []kulkul.Tag `json:"areas"`
	Flashpoints []kulkul.Tag `json:"flashpoints"`
}

func taxonomyOf(dir string) (*lexicon.Taxonomy, error) {
	path := filepath.Join(dir, config.TaxonomyDir)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no taxonomy at %s; name the configuration folder with --config", path)
	}
	return lexicon.Load(os.DirFS(path))
}

func tagCommand(w world) *cobra.Command {
	var explain, diff bool
	var list int
	c := &cobra.Command{
		Use:   "tag [FILE|-] | tag --diff OLD NEW [FILE|-]",
		Short: "tag items: JSON Lines in, JSON Lines out, same order; or say what another taxonomy would alter",
		Args: func(c *cobra.Command, args []string) error {
			if diff {
				return cobra.RangeArgs(2, 3)(c, args)
			}
			return cobra.MaximumNArgs(1)(c, args)
		},
		RunE: func(c *cobra.Command, args []string) error {
			if diff {
				return diffTags(c, w, args, list)
			}
			t, err := taxonomyOf(configDir(c))
			if err != nil {
				return err
			}
			r, err := open(w, first(args))
			if err != nil {
				return err
			}
			defer r.Close()
			out := newLineWriter(w.out)
			err = eachLine(r, func(l textLine) error {
				text := l.lexiconText()
				if explain {
					_, err := fmt.Fprintf(out.buffer, "%s\n  %s\n", l.ID, strings.Join(t.Explain(text), "\n  "))
					return err
				}
				res := t.Tag(text)
				return out.write(tagLine{l.ID, res.Language, orEmpty(res.Areas), orEmpty(res.Flashpoints)})
			})
			return errors.Join(err, out.flush())
		},
	}
	c.Flags().BoolVar(&explain, "explain", false, "say in words why each tag was given or not")
	c.Flags().BoolVar(&diff, "diff", false, "compare two folders, OLD and NEW, of configuration or taxonomy: over FILE, or over what is stored")
	c.Flags().IntVar(&list, "list", 50, "with --diff: how many changed items to list, with their evidence")
	dataFlag(c)
	return c
}

func (l textLine) lexiconText() lexicon.Text {
	return lexicon.Text{Title: l.Title, Summary: l.Summary, Body: l.Text, Language: l.Language, Source: l.Source}
}

// when reads a time or a date; the zero time where there is none.
func (l textLine) when() (time.Time, error) {
	if l.Published == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, l.Published); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("item %s: published %q: want RFC 3339 or YYYY-MM-DD", l.ID, l.Published)
}

func orEmpty(tags []kulkul.Tag) []kulkul.Tag {
	if tags == nil {
		return []kulkul.Tag{}
	}
	return tags
}

func first(args []string) string {
	if len(args) == 0 {
		return "-"
	}
	return args[0]
}
