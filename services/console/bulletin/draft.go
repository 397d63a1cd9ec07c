// Package bulletin drafts the weekly from the stored log, and keeps it while
// people edit and publish it.
//
// In: alert events, notices and stories of a week; an editor's words. Out: a
// bulletin in the bucket bulletins, and, when it is to be mailed, the same on
// jobs.bulletin for the notifier. Called by the console's root.
//
// The draft says of each flashpoint with an alert whether its level rose, fell
// or stayed between the week's beginning and its end, marks a conflict risk
// where a high level began or rose within the week, and a resolution
// opportunity where the detector saw one. It attributes what it says.
package bulletin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Log is what is stored of the time up to the week's end.
type Log struct {
	Events  []kulkul.AlertEvent // newest first, from long before the week on
	Notices []kulkul.Notice     // of the week
	// Sees reports whether the bulletin may speak of a flashpoint; Name gives
	// names to flashpoints and areas; Stories gives the week's most widely
	// carried stories of one, each a headline with who carried it.
	Sees    func(flashpoint string) bool
	Name    func(id string) string
	Stories func(flashpoint string) ([]string, error)
}

// week is how many days a bulletin covers.
const week = 7

// Draft makes the bulletin of the week that ends on a day.
func Draft(to kulkul.Day, log Log) (kulkul.Bulletin, error) {
	b := kulkul.Bulletin{ID: to.String(), From: to - week + 1, To: to, Handling: kulkul.Members,
		Title: fmt.Sprintf("The week to %s", to.Start().Format("2 January 2006"))}
	for _, id := range kulkul.Flashpoints() {
		if !log.Sees(id) {
			continue
		}
		e := entry(b, id, log)
		if e.Section == "" {
			continue
		}
		stories, err := log.Stories(id)
		if err != nil {
			return b, err
		}
		if len(stories) > 0 {
			e.Text += " Most widely carried: " + strings.Join(stories, "; ") + "."
		}
		b.Entries = append(b.Entries, e)
	}
	slices.SortStableFunc(b.Entries, func(x, y kulkul.BulletinEntry) int {
		rank := func(e kulkul.BulletinEntry) int { return slices.Index(kulkul.Sections(), e.Section) }
		return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(y.After, x.After))
	})
	return b, nil
}

// entry is one flashpoint's week; without a section where nothing is to say.
func entry(b kulkul.Bulletin, id string, log Log) kulkul.BulletinEntry {
	e := kulkul.BulletinEntry{Flashpoint: id}
	var alerts []kulkul.Alert
	e.Before, _ = level(id, b.From.Start(), log.Events)
	e.After, alerts = level(id, b.To.End(), log.Events)
	for _, n := range log.Notices {
		e.Opportunity = e.Opportunity || n.Kind == "opportunity" && n.Flashpoint == id
	}
	switch {
	case e.After > e.Before:
		e.Section = kulkul.Deteriorated
	case e.After < e.Before:
		e.Section = kulkul.Improved
	case e.After > kulkul.NoLevel || e.Opportunity:
		e.Section = kulkul.Unchanged
	default:
		return e
	}
	e.Risk = e.After >= kulkul.High && e.After > e.Before
	e.Text = words(e, alerts, log.Name)
	for _, a := range alerts {
		e.Alerts = append(e.Alerts, a.ID())
	}
	return e
}

// level is a flashpoint's highest level at an instant, with the alerts that
// were open then and that none other explained, the highest first.
func level(id string, at time.Time, newestFirst []kulkul.AlertEvent) (kulkul.Level, []kulkul.Alert) {
	seen := map[string]bool{}
	highest := kulkul.NoLevel
	var open []kulkul.Alert
	for _, e := range newestFirst {
		a := e.Alert
		if a.Key.Flashpoint != id || !e.At.Before(at) || seen[a.ID()] {
			continue
		}
		seen[a.ID()] = true
		if a.Inhibited == "" && (a.State == kulkul.Firing || a.State == kulkul.Recovering) {
			highest = max(highest, a.Level)
			open = append(open, a)
		}
	}
	slices.SortStableFunc(open, func(x, y kulkul.Alert) int { return cmp.Compare(y.Level, x.Level) })
	return highest, open
}

// words says in neutral English what the log holds.
func words(e kulkul.BulletinEntry, alerts []kulkul.Alert, name func(string) string) string {
	var b strings.Builder
	switch {
	case e.Before == kulkul.NoLevel && e.After > kulkul.NoLevel:
		fmt.Fprintf(&b, "Reporting rose to level %s.", e.After)
	case e.After == kulkul.NoLevel && e.Before > kulkul.NoLevel:
		fmt.Fprintf(&b, "Reporting fell back to what is usual; the week began at level %s.", e.Before)
	case e.Before != e.After:
		fmt.Fprintf(&b, "The level went from %s to %s.", e.Before, e.After)
	case e.After > kulkul.NoLevel:
		fmt.Fprintf(&b, "The level stayed at %s.", e.After)
	default:
		b.WriteString("Calm after an episode.")
	}
	for _, a := range alerts {
		area := "All areas"
		if a.Key.Area != kulkul.Any {
			area = name(a.Key.Area)
		}
		if len(a.Reasons) > 0 {
			fmt.Fprintf(&b, " %s: %s", area, a.Reasons[0].Text)
		}
	}
	return b.String()
}
