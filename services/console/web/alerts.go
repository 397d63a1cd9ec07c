package web

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/web/chart"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type alertsBody struct {
	Query    view.AlertQuery
	Shows    []option
	Alerts   []view.AlertLine
	Silences []kulkul.Silenced
	Budget   view.Budget
}

// option is one choice of a form.
type option struct {
	Value, Text string
	On          bool
}

func options(chosen string, pairs ...string) []option {
	var out []option
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, option{pairs[i], pairs[i+1], pairs[i] == chosen})
	}
	return out
}

// AlertQueryOf reads what a request asks of the inbox; what it does not know it
// leaves out.
func AlertQueryOf(v url.Values) view.AlertQuery {
	q := view.AlertQuery{Show: v.Get("show"), Flashpoint: known(v.Get("flashpoint"), kulkul.Flashpoints()),
		Area: known(v.Get("area"), kulkul.Areas()), Inhibited: v.Get("explained") == "1"}
	if level, err := kulkul.ParseLevel(v.Get("level")); err == nil {
		q.Level = level
	}
	return q
}

func known(id string, ids []string) string {
	for _, k := range ids {
		if id == k {
			return id
		}
	}
	return ""
}

// Alerts is the inbox.
func (p *Pages) Alerts() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		q := AlertQueryOf(r.URL.Query())
		lines, err := p.View.Alerts(r.Context(), p.User(r), q)
		if err != nil {
			return err
		}
		silences, err := p.View.Silences(r.Context(), p.User(r))
		if err != nil {
			return err
		}
		budget, err := p.View.Budget(r.Context(), p.User(r))
		if err != nil {
			return err
		}
		return p.show(w, r, "alerts", "Alerts", "alerts", alertsBody{Query: q, Alerts: lines, Silences: silences, Budget: budget,
			Shows: options(q.Show, "", "open", "new", "open, not taken up", "pending", "pending", "resolved", "resolved", "all", "all")})
	})
}

type alertBody struct {
	view.AlertPage
	Chart  template.HTML
	Replay replay
}

// Alert is one episode.
func (p *Pages) Alert() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		a, err := p.View.Alert(r.Context(), p.User(r), r.PathValue("id"), MomentOf(r.URL.Query()))
		if err != nil {
			return err
		}
		body := alertBody{AlertPage: a, Chart: alertChart(a), Replay: replayOf(a)}
		return p.show(w, r, "alert", a.Name+", "+a.AreaName, "alerts", body)
	})
}

// replay leads through the moments at which an alert changed.
type replay struct {
	First, Before, After string // moments to go to; empty: none
	Field                string // the moment shown, as a form wants it
}

// fieldTime is how a browser's field gives a time, which is UTC here.
const fieldTime = "2006-01-02T15:04"

// MomentOf reads the moment a request wants to look from: RFC 3339, or as a
// browser's field gives it; zero where it names none.
func MomentOf(v url.Values) time.Time {
	for _, layout := range []string{time.RFC3339Nano, fieldTime + ":05", fieldTime} {
		if at, err := time.Parse(layout, v.Get("at")); err == nil {
			return at.UTC()
		}
	}
	return time.Time{}
}

func replayOf(a view.AlertPage) replay {
	var r replay
	at := a.At
	if at.IsZero() {
		if n := len(a.Moments); n > 0 {
			r.Field = a.Moments[n-1].UTC().Format(fieldTime + ":05")
		}
	} else {
		r.Field = at.Format(fieldTime + ":05")
	}
	text := func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }
	for i, m := range a.Moments {
		if i == 0 {
			r.First = text(m)
		}
		if at.IsZero() || m.Before(at) {
			r.Before = text(m)
		}
		if !at.IsZero() && m.After(at) && r.After == "" {
			r.After = text(m)
		}
	}
	return r
}

func alertChart(a view.AlertPage) template.HTML {
	s := a.Series
	return chart.Daily{From: s.From, Stories: s.Stories, Owners: s.Owners, Expected: a.Expected, Bound: a.Bound,
		Usual: a.Course.Expected, AlarmFrom: a.Course.AlarmFrom, Alarms: a.Course.Alarms,
		Bands: bands([]view.AlertLine{a.AlertLine}, s), Label: "Stories a day, " + a.Name + ", " + a.AreaName}.SVG()
}

// bands marks the days of alerts on a series.
func bands(lines []view.AlertLine, s *view.Series) []chart.Band {
	end := s.From + kulkul.Day(len(s.Stories)) - 1
	var out []chart.Band
	for _, l := range lines {
		to := end
		if !l.Alert.ResolvedAt.IsZero() {
			to = kulkul.DayOf(l.Alert.ResolvedAt)
		}
		out = append(out, chart.Band{From: kulkul.DayOf(l.Alert.Since), To: to, Level: l.Alert.Peak,
			Text: fmt.Sprintf("%s, episode %d: %s", l.AreaName, l.Alert.Episode, l.Alert.Peak)})
	}
	return out
}
