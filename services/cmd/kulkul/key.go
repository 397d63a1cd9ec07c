package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

func keyCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "key", Short: "push keys of partners", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(keyAddCommand(w))
	dataFlag(c)
	return c
}

func keyAddCommand(w world) *cobra.Command {
	var sources []string
	c := &cobra.Command{
		Use:   "add --source ID NAME",
		Short: "create a push key and print its secret, which is shown this once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(sources) == 0 {
				return misuse{errors.New("--source ID is missing: a key pushes for named sources only")}
			}
			return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
				for _, id := range sources {
					if _, known := p.Settings.Current().Source(id); !known {
						return fmt.Errorf("there is no source %q", id)
					}
				}
				k, secret := keys.Create(p.Now(), slices.Clone(sources)...)
				k.Name = args[0]
				if err := keys.Save(ctx, p.Bus, k); err != nil {
					return err
				}
				_, err := fmt.Fprintln(w.out, secret)
				return err
			})
		},
	}
	c.Flags().StringSliceVar(&sources, "source", nil, "source that may be pushed under the key; may be repeated")
	return c
}
