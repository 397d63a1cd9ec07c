package opml

import (
	"reflect"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Merged is what becomes of the sources there are when a list is taken in.
type Merged struct {
	Sources []kulkul.Source
	// Added, Changed and Same are ids of the list's sources; Known are feeds of
	// other readers' outlines whose address is polled already.
	Added, Changed, Same, Known []string
}

// Merge puts a list among the sources there are. A source that the product wrote
// replaces the one of its id, with its feeds. One that was made from another
// reader's outline never does: it gets an id that is free, and comes without
// the feeds whose address is there already.
func Merge(have []kulkul.Source, l List) Merged {
	m := Merged{Sources: append([]kulkul.Source(nil), have...)}
	at, taken, polled := map[string]int{}, map[string]bool{}, map[string]string{}
	note := func(i int, s kulkul.Source) {
		at[s.ID], taken["s"+s.ID] = i, true
		for _, f := range s.Feeds {
			taken["f"+f.ID] = true
			if f.URL != "" {
				polled[feed.Canonical(f.URL)] = f.ID
			}
		}
	}
	for i, s := range have {
		note(i, s)
	}
	for _, s := range l.Sources {
		if !l.made["s"+s.ID] {
			i, there := at[s.ID]
			switch {
			case !there:
				i = len(m.Sources)
				m.Sources, m.Added = append(m.Sources, s), append(m.Added, s.ID)
			case same(m.Sources[i], s):
				m.Same = append(m.Same, s.ID)
			default:
				m.Sources[i], m.Changed = s, append(m.Changed, s.ID)
			}
			note(i, s)
			continue
		}
		var feeds []kulkul.Feed
		for _, f := range s.Feeds {
			if other, ok := polled[feed.Canonical(f.URL)]; ok {
				m.Known = append(m.Known, f.URL+" is polled as "+other)
				continue
			}
			f.ID = free(taken, "f", f.ID)
			feeds = append(feeds, f)
		}
		if len(feeds) == 0 {
			continue
		}
		s.ID, s.Feeds = free(taken, "s", s.ID), feeds
		s.Owner = s.ID
		m.Sources, m.Added = append(m.Sources, s), append(m.Added, s.ID)
		note(len(m.Sources)-1, s)
	}
	return m
}

// same compares sources by value; a list without feeds is one of none.
func same(a, b kulkul.Source) bool {
	if !a.Since.Equal(b.Since) || len(a.Feeds) != len(b.Feeds) {
		return false
	}
	for i := range a.Feeds {
		if a.Feeds[i] != b.Feeds[i] {
			return false
		}
	}
	a.Since, a.Feeds, b.Feeds = b.Since, nil, nil
	return reflect.DeepEqual(a, b)
}
