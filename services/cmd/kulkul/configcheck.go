package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// checkedFiles reads the running configuration's files from a folder, with
// every fault that forbids to run them: unlike the services, which take a file
// that is not there for an empty one, it wants all of them.
func checkedFiles(dir string) (map[string][]byte, []error) {
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return nil, []error{fmt.Errorf("%s is no folder", dir)}
	}
	fsys := os.DirFS(dir)
	files, err := config.ReadFiles(fsys)
	if err != nil {
		return nil, []error{err}
	}
	var faults []error
	for _, name := range []string{config.SourcesFile, config.PeopleFile, config.IndicatorsFile} {
		if _, ok := files[name]; !ok {
			faults = append(faults, fmt.Errorf("%s: file is missing", filepath.Join(dir, name)))
		}
	}
	s, err := config.NewSnapshot(0, files)
	if err != nil {
		faults = append(faults, err)
	}
	if raw, ok := files[config.IndicatorsFile]; ok {
		if _, err := indicator.Parse(config.IndicatorsFile, raw); err != nil {
			faults = append(faults, err)
		}
	}
	return files, append(faults, taxonomyFaults(s.FS(config.TaxonomyDir))...)
}

// taxonomyFaults gives what is wrong with a taxonomy, its own examples among
// it, each with its path under the configuration folder.
func taxonomyFaults(fsys fs.FS) []error {
	t, err := lexicon.Load(fsys)
	var problems lexicon.Problems
	switch {
	case err == nil:
		problems = t.CheckExamples()
	case !errors.As(err, &problems):
		return []error{fmt.Errorf("%s: %w", config.TaxonomyDir, err)}
	}
	var faults []error
	for _, p := range problems {
		p.File = config.TaxonomyDir + "/" + p.File
		faults = append(faults, p)
	}
	return faults
}
