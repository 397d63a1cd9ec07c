package feed

import (
	"os"
	"path/filepath"
	"sort"
	"testing"
)

// shared finds the folder of evaluation data beside the repository, or skips.
func shared(tb testing.TB, elements ...string) string {
	tb.Helper()
	root := os.Getenv("KULKUL_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			tb.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
				root = filepath.Join(dir, "..", "shared")
				break
			}
			if dir == filepath.Dir(dir) {
				tb.Skip("shared data absent")
			}
			dir = filepath.Dir(dir)
		}
	}
	path := filepath.Join(append([]string{root}, elements...)...)
	if _, err := os.Stat(path); err != nil {
		tb.Skip("shared data absent")
	}
	return path
}

// documents lists the feed documents of a corpus.
func documents(tb testing.TB, corpus string) []string {
	tb.Helper()
	var paths []string
	err := filepath.WalkDir(shared(tb, "corpora", corpus), func(path string, d os.DirEntry, err error) error {
		if name := d.Name(); err == nil && !d.IsDir() && name != "MANIFEST.json" && name != "LICENSE" {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	sort.Strings(paths)
	return paths
}
