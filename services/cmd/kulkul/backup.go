package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/backup"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

func backupCommand(w world) *cobra.Command {
	c := &cobra.Command{
		Use:   "backup DIR",
		Short: "write ClickHouse, streams and key-value state into an empty folder; the flow need not stop",
		Long: `Writes everything that Kulkul remembers into DIR, which must be empty or missing: the streams and buckets of NATS
with their sequences and revisions, then ClickHouse's database. Works beside a running 'kulkul up'. The folder holds
secrets (hashed passwords and keys, addresses, everything that was collected): keep it as you keep the data folder.
With --cluster the database's archive is written where store.backup says.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withPlace(c, w, false, func(ctx context.Context, p backup.Place) error {
				began := time.Now()
				m, err := p.Save(ctx, args[0], version, began)
				if err != nil {
					return fmt.Errorf("%w; %s is not a backup", err, args[0])
				}
				return told(w, m, "kept in "+args[0], time.Since(began))
			})
		},
	}
	dataFlag(c)
	return c
}

func restoreCommand(w world) *cobra.Command {
	c := &cobra.Command{
		Use:   "restore DIR",
		Short: "bring a backup back, where nothing is yet and nothing runs",
		Long: `Brings back what 'kulkul backup DIR' wrote, on an empty data folder (or, with --cluster, into a NATS and a ClickHouse
database without anything of Kulkul's), with no service running. Checksums are looked at before anything is written.
Where it ends with an error, empty the place and begin again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := backup.Read(args[0]); err != nil { // before any engine is started
				return err
			}
			return withPlace(c, w, true, func(ctx context.Context, p backup.Place) error {
				began := time.Now()
				m, err := p.Restore(ctx, args[0])
				if err != nil {
					return err
				}
				return told(w, m, "brought back, as of "+m.At.Format(time.RFC3339), time.Since(began))
			})
		},
	}
	dataFlag(c)
	return c
}

func told(w world, m backup.Manifest, what string, took time.Duration) error {
	bytes := m.Store.Bytes
	for _, s := range m.Streams {
		bytes += s.Bytes
	}
	_, err := fmt.Fprintf(w.out, "%d streams and buckets and the database, %.1f MB, %s, in %v\n", len(m.Streams), float64(bytes)/1e6, what, took.Round(time.Millisecond))
	if m.Store.Path == "" && err == nil {
		_, err = fmt.Fprintf(w.out, "the database's archive is %s, with the server\n", m.Store.Name)
	}
	return err
}

// withPlace runs work on the bus and the store, which it leaves as they are:
// no stream, bucket or table is made. idle refuses a data folder in use.
func withPlace(c *cobra.Command, w world, idle bool, work func(context.Context, backup.Place) error) (err error) {
	on, err := target(c, w)
	if err != nil {
		return err
	}
	defer on.release()
	if idle && !on.alone && !on.cluster {
		return errors.New("a 'kulkul up' runs on this data folder: stop it first")
	}
	ctx := c.Context()
	b, err := bus.Dial(ctx, c.CommandPath(), on.file.Bus, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	defer b.Close()
	s, err := store.Open(ctx, on.file.Store, prometheus.NewRegistry())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return work(ctx, backup.Place{Bus: b, Store: s, Archives: on.file.Store.Backup.Folder})
}
