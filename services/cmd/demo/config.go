package demo

import (
	"fmt"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// Files is the configuration that watches the sites: the files given, with
// sources replaced by the world's.
func (w World) Files(files map[string][]byte, sites []Site, now time.Time) (map[string][]byte, error) {
	var list struct {
		Sources []kulkul.Source `json:"sources"`
	}
	since := now.AddDate(-1, 0, 0).UTC().Truncate(24 * time.Hour)
	for _, s := range sites {
		list.Sources = append(list.Sources, s.source(s.URL, since))
	}
	for _, p := range w.Pushes {
		list.Sources = append(list.Sources, p.source("", since))
	}
	raw, err := yaml.MarshalWithOptions(list, yaml.UseJSONMarshaler())
	if err != nil {
		return nil, fmt.Errorf("write the demonstration's sources: %w", err)
	}
	out := map[string][]byte{}
	for path, data := range files {
		out[path] = data
	}
	out[config.SourcesFile] = raw
	return out, nil
}
