package collector

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// sharedFile gives a file of the shared data, which lies beside the repository.
func sharedFile(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("KULKUL_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for dir != filepath.Dir(dir) {
			if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
				break
			}
			dir = filepath.Dir(dir)
		}
		root = filepath.Join(dir, "..", "shared")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("shared data absent")
	}
	return path
}

// lines hands each JSON line of a compressed file to each.
func lines(t testing.TB, path string, each func(json.RawMessage)) {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	scan := bufio.NewScanner(z)
	scan.Buffer(nil, 8<<20)
	for scan.Scan() {
		each(append(json.RawMessage{}, scan.Bytes()...))
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
}
