// Package tuning tries a change of the rules before it is saved, and keeps the
// versions of the running configuration in people's hands.
//
// In: a file of the configuration with its new content; the stored items and
// series. Out: what the change would have done over the last days (alerts
// gained and lost, items tagged and untagged), faults in words, versions,
// differences. Called by the console's root. The trial runs the engines that
// run live, detect and lexicon; it writes nothing. Saving goes through the
// versioned bucket.
package tuning

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// Errors of the bench.
var (
	// ErrBusy: another trial is running; one at a time is let.
	ErrBusy = errors.New("another trial is running; wait for it")
	// ErrFile: the file is none of the configuration's.
	ErrFile = errors.New("there is no such file in the configuration")
)

// Faults is what is wrong with a new content, each with its file and line.
type Faults []string

// Error implements error.
func (f Faults) Error() string { return strings.Join(f, "\n") }

// Bench is where changes are tried. Safe for concurrent use.
type Bench struct {
	settings *config.Running
	store    *store.Store
	taxonomy func() string
	now      func() time.Time
	seed     fs.FS
	// free holds a token while no trial runs.
	free chan struct{}
}

// New makes a bench. Taxonomy is the active version; seed, which may be nil,
// are the files from which drift is told.
func New(s *config.Running, st *store.Store, taxonomy func() string, seed fs.FS, now func() time.Time) *Bench {
	b := &Bench{settings: s, store: st, taxonomy: taxonomy, seed: seed, now: now, free: make(chan struct{}, 1)}
	b.free <- struct{}{}
	return b
}

// Text is the running content of a file, and the version it stands in;
// ErrFile where there is none.
func (b *Bench) Text(file string) (string, int, error) {
	s := b.settings.Current()
	data, ok := s.Files[file]
	if !ok {
		return "", 0, fmt.Errorf("%q: %w", file, ErrFile)
	}
	return string(data), s.Version, nil
}

// change gives the running files with one changed.
func (b *Bench) change(file, content string) (map[string][]byte, error) {
	files := maps.Clone(b.settings.Current().Files)
	if _, ok := files[file]; !ok {
		return nil, fmt.Errorf("%q: %w", file, ErrFile)
	}
	files[file] = []byte(unix(content))
	return files, nil
}

// check gives every fault of a configuration: of its sources, people,
// indicators and taxonomy. Examples are those of the taxonomy that it would no
// longer tag as they want: a trial tells of them, saving refuses.
func check(files map[string][]byte) (faults, examples Faults) {
	s, err := config.NewSnapshot(0, files)
	if err != nil {
		faults = append(faults, strings.Split(err.Error(), "\n")...)
	}
	if _, err := indicator.Parse(config.IndicatorsFile, files[config.IndicatorsFile]); err != nil {
		faults = append(faults, strings.Split(err.Error(), "\n")...)
	}
	t, err := lexicon.Load(s.FS(config.TaxonomyDir))
	var problems lexicon.Problems
	switch {
	case err == nil:
		for _, p := range t.CheckExamples() {
			examples = append(examples, p.Error())
		}
	case errors.As(err, &problems):
		for _, p := range problems {
			faults = append(faults, p.Error())
		}
	default:
		faults = append(faults, err.Error())
	}
	return faults, examples
}

// fit refuses a configuration with any fault.
func fit(files map[string][]byte) error {
	if faults, examples := check(files); len(faults)+len(examples) > 0 {
		return append(faults, examples...)
	}
	return nil
}

// Save makes a new version with one file changed, on top of base, the version
// its author saw: bus.ErrConflict where that is no longer the newest.
func (b *Bench) Save(ctx context.Context, file, content string, base int, by, why string) (config.Version, error) {
	files, err := b.change(file, content)
	if err == nil {
		err = fit(files)
	}
	if err != nil {
		return config.Version{}, err
	}
	return b.settings.Save(ctx, files, base, by, why)
}

// Restore makes the files of an old version the newest one.
func (b *Bench) Restore(ctx context.Context, n, base int, by, why string) (config.Version, error) {
	old, err := b.settings.Load(ctx, n)
	if err != nil {
		return config.Version{}, err
	}
	if err := fit(old.Files); err != nil {
		return config.Version{}, err
	}
	return b.settings.Save(ctx, old.Files, base, by, why)
}

// Same reports whether a content is the file's running one.
func (b *Bench) Same(file, content string) bool {
	return bytes.Equal(b.settings.Current().Files[file], []byte(unix(content)))
}

// Files lists the configuration's files in the order in which people look for
// them: indicators, areas, flashpoints, the rest.
func (b *Bench) Files() []string {
	rank := func(path string) int {
		for i, prefix := range []string{config.IndicatorsFile, "taxonomy/areas/", "taxonomy/flashpoints/", "taxonomy/"} {
			if strings.HasPrefix(path, prefix) {
				return i
			}
		}
		return 9
	}
	paths := b.settings.Current().Paths()
	slices.SortStableFunc(paths, func(x, y string) int { return rank(x) - rank(y) })
	return paths
}

// unix gives a form's text the line ends that files have.
func unix(text string) string { return strings.ReplaceAll(text, "\r\n", "\n") }
