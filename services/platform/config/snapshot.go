package config

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Files of the running configuration, under configs/.
const (
	SourcesFile    = "sources.yaml"
	PeopleFile     = "people.yaml"
	IndicatorsFile = "indicators.yaml"
	TaxonomyDir    = "taxonomy"
)

// Snapshot is one version of the running configuration. It is immutable.
type Snapshot struct {
	Version int
	// Files holds each file's content by its path under configs/.
	Files   map[string][]byte
	Sources []kulkul.Source
	People  Register

	bySource map[string]int
}

// NewSnapshot reads the files; the error is Problems with every fault found.
// A missing sources.yaml or people.yaml reads as empty.
func NewSnapshot(version int, files map[string][]byte) (*Snapshot, error) {
	s := &Snapshot{Version: version, Files: files, bySource: map[string]int{}}
	var faults Problems
	var err error
	if s.Sources, err = ParseSources(SourcesFile, files[SourcesFile]); err != nil {
		faults = append(faults, asProblems(err)...)
	}
	if s.People, err = ParsePeople(PeopleFile, files[PeopleFile]); err != nil {
		faults = append(faults, asProblems(err)...)
	}
	for i, src := range s.Sources {
		s.bySource[src.ID] = i
	}
	return s, faults.Err()
}

func asProblems(err error) Problems {
	var ps Problems
	if errors.As(err, &ps) {
		return ps
	}
	return Problems{{Text: err.Error()}}
}

// Source by id.
func (s *Snapshot) Source(id string) (kulkul.Source, bool) {
	i, ok := s.bySource[id]
	if !ok {
		return kulkul.Source{}, false
	}
	return s.Sources[i], true
}

// FS gives the files below a directory of configs/ ("taxonomy").
func (s *Snapshot) FS(dir string) fs.FS {
	out := map[string][]byte{}
	for path, data := range s.Files {
		if rest, ok := strings.CutPrefix(path, dir+"/"); ok {
			out[rest] = data
		}
	}
	return FilesFS(out)
}

// Paths of the files, sorted.
func (s *Snapshot) Paths() []string { return slices.Sorted(maps.Keys(s.Files)) }

// ReadFiles reads the files of the running configuration from a configs/
// folder: sources, people, indicators and the taxonomy. kulkul.yaml is not
// among them: it says how a process runs, not what is watched.
func ReadFiles(fsys fs.FS) (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !running(path) {
			return err
		}
		files[path], err = fs.ReadFile(fsys, path)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return files, nil
}

func running(path string) bool {
	return path == SourcesFile || path == PeopleFile || path == IndicatorsFile ||
		strings.HasPrefix(path, TaxonomyDir+"/") && strings.HasSuffix(path, ".yaml")
}
