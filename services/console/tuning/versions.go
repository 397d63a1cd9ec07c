package tuning

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/unified"
)

// VersionLine is a version in the history.
type VersionLine struct {
	config.Version
	Changed []string // files that differ from the version before
	Running bool
}

// shownVersions is how many versions the history lists.
const shownVersions = 100

// Versions lists the saved versions, newest first.
func (b *Bench) Versions(ctx context.Context) ([]VersionLine, error) {
	history, err := b.settings.History(ctx)
	if err != nil {
		return nil, fmt.Errorf("read versions: %w", err)
	}
	running := b.settings.Current().Version
	lines := make([]VersionLine, 0, len(history))
	for i, v := range history {
		before := map[string]string{}
		if i+1 < len(history) {
			before = history[i+1].Files
		}
		lines = append(lines, VersionLine{Version: v, Changed: differing(before, v.Files), Running: v.Number == running})
	}
	return lines[:min(len(lines), shownVersions)], nil
}

func differing(before, after map[string]string) []string {
	all := maps.Clone(before)
	maps.Copy(all, after)
	var out []string
	for _, path := range slices.Sorted(maps.Keys(all)) {
		if before[path] != after[path] {
			out = append(out, path)
		}
	}
	return out
}

// Difference is how one file changed, as a unified diff.
type Difference struct{ File, Text string }

// Diff shows what a version changed against the one before it.
func (b *Bench) Diff(ctx context.Context, n int) ([]Difference, error) {
	after, err := b.settings.Load(ctx, n)
	if err != nil {
		return nil, err
	}
	var before map[string][]byte
	if n > 1 {
		old, err := b.settings.Load(ctx, n-1)
		if err != nil {
			return nil, err
		}
		before = old.Files
	}
	return differences(before, after.Files), nil
}

// Since shows what would change if version n were restored.
func (b *Bench) Since(ctx context.Context, n int) ([]Difference, error) {
	old, err := b.settings.Load(ctx, n)
	if err != nil {
		return nil, err
	}
	return differences(b.settings.Current().Files, old.Files), nil
}

// Change shows what a new content changes in a file.
func (b *Bench) Change(file, content string) []Difference {
	old := b.settings.Current().Files[file]
	return differences(map[string][]byte{file: old}, map[string][]byte{file: []byte(unix(content))})
}

// Drift shows how the running configuration differs from the files that this
// process was given; known is false where it was given none.
func (b *Bench) Drift() (drift []Difference, known bool, err error) {
	if b.seed == nil {
		return nil, false, nil
	}
	files, err := config.ReadFiles(b.seed)
	if err != nil {
		return nil, false, err
	}
	return differences(files, b.settings.Current().Files), true, nil
}

func differences(before, after map[string][]byte) []Difference {
	all := maps.Clone(after)
	if all == nil {
		all = map[string][]byte{}
	}
	maps.Copy(all, before)
	var out []Difference
	for _, path := range slices.Sorted(maps.Keys(all)) {
		was, is := "", ""
		if _, ok := before[path]; ok {
			was = "before/" + path
		}
		if _, ok := after[path]; ok {
			is = "after/" + path
		}
		if text := unified.Diff(was, is, string(before[path]), string(after[path])); text != "" {
			out = append(out, Difference{path, text})
		}
	}
	return out
}
