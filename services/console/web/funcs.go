package web

import (
	"fmt"
	"html/template"
	"io/fs"
	"math"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"github.com/kulkul-ews/kulkul/services/console/web/chart"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// shared are the templates that every page may use.
const shared = "templates/_*.html"

// parse reads every template as a page of its own over the shared ones.
func (p *Pages) parse() (map[string]*template.Template, error) {
	base, err := template.New("").Funcs(p.funcs()).ParseFS(templates, shared)
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	names, err := fs.Glob(templates, "templates/[a-z]*.html")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	pages := map[string]*template.Template{}
	for _, name := range names {
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("read templates: %w", err)
		}
		if t, err = t.ParseFS(templates, name); err != nil {
			return nil, fmt.Errorf("read template: %w", err)
		}
		pages[strings.TrimSuffix(path.Base(name), ".html")] = t
	}
	return pages, nil
}

// funcs are the words templates know beside their data.
func (p *Pages) funcs() template.FuncMap {
	return template.FuncMap{
		"asset":   p.Asset,
		"dict":    dict,
		"outbox":  func() bool { return p.Mailbox != nil },
		"ago":     func(t time.Time) string { return Ago(p.Now().Sub(t)) },
		"until":   func(t time.Time) string { return Span(t.Sub(p.Now())) },
		"span":    Span,
		"instant": instant,
		"day":     func(d kulkul.Day) string { return d.Start().Format("2 Jan 2006") },
		"since":   func(d kulkul.Day) string { return since(kulkul.DayOf(p.Now()) - d) },
		"iso":     func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		"tracks": func() []kulkul.Track {
			return []kulkul.Track{kulkul.TrackMedia, kulkul.Track2, kulkul.Track15, kulkul.Track1}
		},
		"grades": func() []kulkul.Reliability { return []kulkul.Reliability{"A", "B", "C", "D", "E", "F"} },
		"handlings": func() []kulkul.Handling {
			return []kulkul.Handling{kulkul.Public, kulkul.Members, kulkul.EEPs, kulkul.Unit}
		},
		"exact":     func(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) },
		"zero":      func(t time.Time) bool { return t.IsZero() },
		"name":      func(id string) string { return p.View.Names.Name(id) },
		"source":    func(id string) string { return p.View.SourceName(id) },
		"owner":     func(id string) string { return p.View.OwnerName(id) },
		"short":     view.Short,
		"title":     capital,
		"kindName":  func(kind string) string { return strings.ReplaceAll(kind, "-", " ") },
		"number":    figure,
		"percent":   func(v float64) string { return fmt.Sprintf("%.0f %%", v*100) },
		"count":     chart.Count,
		"plain":     Plain,
		"spark":     spark,
		"sparkDays": func(days []int, label string) template.HTML { return chart.Spark(days, 0, label) },
		"areas":     kulkul.Areas,
		"points":    p.View.Flashpoints,
		"public":    func(page string) bool { return p.View.Settings.Current().People.IsPublic(page) },
		"join":      strings.Join,
		"may":       func(u kulkul.User, role string) bool { return u.Role.AtLeast(kulkul.Role(role)) },
		"linkable":  linkable,
		"bytes":     size,
		"add":       func(a, b int) int { return a + b },
		"duration":  func(d time.Duration) string { return d.Round(time.Millisecond).String() },
		"initial":   func(s string, n int) string { return s[:min(n, len(s))] },
		"levels": func() []kulkul.Level {
			return []kulkul.Level{kulkul.Watch, kulkul.Elevated, kulkul.High, kulkul.Critical}
		},
		"stateClass": stateClass,
		"difflines":  diffLines,
	}
}

// dict makes a map of keys and values in turn, for templates that take several.
func dict(pairs ...any) map[string]any {
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// since says how many days ago a day was.
func since(days kulkul.Day) string {
	switch {
	case days <= 0:
		return "today"
	case days == 1:
		return "yesterday"
	}
	return fmt.Sprintf("%d d ago", days)
}

// instant is a time as people read it, in UTC.
func instant(t time.Time) string { return t.UTC().Format("2 Jan 2006 15:04 UTC") }

// Ago says how long ago something was, in one unit.
func Ago(d time.Duration) string {
	if d < 0 {
		return "in " + Span(-d)
	}
	if d < time.Minute {
		return "just now"
	}
	return Span(d) + " ago"
}

// Span is a duration in one unit.
func Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d d", int(d.Hours()/24))
}

// figure is a number with no more digits than a reader wants.
func figure(v float64) string {
	if math.Abs(v) >= 10 || v == math.Trunc(v) {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}

func size(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d B", n)
	case n < 1<<20:
		return fmt.Sprintf("%.0f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// linkable reports whether an address is one of the web, fit to be followed.
func linkable(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Plain is third-party text fit for places that cannot isolate its direction,
// such as a window's title: without control and direction characters, cut to
// 120 characters.
func Plain(s string) string {
	kept := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, s))
	if len(kept) > 120 {
		return string(kept[:119]) + "…"
	}
	return string(kept)
}

// spark draws a cell's series; nothing where there was no story.
func spark(c view.Cell) template.HTML {
	if c.Series == nil {
		return ""
	}
	label := fmt.Sprintf("%s in the last 7 days, usually %s", chart.Count(c.Series.Week, "story", "stories"), figure(c.Series.Usual))
	return chart.Spark(c.Series.Stories, c.Series.Usual, label)
}

// diffLine is a line of a difference.
type diffLine struct{ Class, Text string }

// diffLines cuts a unified diff into lines, without its head.
func diffLines(text string) []diffLine {
	var out []diffLine
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		case strings.HasPrefix(line, "@@"):
			out = append(out, diffLine{"hunk", line})
		case strings.HasPrefix(line, "+"):
			out = append(out, diffLine{"plus", line})
		case strings.HasPrefix(line, "-"):
			out = append(out, diffLine{"minus", line})
		default:
			out = append(out, diffLine{"same", line})
		}
	}
	return out
}

// stateClass groups the states of sources and stages by how they look.
func stateClass(state string) string {
	switch state {
	case "ok", "recovered":
		return "good"
	case "failing", "gone", "stalled", "revoked", "expired":
		return "bad"
	case "silent", "behind", "doubled", "backfilled", "new":
		return "warn"
	}
	return "none"
}
