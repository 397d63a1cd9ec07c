package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
)

// dataFlag adds --data and --cluster to a command that works on what is stored.
func dataFlag(c *cobra.Command) {
	c.PersistentFlags().String("data", "data", "data folder of 'kulkul up'")
	c.PersistentFlags().Bool("cluster", false, "work on the NATS and ClickHouse that kulkul.yaml names")
}

// withProcess runs work on an open process: on the engines of the `kulkul up`
// that holds the data folder; where none runs, on engines of its own started
// there; with --cluster on the servers that kulkul.yaml names.
func withProcess(c *cobra.Command, w world, work func(context.Context, *assemble.Process) error) error {
	return withOpened(c, w, func(ctx context.Context, p *assemble.Process, _ bool) error { return work(ctx, p) })
}

// withOpened is withProcess for work that must know whether the process is
// alone on its engines: then nobody but itself tags and archives.
func withOpened(c *cobra.Command, w world, work func(ctx context.Context, p *assemble.Process, alone bool) error) (err error) {
	on, err := target(c, w)
	if err != nil {
		return err
	}
	defer on.release()
	p, err := assemble.Open(c.Context(), c.CommandPath(), on.file, os.DirFS(configDir(c)), on.log, assemble.Version(version))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	return work(c.Context(), p, on.alone)
}

// engined is a configuration that points at engines which run.
type engined struct {
	file    assemble.File
	log     *slog.Logger
	release func()
	// alone says that the engines were started for this process, and cluster
	// that they are servers of which nobody here knows who uses them.
	alone, cluster bool
}

// target finds the engines that a command's flags name.
func target(c *cobra.Command, w world) (on engined, err error) {
	if on.file, err = assemble.ReadFile(configDir(c)); err != nil {
		return on, err
	}
	on.file.Telemetry.Level = "warn"
	if on.log, err = telemetry.Logger(w.err, on.file.Telemetry); err != nil {
		return on, err
	}
	on.release = func() {}
	if on.cluster, err = c.Flags().GetBool("cluster"); err != nil || on.cluster {
		return on, err
	}
	data, err := c.Flags().GetString("data")
	if err != nil {
		return on, err
	}
	on.release, on.alone, err = engines(c.Context(), data, &on.file, on.log)
	return on, err
}

// engines points f at the data folder's engines, starting them where no
// `kulkul up` runs: then this process is alone on them.
func engines(ctx context.Context, data string, f *assemble.File, log *slog.Logger) (release func(), alone bool, err error) {
	unlock, err := assemble.Lock(data)
	if errors.Is(err, assemble.ErrBusy) {
		info, err := assemble.ReadRunInfo(data)
		if err != nil {
			return nil, false, fmt.Errorf("%s is in use, and says not by whom: %w", data, err)
		}
		info.Apply(f)
		return func() {}, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	e, err := assemble.StartEngines(ctx, data, f.Embedded, false, log)
	if err != nil {
		unlock()
		return nil, false, err
	}
	if err := e.Apply(f); err != nil {
		return nil, false, errors.Join(err, e.Stop())
	}
	return func() {
		if err := e.Stop(); err != nil {
			log.Error("stop the engines", "error", err)
		}
		unlock()
	}, true, nil
}
