package chdb

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func put(t *testing.T, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFind(t *testing.T) {
	t.Setenv("KULKUL_LIBCHDB", "")
	root := t.TempDir()
	installed := put(t, root, engineDir, "node_modules", NPMPackage, libName)
	deep := filepath.Join(root, "services", "platform", "store")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	if got, err := Find(deep); got != installed || err != nil {
		t.Errorf("from below the repository's root: %q, %v", got, err)
	}
	data := put(t, t.TempDir(), libName)
	if got, err := Find(deep, filepath.Dir(data)); got != data || err != nil {
		t.Errorf("a given folder goes first: %q, %v", got, err)
	}
	named := put(t, t.TempDir(), "other.so")
	t.Setenv("KULKUL_LIBCHDB", named)
	if got, err := Find(deep); got != named || err != nil {
		t.Errorf("a named file: %q, %v", got, err)
	}
	t.Setenv("KULKUL_LIBCHDB", filepath.Dir(data))
	if got, err := Find(deep); got != data || err != nil {
		t.Errorf("a named folder: %q, %v", got, err)
	}
}

func TestFindSaysWhatToDo(t *testing.T) {
	t.Setenv("KULKUL_LIBCHDB", "/nowhere/libchdb.so")
	_, err := Find(t.TempDir())
	if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "npm ci --prefix services/embedded/engine") {
		t.Errorf("the error is %v", err)
	}
}

// The version in the code, in package.json and in the lock are one, and the
// lock names no registry.
func TestPinnedVersion(t *testing.T) {
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "engine", name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), NPMPackage) || !strings.Contains(string(text), `"`+NPMVersion+`"`) {
			t.Errorf("%s does not pin %s at %s", name, NPMPackage, NPMVersion)
		}
		if strings.Contains(string(text), "://") {
			t.Errorf("%s names a host", name)
		}
	}
}

func TestParseError(t *testing.T) {
	for text, code := range map[string]int{
		"Code: 60. DB::Exception: Unknown table":                         60,
		"Code: 164. DB::Exception: Code: 164. DB::Exception: (READONLY)": 164,
		"Another streaming query is active":                              UnknownException,
		"it said Code: 60.":                                              UnknownException,
	} {
		e := ParseError(text)
		if e.Code != code || !strings.HasPrefix(e.Text, "Code: ") || !strings.Contains(e.Text, text) {
			t.Errorf("%q is read as %d %q", text, e.Code, e.Text)
		}
	}
}
