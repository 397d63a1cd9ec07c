package evidence

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// shared is the path of a file of the shared data; the test is skipped without it.
func shared(t testing.TB, name string) string {
	t.Helper()
	root := os.Getenv("KULKUL_SHARED")
	if root == "" {
		dir, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		for {
			if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
				break
			}
			up := filepath.Dir(dir)
			if up == dir {
				t.Skip("shared data absent")
			}
			dir = up
		}
		root = filepath.Join(dir, "..", "shared")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Skip("shared data absent")
	}
	return path
}

// readShared decodes a JSON file of the shared data.
func readShared(t testing.TB, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(shared(t, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

// heavy skips what takes minutes unless it is asked for.
func heavy(t testing.TB) {
	t.Helper()
	if os.Getenv("KULKUL_EVIDENCE") != "1" {
		t.Skip("takes minutes: set KULKUL_EVIDENCE=1")
	}
}
