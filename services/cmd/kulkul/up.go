package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/run"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

type upOptions struct {
	config, data string
	demo, once   bool
}

func upCommand(w world) *cobra.Command {
	var o upOptions
	c := &cobra.Command{
		Use:   "up",
		Short: "run everything in one process, on engines of its own",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			o.config = configDir(c)
			if o.once && !o.demo {
				return misuse{errors.New("--once goes with --demo")}
			}
			if o.demo {
				return upDemo(c.Context(), w, o)
			}
			return up(c.Context(), w, o)
		},
	}
	c.Flags().StringVar(&o.data, "data", "", "data folder (default \"data\"; with --demo a new temporary one)")
	c.Flags().BoolVar(&o.demo, "demo", false, "watch a bundled, invented set of feeds")
	c.Flags().BoolVar(&o.once, "once", false, "with --demo: stop when done; exit 0 only if an alert was raised and its mail delivered")
	return c
}

// up runs everything until ctx ends.
func up(ctx context.Context, w world, o upOptions) error {
	if o.data == "" {
		o.data = "data"
	}
	f, err := assemble.ReadFile(o.config)
	if err != nil {
		return err
	}
	log, err := telemetry.Logger(w.err, f.Telemetry)
	if err != nil {
		return err
	}
	files, err := readSeed(o.config)
	if err != nil {
		return err
	}
	return assemble.Up(ctx, assemble.UpOptions{Data: o.data, File: f, Seed: config.FilesFS(files), Log: log, Version: assemble.Version(version),
		Started: func(ctx context.Context, u *assemble.Upped) ([]run.Part, error) {
			password, err := u.FirstAdmin(ctx)
			if err != nil {
				return nil, err
			}
			announce(w, u.Info, password)
			return nil, nil
		}})
}

func announce(w world, info assemble.RunInfo, password string) {
	fmt.Fprintf(w.out, "Kulkul is up.\n  console  %s\n  push to  %s\n", info.Console, info.Intake)
	if password != "" {
		fmt.Fprintf(w.out, "  sign in as admin, password %s (shown this once)\n", password)
	}
}

func quietly(level slog.Level, w world) *slog.Logger {
	return slog.New(slog.NewTextHandler(w.err, &slog.HandlerOptions{Level: level}))
}

// tempData makes a data folder that is removed when the command ends.
func tempData() (dir string, remove func() error, err error) {
	dir, err = os.MkdirTemp("", "kulkul-demo-")
	return dir, func() error { return os.RemoveAll(dir) }, err
}

// demoLimit is how long the demonstration may take before it counts as failed.
const demoLimit = 90 * time.Second
