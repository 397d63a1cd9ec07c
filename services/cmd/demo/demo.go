// Package demo is an invented world to show the product with: think tanks whose
// feeds it serves over local HTTP, two partners who push, and the people who
// are told.
//
// In: a clock, addresses to listen on. Out: feeds in four formats and several
// languages, of which one is broken, one slow, one gone and one no feed at all,
// and the configuration that watches them. Called by `kulkul up --demo` and by
// the end-to-end tests.
package demo

import (
	_ "embed"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

//go:embed feeds.yaml
var feedsFile []byte

// World is everything invented.
type World struct {
	Institutes []Institute `yaml:"institutes"`
	Pushes     []Institute `yaml:"pushes"`
}

// Institute is an invented publisher.
type Institute struct {
	ID          string             `yaml:"id"`
	Name        string             `yaml:"name"`
	Owner       string             `yaml:"owner"`
	Country     string             `yaml:"country"`
	Track       kulkul.Track       `yaml:"track"`
	Reliability kulkul.Reliability `yaml:"reliability"`
	Language    string             `yaml:"language"`
	Format      string             `yaml:"format"`    // rss, atom, rdf, json
	Behaviour   string             `yaml:"behaviour"` // "", slow, broken, gone, page
	Body        string             `yaml:"body"`      // of a push: items, feed
	Items       []Story            `yaml:"items"`
}

// Story is an invented item.
type Story struct {
	Ago     time.Duration `yaml:"ago"` // published so long before the start
	Title   string        `yaml:"title"`
	Summary string        `yaml:"summary"`
}

// Load reads the bundled world.
func Load() (World, error) {
	var w World
	if err := config.Decode("feeds.yaml", feedsFile, &w); err != nil {
		return w, fmt.Errorf("read the bundled feeds: %w", err)
	}
	return w, nil
}

// source is the institute as the product's configuration names it.
func (i Institute) source(url string, since time.Time) kulkul.Source {
	s := kulkul.Source{ID: i.ID, Name: i.Name, Owner: i.Owner, Country: i.Country, Track: i.Track,
		Language: i.Language, Reliability: i.Reliability, Since: since}
	if url == "" {
		s.Feeds = []kulkul.Feed{{ID: i.ID + "-push"}}
	} else {
		s.Feeds = []kulkul.Feed{{ID: i.ID, URL: url, Schedule: "@every 1m"}}
	}
	return s
}
