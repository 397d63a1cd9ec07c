package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/feed"
)

func feedCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "feed", Short: "read feeds", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(feedParseCommand(w), feedFetchCommand(w))
	return c
}

func feedParseCommand(w world) *cobra.Command {
	var url string
	c := &cobra.Command{
		Use:   "parse [--url URL] FILE|-",
		Short: "read a feed document and print its items as one JSON document",
		Args:  cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			r, err := open(w, args[0])
			if err != nil {
				return err
			}
			defer r.Close()
			body, err := io.ReadAll(r)
			if err != nil {
				return fmt.Errorf("read %s: %w", args[0], err)
			}
			doc, err := feed.Parse(body, feed.Options{URL: url})
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return feed.Encode(w.out, doc)
		},
	}
	c.Flags().StringVar(&url, "url", "", "address of the document, the base of relative links")
	return c
}
