package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

func checkCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "check",
		Short: "validate every file in the configuration folder",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			dir := configDir(c)
			if info, err := os.Stat(dir); err != nil || !info.IsDir() {
				return fmt.Errorf("%s is no folder; name the configuration folder with --config", dir)
			}
			faults := checkAll(dir)
			for _, err := range faults {
				fmt.Fprintln(w.err, err)
			}
			if len(faults) > 0 {
				return errFailed
			}
			_, err := fmt.Fprintf(w.out, "%s: all good\n", dir)
			return err
		},
	}
}

// checkAll gives every fault of the folder, each with file and line.
func checkAll(dir string) []error {
	var faults []error
	add := func(err error) {
		if err != nil {
			faults = append(faults, err)
		}
	}
	f, err := assemble.ReadFile(dir)
	add(err)
	add(f.Retention.Validate())
	files, err := config.ReadFiles(os.DirFS(dir))
	if err != nil {
		return append(faults, err)
	}
	_, err = config.NewSnapshot(0, files)
	add(err)
	if raw, ok := files[config.IndicatorsFile]; ok {
		rules, err := indicator.Parse(config.IndicatorsFile, raw)
		add(err)
		if err == nil {
			add(f.Baseline(rules.History))
		}
	}
	t, err := taxonomyOf(dir)
	switch {
	case err == nil:
		for _, problem := range t.CheckExamples() {
			add(problem)
		}
	case !errors.Is(err, fs.ErrNotExist):
		add(err)
	}
	return faults
}
