package config

import (
	"fmt"
	"net/url"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// ParseSources reads sources.yaml: a list under "sources". All faults are
// reported at once: malformed or repeated ids, unknown tracks and grades, feed
// addresses that are no http(s) URL or carry credentials, schedules that
func ParseSources(name string, data []byte) ([]kulkul.Source, error) {
	var file struct {
		Sources []kulkul.Source `yaml:"sources"`
	}
	if err := Decode(name, data, &file); err != nil {
		return nil, err
	}
	c := sourceCheck{at: newLocator(name, data), sources: map[string]bool{}, feeds: map[string]bool{}, urls: map[string]string{}}
	for i, s := range file.Sources {
		c.source(fmt.Sprintf("$.sources[%d]", i), s)
	}
	return file.Sources, c.found.Err()
}

type sourceCheck struct {
	at      locator
	found   Problems
	sources map[string]bool
	feeds   map[string]bool
	urls    map[string]string
}

func (c *sourceCheck) fault(path, format string, args ...any) {
	c.found = append(c.found, c.at.at(path, format, args...))
}

func (c *sourceCheck) source(path string, s kulkul.Source) {
	switch {
	case !kulkul.ValidID(s.ID):
		c.fault(path+".id", "source id %q: want 1 to 64 of a–z, 0–9 and '-'", s.ID)
	case c.sources[s.ID]:
		c.fault(path+".id", "source id %q is used twice", s.ID)
	}
	c.sources[s.ID] = true
	if s.Name == "" {
		c.fault(path, "source %q has no name", s.ID)
	}
	if !kulkul.ValidID(s.Owner) {
		c.fault(path+".owner", "source %q: owner %q: want 1 to 64 of a–z, 0–9 and '-'", s.ID, s.Owner)
	}
	if !s.Track.Valid() {
		c.fault(path+".track", "source %q: track %q: want 1, 1.5, 2 or media", s.ID, s.Track)
	}
	if !s.Reliability.Valid() {
		c.fault(path+".reliability", "source %q: reliability %q: want A to F", s.ID, s.Reliability)
	}
	if !s.Handling.Valid() {
		c.fault(path+".handling", "source %q: handling %q: want public, members, eeps or unit", s.ID, s.Handling)
	}
	if s.Country != "" && !validCountry(s.Country) {
		c.fault(path+".country", "source %q: country %q: want an ISO 3166-1 alpha-2 code in capitals", s.ID, s.Country)
	}
	for i, f := range s.Feeds {
		c.feed(fmt.Sprintf("%s.feeds[%d]", path, i), f)
	}
}

func (c *sourceCheck) feed(path string, f kulkul.Feed) {
	switch {
	case !kulkul.ValidID(f.ID):
		c.fault(path+".id", "feed id %q: want 1 to 64 of a–z, 0–9 and '-'", f.ID)
	case c.feeds[f.ID]:
		c.fault(path+".id", "feed id %q is used twice", f.ID)
	}
	c.feeds[f.ID] = true
	if f.URL == "" {
		if f.Schedule != "" {
			c.fault(path, "feed %q has a schedule and no url", f.ID)
		}
		return
	}
	u, err := url.Parse(f.URL)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		c.fault(path+".url", "feed %q: url %q: want http:// or https://", f.ID, f.URL)
	case u.User != nil:
		c.fault(path+".url", "feed %q: the url carries credentials", f.ID)
	case c.urls[f.URL] != "":
		c.fault(path+".url", "feed %q: the url is feed %q's", f.ID, c.urls[f.URL])
	}
	c.urls[f.URL] = f.ID
	if f.Schedule != "" {
		if err := checkSchedule(f.Schedule); err != nil {
			c.fault(path+".schedule", "feed %q: schedule %q: %v", f.ID, f.Schedule, err)
		}
	}
}

// validCountry takes two capitals; EU, which is not a state but a participant,
// has the shape.
func validCountry(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}
