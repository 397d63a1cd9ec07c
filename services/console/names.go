package console

import (
	"bytes"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/kulkul-ews/kulkul/services/console/feeds"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// catalogue gives names from the taxonomy of the running configuration.
type catalogue struct {
	current atomic.Pointer[lexicon.Catalogue]
	// from are the files that current was made of; read alone uses it.
	from map[string][]byte
}

// Name of an area or a flashpoint.
func (c *catalogue) Name(id string) string {
	if t := c.current.Load(); t != nil {
		if name := t.Name(id, "en"); name != "" {
			return name
		}
	}
	return view.PlainNames{}.Name(id)
}

// Others lists the names of a flashpoint in other languages, in the order of
// the languages' codes.
func (c *catalogue) Others(id string) []string {
	t := c.current.Load()
	if t == nil {
		return nil
	}
	f, ok := t.Flashpoint(id)
	if !ok {
		return nil
	}
	var codes []string
	for code := range f.Names {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	var names []string
	for _, code := range codes {
		if n := f.Names[code]; n != "" && n != f.Names["en"] && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

// point is where the taxonomy puts a flashpoint on a map; nil where it does not.
func (c *catalogue) point(id string) *feeds.Point {
	t := c.current.Load()
	if t == nil {
		return nil
	}
	f, ok := t.Flashpoint(id)
	if !ok || !f.Centre.Set {
		return nil
	}
	return &feeds.Point{Lat: f.Centre.Lat, Lon: f.Centre.Lon}
}

// read takes the names of a configuration. One whose taxonomy cannot be read
// leaves the names as they are: pages show what is there.
func (c *catalogue) read(s *config.Snapshot, log *slog.Logger) {
	files := maps.Clone(s.Files)
	maps.DeleteFunc(files, func(path string, _ []byte) bool { return !strings.HasPrefix(path, config.TaxonomyDir+"/") })
	if c.from != nil && maps.EqualFunc(files, c.from, bytes.Equal) {
		return // reading them anew would give the same
	}
	t, err := lexicon.ReadCatalogue(s.FS(config.TaxonomyDir))
	if err != nil {
		log.Warn("names of the taxonomy cannot be read; ids are shown", "configuration", s.Version, "error", err)
		return
	}
	c.current.Store(t)
	c.from = files
}

// followNames takes the names of every new configuration.
func (s *Service) followNames(ctx context.Context) error {
	changed := s.deps.Settings.Subscribe(ctx)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
			s.names.read(s.deps.Settings.Current(), s.deps.Log)
		}
	}
}
