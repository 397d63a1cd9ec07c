package main

import (
	"encoding/json"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/collector"
)

func feedFetchCommand(w world) *cobra.Command {
	var expression string
	var allow []string
	c := &cobra.Command{
		Use:   "fetch URL",
		Short: "ask an address once, politely, and say what was got, what would come next and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := assemble.ReadFile(configDir(c))
			if err != nil {
				return err
			}
			f.Collector.Dial.Allow = append(f.Collector.Dial.Allow, allow...)
			glance, err := collector.FetchOnce(c.Context(), f.Collector, args[0], expression, time.Now)
			if err != nil {
				return misuse{err}
			}
			enc := json.NewEncoder(w.out)
			enc.SetEscapeHTML(false)
			enc.SetIndent("", "  ")
			if err := enc.Encode(glance); err != nil {
				return err
			}
			if glance.Fault != "" {
				return errFailed
			}
			return nil
		},
	}
	c.Flags().StringVar(&expression, "schedule", "@every 1h", "schedule the feed would have")
	c.Flags().StringSliceVar(&allow, "allow", nil, "network in CIDR form that may be asked although it is private")
	return c
}
