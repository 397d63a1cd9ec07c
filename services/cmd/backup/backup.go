package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Place is where Kulkul remembers.
type Place struct {
	Bus   *bus.Bus
	Store *store.Store
	// Archives is where this machine sees the store's archives; empty: it does
	// not, and they stay with the server.
	Archives string
}

// Save writes everything into a folder, which must be empty or missing.
// program is the version that writes it, now the time.
func (p Place) Save(ctx context.Context, dir, program string, now time.Time) (m Manifest, err error) {
	if err := prepare(dir); err != nil {
		return m, err
	}
	m = Manifest{Version: manifestVersion, At: now.UTC(), Program: program}
	for _, name := range bus.SnapshotOrder() {
		var s bus.Snapshot
		f, err := create(dir, strings.ToLower(name)+".snapshot", func(w io.Writer) error {
			var err error
			s, err = p.Bus.Snapshot(ctx, name, w)
			return err
		})
		if err != nil {
			return m, err
		}
		m.Streams = append(m.Streams, Stream{s, f})
	}
	m.Store.Name = "kulkul-" + now.UTC().Format("20060102T150405.000") + ".tar"
	if err := p.Store.Backup(ctx, m.Store.Name); err != nil {
		return m, err
	}
	if p.Archives != "" {
		if m.Store.File, err = p.fetch(dir, m.Store.Name); err != nil {
			return m, err
		}
	}
	return m, m.write(dir)
}

// storeFile is the store's archive in the folder.
const storeFile = "store.tar"

// fetch moves the store's archive into the folder.
func (p Place) fetch(dir, name string) (File, error) {
	at := filepath.Join(p.Archives, name)
	f, err := create(dir, storeFile, func(w io.Writer) error { return copyFrom(at, w) })
	if err != nil {
		return f, err
	}
	if err := os.Remove(at); err != nil {
		return f, fmt.Errorf("remove the store's archive after it was copied: %w", err)
	}
	return f, nil
}

func copyFrom(path string, w io.Writer) error {
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("copy the store's archive: %w", err)
	}
	defer in.Close()
	if _, err := io.Copy(w, in); err != nil {
		return fmt.Errorf("copy the store's archive: %w", err)
	}
	return nil
}

// Restore brings back what a folder keeps. The place must hold nothing: no
// stream or bucket of the topology, no table. Every file is read and held
// against its checksum before anything is written.
func (p Place) Restore(ctx context.Context, dir string) (m Manifest, err error) {
	if m, err = Read(dir); err != nil {
		return m, err
	}
	if err := p.empty(ctx); err != nil {
		return m, err
	}
	if m.Store.Path != "" {
		if p.Archives == "" {
			return m, errors.New("the backup has the store's archive in a file, and store.backup.folder says not where the server would find it")
		}
		remove, failed := p.hand(dir, m.Store)
		if failed != nil {
			return m, failed
		}
		defer func() { err = errors.Join(err, remove()) }()
	}
	if err := p.Store.Restore(ctx, m.Store.Name); err != nil {
		return m, err
	}
	for _, s := range m.Streams {
		if err := p.stream(ctx, dir, s); err != nil {
			return m, err
		}
	}
	return m, nil
}

// empty reports ErrNotEmpty with what is there.
func (p Place) empty(ctx context.Context) error {
	streams, err := p.Bus.Occupied(ctx)
	if err != nil {
		return err
	}
	if len(streams) > 0 {
		return fmt.Errorf("the bus has %s: %w", strings.Join(streams, ", "), ErrNotEmpty)
	}
	tables, err := p.Store.Tables(ctx)
	if err != nil {
		return err
	}
	if len(tables) > 0 {
		return fmt.Errorf("the store has %s: %w", strings.Join(tables, ", "), ErrNotEmpty)
	}
	return nil
}

// hand puts the archive where the store looks for it, until remove is called.
func (p Place) hand(dir string, a Archive) (remove func() error, err error) {
	if err := os.MkdirAll(p.Archives, 0o700); err != nil {
		return nil, fmt.Errorf("hand the archive to the store: %w", err)
	}
	if !filepath.IsLocal(a.Name) {
		return nil, fmt.Errorf("%s: %w: leads out of the folder", a.Name, ErrBroken)
	}
	if _, err := create(p.Archives, a.Name, func(w io.Writer) error { return copyFrom(filepath.Join(dir, a.Path), w) }); err != nil {
		return nil, err
	}
	return func() error { return os.Remove(filepath.Join(p.Archives, a.Name)) }, nil
}

func (p Place) stream(ctx context.Context, dir string, s Stream) error {
	in, err := os.Open(filepath.Join(dir, s.Path))
	if err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	defer in.Close()
	return p.Bus.Restore(ctx, s.Snapshot, in)
}
