package web

import (
	"context"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/console/web/atlas"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// topAlerts is how many open alerts stand beside the map.
const topAlerts = 7

type situationBody struct {
	view.Situation
	Map mapBody
	Top []view.AlertLine
	// ByLevel counts the flashpoints with alerts by level, the highest first.
	ByLevel []levelCount
	More    int
	// Since is what changed since the user's last visit.
	Since view.Since
}

type levelCount struct {
	Level kulkul.Level
	Count int
}

func byLevel(rows []view.Row) []levelCount {
	var out []levelCount
	for _, level := range []kulkul.Level{kulkul.Critical, kulkul.High, kulkul.Elevated, kulkul.Watch} {
		n := 0
		for _, row := range rows {
			if row.Level == level {
				n++
			}
		}
		if n > 0 {
			out = append(out, levelCount{level, n})
		}
	}
	return out
}

type mapBody struct {
	Width, Height int
	Land          string
	Marks         []mapMark
}

// mapMark is a flashpoint on the map with where its name is written.
type mapMark struct {
	Row          view.Row
	Others       []string
	X, Y         int
	Left, Top    int // of a square mark
	TextX, TextY int
	Anchor       string
}

// Situation is the first page.
func (p *Pages) Situation() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		before, err := p.Visit(r)
		if err != nil {
			return err
		}
		var s view.Situation
		var since view.Since
		err = view.AtOnce(r.Context(), func(ctx context.Context) (err error) {
			s, err = p.View.Situation(ctx, p.User(r))
			return err
		}, func(ctx context.Context) (err error) {
			since, err = p.View.Since(ctx, p.User(r), before)
			return err
		})
		if err != nil {
			return err
		}
		body := situationBody{Situation: s, Map: p.mapOf(s.Rows), Top: s.Alerts, ByLevel: byLevel(s.Rows), Since: since}
		if len(body.Top) > topAlerts {
			body.Top, body.More = body.Top[:topAlerts], len(body.Top)-topAlerts
		}
		return p.show(w, r, "situation", "Situation", "situation", body)
	})
}

func (p *Pages) mapOf(rows []view.Row) mapBody {
	m := mapBody{Width: atlas.Width, Height: atlas.Height, Land: p.land}
	byID := map[string]view.Row{}
	for _, row := range rows {
		byID[row.Flashpoint] = row
	}
	for _, place := range atlas.Places() {
		row, ok := byID[place.Flashpoint]
		if !ok {
			continue
		}
		at := atlas.Project(place.Lon, place.Lat)
		mark := mapMark{Row: row, Others: p.View.Names.Others(place.Flashpoint), X: int(at.X), Y: int(at.Y), Left: int(at.X) - 8, Top: int(at.Y) - 8}
		mark.label(place.Label)
		m.Marks = append(m.Marks, mark)
	}
	// What presses most is drawn last, over the rest.
	for i, j := 0, len(m.Marks)-1; i < j; i, j = i+1, j-1 {
		m.Marks[i], m.Marks[j] = m.Marks[j], m.Marks[i]
	}
	return m
}

// label places the name at a side of the mark.
func (m *mapMark) label(side string) {
	const away, half = 18, 7
	m.TextX, m.TextY, m.Anchor = m.X, m.Y, "middle" // two lines beside the mark
	switch side {
	case "e":
		m.TextX, m.Anchor = m.X+away, "start"
	case "w":
		m.TextX, m.Anchor = m.X-away, "end"
	case "n":
		m.TextY = m.Y - away - 2*half
	case "s":
		m.TextY = m.Y + away + 2*half
	}
}
