package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
)

// newRoot makes the command tree.
func newRoot(w world) *cobra.Command {
	root := &cobra.Command{
		Use:           "kulkul",
		Short:         "Early warning for preventive diplomacy",
		Long:          "Kulkul watches what think tanks and partners publish, tags it against priority areas and\nflashpoints, and raises an alert when independent reporting rises above its usual range.",
		Version:       version,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          func(_ *cobra.Command, args []string) error { return unknown(args) },
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	root.SetIn(w.in)
	root.SetOut(w.out)
	root.SetErr(w.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return misuse{err} })
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().String("config", "./configs", "folder of the configuration files")
	root.AddCommand(upCommand(w), checkCommand(w), migrateCommand(w), feedCommand(w), tagCommand(w), storyCommand(w),
		evalCommand(w), trainCommand(w), detectCommand(w), backtestCommand(w), pushCommand(w), userCommand(w), keyCommand(w), configCommand(w), sourcesCommand(w), importCommand(w), generateCommand(w), backupCommand(w), restoreCommand(w), healthCommand(w), childCommand(w))
	for _, name := range assemble.Names() {
		root.AddCommand(serviceCommand(w, name))
	}
	for _, c := range root.Commands() {
		strict(c)
	}
	return root
}

// strict makes every mistake in a command's arguments a misuse.
func strict(c *cobra.Command) {
	if args := c.Args; args != nil {
		c.Args = func(c *cobra.Command, list []string) error {
			if err := args(c, list); err != nil {
				return misuse{err}
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		strict(sub)
	}
}

func unknown(args []string) error {
	if len(args) > 0 {
		return misuse{fmt.Errorf("unknown command %q", args[0])}
	}
	return nil
}

// configDir is the value of --config.
func configDir(c *cobra.Command) string {
	dir, err := c.Flags().GetString("config")
	if err != nil {
		panic(err) // the flag is defined above
	}
	return dir
}
