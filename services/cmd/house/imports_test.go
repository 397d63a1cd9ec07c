package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const prefix = "github.com/kulkul-ews/kulkul/services/"

// file is one Go file with what it imports.
type file struct {
	path    string // below services/, with slashes
	folder  string
	test    bool
	imports []string
	syntax  *ast.File
}

// root is the repository's root: the folder that holds go.work.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.work above the test")
		}
		dir = up
	}
}

func files(t *testing.T) []file {
	t.Helper()
	services := filepath.Join(root(t), "services")
	var out []file
	fset := token.NewFileSet()
	err := filepath.WalkDir(services, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		syntax, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(services, path)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(rel), folder: filepath.ToSlash(filepath.Dir(rel)), test: strings.HasSuffix(path, "_test.go"), syntax: syntax}
		for _, i := range syntax.Imports {
			f.imports = append(f.imports, strings.Trim(i.Path.Value, `"`))
		}
		out = append(out, f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// module is the first element of a path below services/.
func module(path string) string { m, _, _ := strings.Cut(path, "/"); return m }

// allowed says which modules a module may import, itself left out.
func allowed(m string) []string {
	switch m {
	case "kulkul", "embedded":
		return nil
	case "feed", "lexicon", "detect", "platform":
		return []string{"kulkul"}
	case "cmd":
		return []string{"kulkul", "feed", "lexicon", "detect", "platform", "embedded",
			"collector", "intake", "tagger", "archiver", "detector", "notifier", "console"}
	}
	return []string{"kulkul", "feed", "lexicon", "detect", "platform"} // a service
}

func TestModulesImportWhatTheDesignAllows(t *testing.T) {
	for _, f := range files(t) {
		from := module(f.folder)
		for _, path := range f.imports {
			rest, inside := strings.CutPrefix(path, prefix)
			if !inside {
				continue
			}
			if to := module(rest); to != from && !slices.Contains(allowed(from), to) {
				t.Errorf("%s imports %s: %s may import only %v", f.path, rest, from, allowed(from))
			}
		}
	}
}

func TestTheDomainImportsTheStandardLibraryOnly(t *testing.T) {
	for _, f := range files(t) {
		for _, path := range f.imports {
			first, _, _ := strings.Cut(path, "/")
			if module(f.folder) == "kulkul" && strings.Contains(first, ".") && path != prefix+"kulkul" {
				t.Errorf("%s imports %s", f.path, path)
			}
		}
	}
}

// homes are the libraries that live in one place only.
func TestLibrariesStayAtHome(t *testing.T) {
	homes := []struct {
		library string
		at      func(file) bool
	}{
		{"github.com/mmcdole/gofeed", func(f file) bool { return module(f.folder) == "feed" }},
		{"github.com/nats-io/nats.go", func(f file) bool { return f.folder == "platform/bus" || module(f.folder) == "embedded" }},
		{"github.com/nats-io/nats-server", func(f file) bool { return module(f.folder) == "embedded" }},
		{"github.com/ClickHouse/clickhouse-go", func(f file) bool {
			return f.folder == "platform/store" || module(f.folder) == "embedded" && f.test
		}},
		{"github.com/wneessen/go-mail", func(f file) bool { return f.folder == "notifier/email" }},
		{"github.com/emersion/go-imap", func(f file) bool { return f.folder == "intake/mailbox" || f.test }},
		{"github.com/emersion/go-message", func(f file) bool { return f.folder == "intake/letter" }},
		{"github.com/robfig/cron", func(f file) bool {
			return strings.HasPrefix(filepath.Base(f.path), "schedule") || strings.HasSuffix(f.folder, "/schedule")
		}},
	}
	for _, f := range files(t) {
		for _, path := range f.imports {
			for _, h := range homes {
				if (path == h.library || strings.HasPrefix(path, h.library+"/")) && !h.at(f) {
					t.Errorf("%s imports %s away from its home", f.path, path)
				}
			}
		}
	}
}

func TestStagesImportNeitherEachOtherNorTheirRoot(t *testing.T) {
	services := []string{"collector", "intake", "tagger", "archiver", "detector", "notifier", "console"}
	for _, f := range files(t) {
		m := module(f.folder)
		if f.test || !slices.Contains(services, m) || f.folder == m {
			continue
		}
		for _, path := range f.imports {
			rest, _ := strings.CutPrefix(path, prefix)
			if rest == m {
				t.Errorf("%s imports its service's root", f.path)
			}
		}
	}
	for _, pair := range twoWay(files(t)) {
		t.Errorf("%s and %s import each other", pair[0], pair[1])
	}
}

// twoWay lists the pairs of folders that import each other.
func twoWay(list []file) [][2]string {
	edges := map[[2]string]bool{}
	for _, f := range list {
		for _, path := range f.imports {
			if rest, inside := strings.CutPrefix(path, prefix); inside && !f.test {
				edges[[2]string{f.folder, rest}] = true
			}
		}
	}
	var out [][2]string
	for e := range edges {
		if e[0] < e[1] && edges[[2]string{e[1], e[0]}] {
			out = append(out, e)
		}
	}
	return out
}

func TestNoInitAndNoJunkDrawers(t *testing.T) {
	for _, f := range files(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", f.path)
			}
		}
		for _, junk := range []string{"utils", "util", "helpers", "helper", "common", "misc"} {
			if slices.Contains(strings.Split(f.folder, "/"), junk) {
				t.Errorf("%s lies in a drawer called %s", f.path, junk)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIs(t *testing.T) {
	told := map[string]bool{}
	fset := token.NewFileSet()
	base := filepath.Join(root(t), "services")
	for _, f := range files(t) {
		if f.test {
			continue
		}
		syntax, err := parser.ParseFile(fset, filepath.Join(base, f.path), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		told[f.folder] = told[f.folder] || syntax.Doc != nil
	}
	for folder, ok := range told {
		if !ok {
			t.Errorf("package %s has no package comment", folder)
		}
	}
}

func TestFilesAreShort(t *testing.T) {
	base := filepath.Join(root(t), "services")
	var lengths []int
	for _, f := range files(t) {
		if f.test {
			continue
		}
		raw, err := os.ReadFile(filepath.Join(base, f.path))
		if err != nil {
			t.Fatal(err)
		}
		n := strings.Count(string(raw), "\n")
		lengths = append(lengths, n)
		if n > 500 {
			t.Errorf("%s has %d lines; no file has more than 500", f.path, n)
		}
	}
	slices.Sort(lengths)
	median, p90 := lengths[len(lengths)/2], lengths[len(lengths)*9/10]
	if median > 120 || p90 > 300 {
		t.Errorf("median %d and p90 %d lines a file; want at most 120 and 300", median, p90)
	}
}
