package render

import "github.com/kulkul-ews/kulkul/services/kulkul"

// Chapter is a section of a bulletin with its entries.
type Chapter struct {
	Section kulkul.Section
	Entries []kulkul.BulletinEntry
}

// Chapters are the sections that have entries, in order.
func (v view) Chapters() []Chapter {
	var out []Chapter
	for _, section := range kulkul.Sections() {
		c := Chapter{Section: section}
		for _, e := range v.Bulletin.Entries {
			if e.Section == section {
				c.Entries = append(c.Entries, e)
			}
		}
		if len(c.Entries) > 0 && section != kulkul.LeftOut {
			out = append(out, c)
		}
	}
	return out
}

// Place is a flashpoint's name in the reader's language.
func (v view) Place(id string) string { return v.called(id, v.Content.Names[id]) }

// Covers names the days of a bulletin.
func (v view) Covers() (string, error) {
	from, err := v.words.Day(v.Bulletin.From)
	if err != nil {
		return "", err
	}
	to, err := v.words.Day(v.Bulletin.To)
	return v.said(err, "digest.headline", "from", from, "to", to)
}
