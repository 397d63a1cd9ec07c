package main

import (
	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
)

// childCommand is what `kulkul up` runs itself as to hold the database.
func childCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:    assemble.ChildCommand,
		Hidden: true,
		Args:   cobra.NoArgs,
		RunE:   func(c *cobra.Command, _ []string) error { return clickhouse.Child(c.Context(), w.in, w.out) },
	}
}
