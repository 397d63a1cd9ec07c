package notifier

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// catalogue gives the neutral names of the running configuration's taxonomy, by
// language.
type catalogue struct {
	names atomic.Pointer[map[string]map[string]string]
}

// In gives the names in a language; empty where there are none yet.
func (c *catalogue) In(language string) map[string]string {
	names := c.names.Load()
	if names == nil {
		return nil
	}
	if m, ok := (*names)[language]; ok {
		return m
	}
	return (*names)[kulkul.Languages()[0]]
}

// Name of an area or a flashpoint; its id made readable where the taxonomy has
// no name.
func (c *catalogue) Name(id string) string {
	if name := c.In("en")[id]; name != "" {
		return name
	}
	if id == kulkul.Any {
		return "The region"
	}
	words := strings.Split(id, "-")
	for i, w := range words {
		if w != "" {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, " ")
}

// read takes the names of a configuration. One whose taxonomy cannot be read
// leaves the names as they are: a mail goes out all the same.
func (c *catalogue) read(s *config.Snapshot, log *slog.Logger) {
	t, err := lexicon.ReadCatalogue(s.FS(config.TaxonomyDir))
	if err != nil {
		log.Warn("names of the taxonomy cannot be read; mails keep those they had", "configuration", s.Version, "error", err)
		return
	}
	names := map[string]map[string]string{}
	for _, language := range kulkul.Languages() {
		names[language] = t.Names(language)
	}
	c.names.Store(&names)
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
