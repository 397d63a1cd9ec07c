package lexicon

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
)

// Problem is one mistake in the taxonomy, with file, line and a hint.
type Problem = rulefile.Problem

// Problems is a list of them; errors.As finds it in what Load returns.
type Problems = rulefile.Problems

// Load reads and compiles the taxonomy in fsys, whose root holds the folders
// areas, flashpoints, contexts and shared. All mistakes of all files are
// returned at once, as Problems.
func Load(fsys fs.FS) (*Taxonomy, error) {
	files, model, version, problems, err := read(fsys)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no taxonomy files: want folders areas, flashpoints, contexts, shared")
	}
	roster(files, &problems)
	c := newCompiler(files, problems)
	t := c.compile(model)
	if len(c.problems) > 0 {
		c.problems.Sort()
		return nil, c.problems
	}
	t.version = version
	return t, nil
}

// modelFile is the file that says how areas are weighed; without it the rules
// alone decide.
const modelFile = "model.yaml"

// read reads all files in the order of their paths.
func read(fsys fs.FS) ([]*rulefile.File, *rulefile.Model, string, Problems, error) {
	var files []*rulefile.File
	var model *rulefile.Model
	var problems Problems
	sum := sha256.New()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("read taxonomy: %w", err)
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), ".") || !strings.HasSuffix(d.Name(), ".yaml") {
			if strings.HasSuffix(d.Name(), ".yml") {
				problems.Add(rulefile.Pos{File: name, Line: 1}, "call it .yaml", "file is not read")
			}
			return nil
		}
		kind, ok := kindOf(name)
		if !ok && name != modelFile {
			problems.Add(rulefile.Pos{File: name, Line: 1}, "areas/, flashpoints/, contexts/, shared/, masks.yaml or model.yaml", "file is in no known folder")
			return nil
		}
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return fmt.Errorf("read taxonomy: %w", err)
		}
		fmt.Fprintf(sum, "%s %d\n%s", name, len(data), data)
		if name == modelFile {
			m, found := rulefile.ReadModel(name, data)
			model, problems = m, append(problems, found...)
			return nil
		}
		f, found := rulefile.Read(name, kind, strings.TrimSuffix(path.Base(name), ".yaml"), data)
		files, problems = append(files, f), append(problems, found...)
		return nil
	})
	return files, model, hex.EncodeToString(sum.Sum(nil)[:6]), problems, err
}

func kindOf(name string) (rulefile.Kind, bool) {
	switch path.Dir(name) {
	case "areas":
		return rulefile.Area, true
	case "flashpoints":
		return rulefile.Flashpoint, true
	case "contexts":
		return rulefile.Context, true
	case "shared":
		return rulefile.Shared, true
	case ".":
		return rulefile.Masks, path.Base(name) == "masks.yaml"
	}
	return "", false
}

// roster reports areas and flashpoints whose file is missing or that the
// product does not know.
func roster(files []*rulefile.File, problems *Problems) {
	known := map[rulefile.Kind][]string{rulefile.Area: kulkul.Areas(), rulefile.Flashpoint: kulkul.Flashpoints()}
	seen := map[string]string{}
	for _, f := range files {
		at := rulefile.Pos{File: f.Path, Line: 1}
		if other, twice := seen[f.ID]; twice {
			problems.Add(at, "ids are unique over all folders", "id %s is also that of %s", f.ID, other)
		}
		seen[f.ID] = f.Path
		if ids, ok := known[f.Kind]; ok && !slices.Contains(ids, f.ID) {
			problems.Add(at, rulefile.DidYouMean(f.ID, ids), "unknown %s %q", f.Kind, f.ID)
		}
		if !kulkul.ValidID(f.ID) {
			problems.Add(at, "a–z, 0–9 and -", "file name %q is no id", f.ID)
		}
	}
	for _, kind := range []rulefile.Kind{rulefile.Area, rulefile.Flashpoint} {
		for _, id := range known[kind] {
			if seen[id] == "" {
				name := string(kind) + "s/" + id + ".yaml"
				problems.Add(rulefile.Pos{File: name, Line: 1}, "every "+string(kind)+" has a file", "file is missing")
			}
		}
	}
}
