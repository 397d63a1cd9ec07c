package main

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// importFeed is the feed under which imported history came in.
const importFeed = "import"

// historian makes items of lines.
type historian struct {
	settings *config.Snapshot
	register backtest.Register
	now      time.Time
	// strangers are the publishers that sources.yaml does not have: the id that
	// each name was given, and how many items it has.
	strangers map[string]*stranger
}

type stranger struct {
	name  string
	items int
}

func newHistorian(s *config.Snapshot, now time.Time) *historian {
	return &historian{settings: s, register: backtest.NewRegister(s.Sources), now: now, strangers: map[string]*stranger{}}
}

// item makes a retrospective item of a line, or says what forbids it.
func (h *historian) item(l textLine) (kulkul.Item, error) {
	at, err := l.when()
	switch {
	case err != nil:
		return kulkul.Item{}, err
	case at.IsZero():
		return kulkul.Item{}, errors.New("no date, so nobody knows on which day it counts")
	case at.After(h.now):
		return kulkul.Item{}, fmt.Errorf("published %s lies in the future", l.Published)
	case l.ID == "" && l.Link == "":
		return kulkul.Item{}, errors.New("neither id nor link, so it could not be told from others")
	case strings.TrimSpace(l.Title+l.Summary+l.Text) == "":
		return kulkul.Item{}, errors.New("neither title nor text")
	}
	source, err := h.source(l.Source)
	if err != nil {
		return kulkul.Item{}, err
	}
	e := feed.Entry{GUID: l.ID, Link: l.Link, Title: l.Title, Summary: l.Summary, Text: l.Text, Language: l.Language,
		Published: at, PublishedDay: len(l.Published) == len(time.DateOnly)}
	i := e.Item(source, kulkul.Feed{ID: importFeed}, h.now)
	if i.Published.IsZero() {
		return kulkul.Item{}, fmt.Errorf("published %s: nobody can mean that year", l.Published)
	}
	i.Retrospective, i.Entered = true, i.Day()
	return i, nil
}

// source finds the first publisher that a line names.
func (h *historian) source(text string) (kulkul.Source, error) {
	name, _, _ := strings.Cut(text, ";")
	if name = strings.TrimSpace(name); name == "" {
		return kulkul.Source{}, errors.New("no source")
	}
	cited, _ := h.register.Cited(name)
	id := name
	if len(cited) > 0 {
		id = cited[0].Source
	}
	if s, known := h.settings.Source(id); known {
		return s, nil
	}
	id = idOf(name)
	if s, known := h.settings.Source(id); known {
		return s, nil
	}
	if h.strangers[id] == nil {
		h.strangers[id] = &stranger{name: name}
	}
	h.strangers[id].items++
	return kulkul.Source{ID: id, Name: name, Owner: id}, nil
}

// idOf makes a source id from a name: its letters a–z and digits, other runs of
// characters as one '-'. A name that is long, or has few such letters, gets a
// hash behind, so that no two names meet in one id for want of letters.
func idOf(name string) string {
	const longest, hash = 64, 8
	var b strings.Builder
	lost := false
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		lost = lost || r > 127
	}
	id := strings.Trim(b.String(), "-")
	if id != "" && !lost && len(id) <= longest {
		return id
	}
	id = strings.Trim(id[:min(len(id), longest-hash-1)], "-")
	return strings.TrimPrefix(id+"-"+kulkul.Hash("source", name)[:hash], "-")
}
