package tuning

import (
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// maxItems is how many items a trial tags, the newest first; shownItems how
// many of those that change it lists.
const (
	maxItems   = 10000
	shownItems = 60
)

// Tags is what a changed taxonomy would do to the span's items.
type Tags struct {
	Items  int  // tagged
	Capped bool // there are more, which were left out
	// Rows are the areas and flashpoints that gain or lose an item.
	Rows []TagRow
	// Gained and Lost are how many items have a tag that they had not, and the
	// reverse; Changed are the first of them.
	Gained, Lost int
	Changed      []ItemChange
}

// TagRow is one area or flashpoint.
type TagRow struct {
	ID            string
	Before, After int
	Gained, Lost  int
}

// ItemChange is one item whose tags change.
type ItemChange struct {
	ID, Title    string
	Gained, Lost []string
}

func newTags(shown func(id string) bool) *Tags {
	t := &Tags{}
	for _, id := range append(kulkul.Flashpoints(), kulkul.Areas()...) {
		if shown(id) {
			t.Rows = append(t.Rows, TagRow{ID: id})
		}
	}
	return t
}

// compare tags an item under both taxonomies and gives it as under the new one.
func (t *Tags) compare(stored kulkul.Tagged, old, changed *lexicon.Taxonomy) kulkul.Tagged {
	i := stored.Item
	text := lexicon.Text{Title: i.Title, Summary: i.Summary, Body: i.Text, Language: i.Language, Source: i.Source}
	before, after := stored.Flashpoints, changed.Tag(text)
	areas := stored.Areas
	if stored.Taxonomy != old.Version() {
		r := old.Tag(text)
		before, areas = r.Flashpoints, r.Areas
	}
	had, has := ids(before, areas), ids(after.Flashpoints, after.Areas)
	change := ItemChange{ID: i.ID, Title: i.Title}
	for n := range t.Rows {
		row := &t.Rows[n]
		was, is := slices.Contains(had, row.ID), slices.Contains(has, row.ID)
		if was {
			row.Before++
		}
		if is {
			row.After++
		}
		switch {
		case is && !was:
			row.Gained++
			change.Gained = append(change.Gained, row.ID)
		case was && !is:
			row.Lost++
			change.Lost = append(change.Lost, row.ID)
		}
	}
	t.count(change)
	stored.Flashpoints, stored.Areas = after.Flashpoints, after.Areas
	return stored
}

func (t *Tags) count(c ItemChange) {
	if t.Items++; t.Items >= maxItems {
		t.Capped = true
	}
	if len(c.Gained) > 0 {
		t.Gained++
	}
	if len(c.Lost) > 0 {
		t.Lost++
	}
	if len(c.Gained)+len(c.Lost) > 0 && len(t.Changed) < shownItems {
		t.Changed = append(t.Changed, c)
	}
}

// Moved are the rows that gain or lose an item.
func (t *Tags) Moved() []TagRow {
	return slices.DeleteFunc(slices.Clone(t.Rows), func(r TagRow) bool { return r.Gained+r.Lost == 0 })
}

func ids(lists ...[]kulkul.Tag) []string {
	var out []string
	for _, list := range lists {
		for _, tag := range list {
			out = append(out, tag.ID)
		}
	}
	return out
}
