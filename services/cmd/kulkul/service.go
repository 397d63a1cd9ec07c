package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

func serviceCommand(w world, name string) *cobra.Command {
	return &cobra.Command{
		Use:   name,
		Short: "run the " + name + " alone, on the NATS and ClickHouse that kulkul.yaml names",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return runService(c.Context(), w, name, configDir(c))
		},
	}
}

// runService runs one service of a cluster.
func runService(ctx context.Context, w world, name, dir string) (err error) {
	f, err := assemble.ReadFile(dir)
	if err != nil {
		return err
	}
	log, err := telemetry.Logger(w.err, f.Telemetry)
	if err != nil {
		return err
	}
	p, err := assemble.Open(ctx, name, f, os.DirFS(dir), log, assemble.Version(version))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	s, err := p.Service(name)
	if err != nil {
		return err
	}
	parts, err := p.Parts([]assemble.Service{s})
	if err != nil {
		return err
	}
	// The listener of /readyz answers while the schema is waited for.
	schema := run.Part{Name: "schema", Run: hold, Ready: p.AwaitSchema}
	return run.All(ctx, log, append(parts[:len(parts)-1:len(parts)-1], schema, parts[len(parts)-1])...)
}

// hold is a part that has nothing to do but to be waited for.
func hold(ctx context.Context) error { <-ctx.Done(); return nil }

func migrateCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "migrate", Short: "the ClickHouse schema", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(&cobra.Command{Use: "up", Short: "bring the schema to this version", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
			if err := p.Migrate(ctx); err != nil {
				return err
			}
			return printStatus(ctx, w, p)
		})
	}})
	c.AddCommand(&cobra.Command{Use: "status", Short: "list the migrations", Args: cobra.NoArgs, RunE: func(c *cobra.Command, _ []string) error {
		return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error { return printStatus(ctx, w, p) })
	}})
	dataFlag(c)
	return c
}

func printStatus(ctx context.Context, w world, p *assemble.Process) error {
	list, err := p.Store.Status(ctx)
	if err != nil {
		return err
	}
	for _, m := range list {
		state := "pending"
		if !m.Applied.IsZero() {
			state = "applied " + m.Applied.UTC().Format("2006-01-02 15:04:05Z")
		}
		fmt.Fprintf(w.out, "%04d %-40s %s\n", m.Number, m.Name, state)
	}
	return nil
}
