package web

import (
	"html/template"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/console/web/chart"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Sources is the list of sources with their health.
func (p *Pages) Sources() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		body, err := p.View.Sources(r.Context())
		if err != nil {
			return err
		}
		return p.show(w, r, "sources", "Sources", "sources", body)
	})
}

type sourceBody struct {
	view.SourcePage
	Chart template.HTML
}

// Source is one source.
func (p *Pages) Source() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, err := p.View.Source(r.Context(), r.PathValue("id"))
		if err != nil {
			return err
		}
		body := sourceBody{SourcePage: s, Chart: chart.Daily{
			From: kulkul.DayOf(p.Now()) - kulkul.Day(len(s.Days)) + 1, Stories: s.Days, Noun: [2]string{"item", "items"},
			Small: true, Label: "Items a day"}.SVG()}
		return p.show(w, r, "source", s.Source.Name, "sources", body)
	})
}

// Rejections is what could not be taken in, and the quarantine.
func (p *Pages) Rejections() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		body, err := p.View.Rejections(r.Context())
		if err != nil {
			return err
		}
		return p.show(w, r, "rejections", "Quarantine and rejections", "sources", body)
	})
}
