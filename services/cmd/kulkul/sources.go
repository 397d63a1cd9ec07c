package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/feed/opml"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

func sourcesCommand(w world) *cobra.Command {
	c := &cobra.Command{Use: "sources", Short: "lists of sources, in and out as OPML", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() }}
	c.AddCommand(sourcesExportCommand(w), sourcesImportCommand(w))
	c.PersistentFlags().String("file", "", "a sources.yaml to work on, in place of the running configuration")
	dataFlag(c)
	return c
}

// yamlFile is the value of --file.
func yamlFile(c *cobra.Command) string {
	path, err := c.Flags().GetString("file")
	if err != nil {
		panic(err) // the flag is defined above
	}
	return path
}

func sourcesExportCommand(w world) *cobra.Command {
	var title string
	c := &cobra.Command{
		Use:   "export",
		Short: "print the sources and their feeds, with every setting, as OPML 2.0",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if path := yamlFile(c); path != "" {
				sources, _, err := readSources(path)
				if err != nil {
					return err
				}
				return opml.Write(w.out, opml.List{Title: title, Sources: sources}, time.Now())
			}
			return withProcess(c, w, func(_ context.Context, p *assemble.Process) error {
				return opml.Write(w.out, opml.List{Title: title, Sources: p.Settings.Current().Sources}, time.Now())
			})
		},
	}
	c.Flags().StringVar(&title, "title", "Sources of Kulkul", "title of the list")
	return c
}

func sourcesImportCommand(w world) *cobra.Command {
	var partial bool
	var why string
	c := &cobra.Command{
		Use:   "import FILE.opml|-",
		Short: "add the sources of an OPML list, or change those that have the same id",
		Long: "Adds the sources of an OPML list, or changes those that have the same id. A list that 'kulkul sources export'\n" +
			"wrote brings every setting back. Outlines of other readers become sources of their own, whose reliability is\n" +
			"open (F) and whose addresses are unconfirmed; feeds that are polled already are left out. Nothing is ever\n" +
			"removed. Any fault in the list is told with its line and stops the import; --partial takes what is good.",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			list, err := readOPML(w, args[0], partial)
			if err != nil {
				return err
			}
			if why == "" {
				why = "sources imported from " + filepath.Base(args[0])
			}
			if path := yamlFile(c); path != "" {
				return importIntoFile(w, path, list)
			}
			return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
				now := p.Settings.Current()
				text, err := merged(w, config.SourcesFile, now.Files[config.SourcesFile], now.Sources, list)
				if err != nil {
					return err
				}
				files := maps.Clone(now.Files)
				files[config.SourcesFile] = text
				return saveConfig(ctx, w, p.Settings, now, files, why)
			})
		},
	}
	c.Flags().BoolVar(&partial, "partial", false, "take what is good of a list with faults")
	c.Flags().StringVar(&why, "why", "", "the reason, kept in the history")
	return c
}

// readOPML reads a list; where it has faults they are told, and without partial
// that is all.
func readOPML(w world, name string, partial bool) (opml.List, error) {
	r, err := open(w, name)
	if err != nil {
		return opml.List{}, err
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		return opml.List{}, fmt.Errorf("read %s: %w", name, err)
	}
	list, err := opml.Read(raw)
	if err != nil {
		return list, fmt.Errorf("read %s: %w", name, err)
	}
	for _, f := range list.Faults {
		fmt.Fprintf(w.err, "%s:%d: %s: %s\n", name, f.Line, f.Title, f.Reason)
	}
	if len(list.Faults) > 0 && !partial {
		fmt.Fprintln(w.err, "nothing was imported; --partial takes what is good")
		return list, errFailed
	}
	return list, nil
}

// readSources reads a sources.yaml; one that is not there lists none.
func readSources(path string) ([]kulkul.Source, []byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		raw, err = nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read sources: %w", err)
	}
	sources, err := config.ParseSources(path, raw)
	return sources, raw, err
}

func importIntoFile(w world, path string, list opml.List) error {
	sources, raw, err := readSources(path)
	if err != nil {
		return err
	}
	text, err := merged(w, path, raw, sources, list)
	if err != nil || bytes.Equal(text, raw) {
		return err
	}
	// A file of its own first, so that a full disk leaves the old one whole.
	draft := path + ".new"
	if err = os.WriteFile(draft, text, 0o644); err == nil {
		err = os.Rename(draft, path)
	}
	if err != nil {
		return fmt.Errorf("write sources: %w", err)
	}
	_, err = fmt.Fprintln(w.out, "written to", path)
	return err
}

// merged is the text of a sources.yaml with the list taken in, checked; what was
// done is told.
func merged(w world, name string, raw []byte, sources []kulkul.Source, list opml.List) ([]byte, error) {
	m := opml.Merge(sources, list)
	for _, known := range m.Known {
		fmt.Fprintln(w.err, known)
	}
	for _, group := range []struct {
		word string
		ids  []string
	}{{"added", m.Added}, {"changed", m.Changed}} {
		if len(group.ids) > 0 {
			fmt.Fprintf(w.out, "%s %d: %s\n", group.word, len(group.ids), strings.Join(group.ids, " "))
		}
	}
	if len(m.Added)+len(m.Changed) == 0 {
		fmt.Fprintln(w.out, "all of it is there already: nothing to do")
		return raw, nil
	}
	text, err := config.EditSources(name, raw, m.Sources)
	if err != nil {
		return nil, err
	}
	_, err = config.ParseSources(name, text)
	return text, err
}
