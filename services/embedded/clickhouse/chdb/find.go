package chdb

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Package and version of the engine, as pinned in services/embedded/engine.
const (
	NPMPackage = "@chdb/lib-linux-x64-gnu"
	NPMVersion = "26.7.3-stable.1"
	libName    = "libchdb.so"
	engineDir  = "services/embedded/engine"
)

// ErrMissing means that libchdb.so is nowhere where it may lie.
var ErrMissing = errors.New("ClickHouse's engine (libchdb.so) is not installed; get it with: npm ci --prefix " + engineDir)

// Find looks for libchdb.so: the file (or its folder) that $KULKUL_LIBCHDB
// names, the given folders, the npm package under services/embedded/engine of
// every folder from start upwards and from the running program upwards, and
// /usr/lib/kulkul. It gives ErrMissing, wrapped with where it looked.
func Find(start string, folders ...string) (string, error) {
	if named := os.Getenv("KULKUL_LIBCHDB"); named != "" {
		for _, p := range []string{named, filepath.Join(named, libName)} {
			if isFile(p) {
				return p, nil
			}
		}
		return "", fmt.Errorf("KULKUL_LIBCHDB names %s: %w", named, ErrMissing)
	}
	var candidates []string
	for _, dir := range folders {
		candidates = append(candidates, filepath.Join(dir, libName))
	}
	roots := []string{start}
	if exe, err := os.Executable(); err == nil {
		roots = append(roots, filepath.Dir(exe))
	}
	for _, root := range roots {
		candidates = append(candidates, upwards(root)...)
	}
	candidates = append(candidates, filepath.Join("/usr/lib/kulkul", libName))
	for _, p := range candidates {
		if isFile(p) {
			return p, nil
		}
	}
	return "", fmt.Errorf("looked from %s upwards and in /usr/lib/kulkul: %w", strings.Join(roots, " and "), ErrMissing)
}

// upwards gives where the npm package would put the library, seen from dir and
// from every folder above it.
func upwards(dir string) []string {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil
	}
	var found []string
	for {
		found = append(found, filepath.Join(abs, engineDir, "node_modules", NPMPackage, libName))
		parent := filepath.Dir(abs)
		if parent == abs {
			return found
		}
		abs = parent
	}
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
