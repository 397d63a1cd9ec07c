package web

import (
	"fmt"
	"html/template"
	"net/http"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/console/web/chart"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
)

type flashpointBody struct {
	view.FlashpointPage
	Ranges     []rangeLink
	TotalChart template.HTML
	Charts     []areaChart
}

type rangeLink struct {
	Days int
	Text string
	On   bool
}

type areaChart struct {
	view.AreaSeries
	SVG template.HTML
}

// Flashpoint is one flashpoint's page.
func (p *Pages) Flashpoint() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		days, err := strconv.Atoi(r.URL.Query().Get("days"))
		if err != nil {
			days = 0 // the default range
		}
		f, err := p.View.Flashpoint(r.Context(), p.User(r), r.PathValue("id"), days)
		if err != nil {
			return err
		}
		body := flashpointBody{FlashpointPage: f, TotalChart: seriesChart(f.Name, "all areas", f.Total, f.Alerts, false)}
		for _, n := range view.Ranges() {
			body.Ranges = append(body.Ranges, rangeLink{n, rangeName(n), n == f.Days})
		}
		for _, a := range f.Areas {
			body.Charts = append(body.Charts, areaChart{a, seriesChart(f.Name, a.Name, a.Series, f.Alerts, true)})
		}
		return p.show(w, r, "flashpoint", f.Name, "situation", body)
	})
}

func rangeName(days int) string {
	switch {
	case days == 365:
		return "1 year"
	case days%7 == 0 && days < 90:
		return fmt.Sprintf("%d weeks", days/7)
	case days%30 == 0:
		return fmt.Sprintf("%d months", days/30)
	}
	return fmt.Sprintf("%d days", days)
}

// seriesChart draws a series with the episodes of its own alerts.
func seriesChart(flashpoint, area string, s *view.Series, alerts []view.AlertLine, small bool) template.HTML {
	var own []view.AlertLine
	for _, a := range alerts {
		if a.Alert.Key.Area == s.Pair.Area && a.Alert.Key.Flashpoint == s.Pair.Flashpoint {
			own = append(own, a)
		}
	}
	return chart.Daily{From: s.From, Stories: s.Stories, Owners: s.Owners, Bands: bands(own, s), Small: small,
		Label: "Stories a day, " + flashpoint + ", " + area}.SVG()
}
