package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Manifest is the folder's table of contents, written last: a folder without
// it is no backup.
type Manifest struct {
	Version int       `json:"version"` // of this file's shape
	At      time.Time `json:"at"`      // UTC, when the first stream was taken
	Program string    `json:"program"` // version of the program that wrote it
	Streams []Stream  `json:"streams"` // in the order they were taken
	Store   Archive   `json:"store"`
}

// Stream is one stream or bucket.
type Stream struct {
	bus.Snapshot
	File
}

// Archive is the store's database.
type Archive struct {
	// Name is what the store calls it.
	Name string `json:"name"`
	// File is empty where the archive stays in the database server's own place.
	File
}

// File is one file of the folder.
type File struct {
	Path   string `json:"file,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}

const (
	manifestName    = "backup.json"
	manifestVersion = 1
)

// ErrNotEmpty is returned where a backup or a restore would write over something.
var ErrNotEmpty = errors.New("not empty")

// ErrBroken is returned for a folder that is not a whole backup.
var ErrBroken = errors.New("not a whole backup")

// prepare makes the folder, which must be empty.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make the backup's folder: %w", err)
	}
	list, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("look into the backup's folder: %w", err)
	}
	if len(list) > 0 {
		return fmt.Errorf("%s: %w", dir, ErrNotEmpty)
	}
	return nil
}

// create writes one file of the folder and says what came to be in it.
func create(dir, name string, fill func(io.Writer) error) (f File, err error) {
	out, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return f, fmt.Errorf("write backup: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	sum := sha256.New()
	counted := &counter{}
	if err := fill(io.MultiWriter(out, sum, counted)); err != nil {
		return f, err
	}
	if err := out.Sync(); err != nil {
		return f, fmt.Errorf("write backup: %w", err)
	}
	return File{name, counted.n, hex.EncodeToString(sum.Sum(nil))}, nil
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

func (m Manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return fmt.Errorf("write backup: %w", err)
	}
	_, err = create(dir, manifestName, func(w io.Writer) error { _, err := w.Write(append(raw, '\n')); return err })
	return err
}

// Read reads a backup's table of contents and holds every file against it.
func Read(dir string) (Manifest, error) {
	var m Manifest
	raw, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, fmt.Errorf("%s: no %s: %w", dir, manifestName, ErrBroken)
	}
	if err != nil {
		return m, fmt.Errorf("read backup: %w", err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("%s: %w: %w", manifestName, ErrBroken, err)
	}
	if m.Version != manifestVersion {
		return m, fmt.Errorf("%s: version %d, want %d: %w", manifestName, m.Version, manifestVersion, ErrBroken)
	}
	files := []File{m.Store.File}
	for _, s := range m.Streams {
		files = append(files, s.File)
	}
	for _, f := range files {
		if f.Path == "" {
			continue
		}
		if err := f.verify(dir); err != nil {
			return m, err
		}
	}
	return m, nil
}

func (f File) verify(dir string) error {
	if !filepath.IsLocal(f.Path) {
		return fmt.Errorf("%s: %w: leads out of the folder", f.Path, ErrBroken)
	}
	in, err := os.Open(filepath.Join(dir, f.Path))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	defer in.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, in); err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != f.SHA256 {
		return fmt.Errorf("%s: %w: its checksum is not the one that was written", f.Path, ErrBroken)
	}
	return nil
}
