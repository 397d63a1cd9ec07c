package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/unified"
)

func configCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "config", Short: "the running configuration, and the files it came from", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(configExportCommand(w), configImportCommand(w), configDiffCommand(w))
	dataFlag(c)
	return c
}

func configExportCommand(w world) *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "export DIR",
		Short: "write the running configuration's files into a folder",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return withProcess(c, w, func(_ context.Context, p *assemble.Process) error {
				return exportConfig(w, p.Settings.Current(), args[0], force)
			})
		},
	}
	c.Flags().BoolVar(&force, "force", false, "replace and remove configuration files in the folder that differ")
	return c
}

// exportConfig makes the folder's configuration files those of the snapshot;
// other files in it stay as they are.
func exportConfig(w world, s *config.Snapshot, dir string, force bool) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("export the configuration: %w", err)
	}
	there, err := config.ReadFiles(os.DirFS(dir))
	if err != nil {
		return err
	}
	for _, path := range slices.Sorted(maps.Keys(there)) {
		if !force && !bytes.Equal(there[path], s.Files[path]) {
			return fmt.Errorf("%s would be lost; --force replaces it", filepath.Join(dir, path))
		}
	}
	for _, path := range s.Paths() {
		at := filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			return fmt.Errorf("export the configuration: %w", err)
		}
		if err := os.WriteFile(at, s.Files[path], 0o644); err != nil {
			return fmt.Errorf("export the configuration: %w", err)
		}
		delete(there, path)
	}
	for _, path := range slices.Sorted(maps.Keys(there)) {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(path))); err != nil {
			return fmt.Errorf("export the configuration: %w", err)
		}
		fmt.Fprintf(w.out, "removed %s: not in the running configuration\n", path)
	}
	fmt.Fprintf(w.out, "version %d: %d files in %s\n", s.Version, len(s.Files), dir)
	return nil
}

func configImportCommand(w world) *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:   "import DIR",
		Short: "make a folder's files the running configuration; services follow at once",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			files, faults := checkedFiles(args[0])
			for _, err := range faults {
				fmt.Fprintln(w.err, err)
			}
			if len(faults) > 0 {
				return errFailed
			}
			if why == "" {
				why = "imported from " + args[0]
			}
			return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
				return importConfig(ctx, w, p.Settings, files, why)
			})
		},
	}
	c.Flags().StringVar(&why, "why", "", "the reason, kept in the history")
	return c
}

// importConfig saves the files as a new version where they differ from the
// running one.
func importConfig(ctx context.Context, w world, r *config.Running, files map[string][]byte, why string) error {
	return saveConfig(ctx, w, r, r.Current(), files, why)
}

// saveConfig saves the files as the version after now.
func saveConfig(ctx context.Context, w world, r *config.Running, now *config.Snapshot, files map[string][]byte, why string) error {
	if maps.EqualFunc(now.Files, files, bytes.Equal) {
		_, err := fmt.Fprintf(w.out, "version %d is the same: nothing to do\n", now.Version)
		return err
	}
	v, err := r.Save(ctx, files, now.Version, operator(), why)
	if errors.Is(err, bus.ErrConflict) {
		return fmt.Errorf("somebody else saved a version meanwhile; look at 'kulkul config diff' and import again: %w", err)
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w.out, "version %d by %s: %s\n", v.Number, v.By, v.Why)
	return err
}

// operator is who runs this command: the account's name, or its number.
func operator() string {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return u.Username
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

func configDiffCommand(w world) *cobra.Command {
	return &cobra.Command{
		Use:   "diff [DIR]",
		Short: "how the running configuration differs from a folder's files; exit 0 same, 1 different",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			dir := configDir(c)
			if len(args) > 0 {
				dir = args[0]
			}
			if _, err := os.Stat(dir); err != nil {
				return fmt.Errorf("read configuration: %w", err)
			}
			files, err := config.ReadFiles(os.DirFS(dir))
			if err != nil {
				return err
			}
			return withProcess(c, w, func(_ context.Context, p *assemble.Process) error {
				return diffConfig(w, dir, files, p.Settings.Current())
			})
		},
	}
}

// diffConfig prints what has changed since the files, file by file.
func diffConfig(w world, dir string, files map[string][]byte, s *config.Snapshot) error {
	all := maps.Clone(files)
	maps.Copy(all, s.Files)
	differ := false
	for _, path := range slices.Sorted(maps.Keys(all)) {
		before, after := "", ""
		if _, ok := files[path]; ok {
			before = filepath.Join(dir, path)
		}
		if _, ok := s.Files[path]; ok {
			after = fmt.Sprintf("running version %d/%s", s.Version, path)
		}
		if text := unified.Diff(before, after, string(files[path]), string(s.Files[path])); text != "" {
			differ = true
			fmt.Fprint(w.out, text)
		}
	}
	if differ {
		return errFailed
	}
	return nil
}
