package main

import (
	"cmp"
	"errors"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/story"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

func storyCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "story [FILE|-]",
		Short: "find the items that tell one story: JSON Lines in, {\"id\",\"story\"} out, same order",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := open(w, first(args))
			if err != nil {
				return err
			}
			defer r.Close()
			c := tagger.DefaultConfig()
			index := story.New(story.Options{Window: c.Window, Limit: c.Stories})
			type placed struct {
				ID    string `json:"id"`
				Story string `json:"story"`
			}
			var list []placed
			var aliases []kulkul.StoryAlias
			err = eachLine(r, func(l textLine) error {
				at, err := l.when()
				if err != nil {
					return err
				}
				// Who is not named is nobody else either: such items never count as
				// parts of one publisher's series.
				owner := cmp.Or(l.Source, l.ID)
				p := index.Add(story.Doc{Item: l.ID, Source: owner, Owner: owner, Link: feed.Canonical(l.Link),
					Title: l.Title, Summary: l.Summary, Text: l.Text, Published: at})
				list = append(list, placed{l.ID, p.Story})
				aliases = append(aliases, p.Aliases...)
				return nil
			})
			// Joins may come late: stories are resolved once all is read.
			resolver, out := story.NewResolver(aliases), newLineWriter(w.out)
			for _, p := range list {
				p.Story = resolver.Resolve(p.Story)
				if e := out.write(p); e != nil {
					return e
				}
			}
			return errors.Join(err, out.flush())
		},
	}
}
