package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/console/web/chart"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type flashpointBody struct {
	view.FlashpointPage
	Ranges     []rangeLink
	TotalChart template.HTML
	Charts     []areaChart
	// Earlier, Later, Wider are addresses of neighbouring ranges; Later is empty
	// where the range ends today.
	Earlier, Later, Wider string
	Asked                 string // this range's own
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
		f, err := p.View.Flashpoint(r.Context(), p.User(r), r.PathValue("id"), RangeOf(r.URL.Query()))
		if err != nil {
			return err
		}
		body := flashpointBody{FlashpointPage: f, TotalChart: seriesChart(f.Name, "all areas", f.Total, f.Course, f.Alerts, false)}
		body.neighbours(kulkul.DayOf(p.Now()))
		for _, n := range view.Ranges() {
			body.Ranges = append(body.Ranges, rangeLink{n, rangeName(n), n == f.Days && f.To == kulkul.DayOf(p.Now())})
		}
		for _, a := range f.Areas {
			body.Charts = append(body.Charts, areaChart{a, seriesChart(f.Name, a.Name, a.Series, a.Course, f.Alerts, true)})
		}
		return p.show(w, r, "flashpoint", f.Name, "situation", body)
	})
}

// neighbours sets the ranges beside the one shown.
func (b *flashpointBody) neighbours(today kulkul.Day) {
	n := kulkul.Day(b.Days)
	b.Asked = between(b.From, b.To)
	b.Earlier, b.Wider = between(b.From-n, b.To-n), between(b.From-n/2, min(b.To+n/2, today))
	if b.To < today {
		to := min(b.To+n, today)
		b.Later = between(to-n+1, to)
	}
}

// between is the query of a range.
func between(from, to kulkul.Day) string { return "from=" + from.String() + "&to=" + to.String() }

// RangeOf reads the range a request asks for.
func RangeOf(v url.Values) view.Range {
	var g view.Range
	if days, err := strconv.Atoi(v.Get("days")); err == nil {
		g.Days = days
	}
	from, err := kulkul.ParseDay(v.Get("from"))
	to, err2 := kulkul.ParseDay(v.Get("to"))
	if err == nil && err2 == nil {
		g.From, g.To = from, to
	}
	return g
}

// Attribution says what the stories of a flashpoint's range are made of.
func (p *Pages) Attribution() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		s, err := p.View.Spike(r.Context(), p.User(r), r.PathValue("id"), RangeOf(r.URL.Query()))
		if err != nil {
			return err
		}
		return p.show(w, r, "attribution", p.View.Names.Name(s.Flashpoint), "situation", s)
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

// seriesChart draws a series with its course and the episodes of its own alerts.
func seriesChart(flashpoint, area string, s *view.Series, c view.Course, alerts []view.AlertLine, small bool) template.HTML {
	var own []view.AlertLine
	for _, a := range alerts {
		if a.Alert.Key.Area == s.Pair.Area && a.Alert.Key.Flashpoint == s.Pair.Flashpoint {
			own = append(own, a)
		}
	}
	return chart.Daily{From: s.From, Stories: s.Stories, Owners: s.Owners, Bands: bands(own, s), Small: small,
		Usual: c.Expected, AlarmFrom: c.AlarmFrom, Alarms: c.Alarms, Label: "Stories a day, " + flashpoint + ", " + area}.SVG()
}
