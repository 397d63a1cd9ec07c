package main

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/net/publicsuffix"

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
				d, err := l.storyDoc()
				if err != nil {
					return err
				}
				p := index.Add(d)
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

// storyDoc is the item as the index of stories takes it, mark-up removed.
func (l textLine) storyDoc() (story.Doc, error) {
	at, err := l.when()
	if err != nil {
		return story.Doc{}, err
	}
	// Who is not named is nobody else either: such items never count as parts
	// of one publisher's series.
	owner := cmp.Or(publisher(l.Source), l.ID)
	return story.Doc{Item: l.ID, Source: cmp.Or(l.Source, l.ID), Owner: owner, Link: feed.Canonical(l.Link),
		Title: plain(l.Title), Summary: plain(l.Summary), Text: plain(l.Text), Published: at}, nil
}

// publisher is who owns a source: of a feed's address the domain that was
// registered, so that all feeds of one paper count as one; otherwise its name.
func publisher(source string) string {
	u, err := url.Parse(source)
	if err != nil || u.Hostname() == "" {
		return source
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(u.Hostname())
	if err != nil {
		return u.Hostname()
	}
	return domain
}

// plain is a text without mark-up.
func plain(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	_, text := feed.Sanitise(s, "")
	return text
}
