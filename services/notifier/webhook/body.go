package webhook

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Notification is what a receiver is told, before it has a format.
type Notification struct {
	Flashpoint string // id
	Name       string // neutral display name
	Episode    int    // of the flashpoint
	Kind       string // first, worse-…, repeat-n, resume-n, escalation-n, resolved
	Level      kulkul.Level
	At         time.Time
	Alerts     []kulkul.Alert // those that the receiver selects
	Items      []Item         // those that the receiver may see
	Areas      map[string]string
	Console    string // address without a slash at the end; empty: none is known
}

// Item is a report that an alert rests on.
type Item struct {
	ID        string    `json:"id"`
	Title     string    `json:"title"`
	Link      string    `json:"link,omitempty"`
	Publisher string    `json:"publisher"`
	Language  string    `json:"language,omitempty"`
	Published time.Time `json:"published,omitzero"`
}

// Body writes the notification in the receiver's format. The same notification
// gives the same bytes.
func (r Receiver) Body(n Notification) ([]byte, error) {
	n.Console = strings.TrimSuffix(n.Console, "/")
	sort.SliceStable(n.Alerts, func(i, j int) bool {
		a, b := n.Alerts[i], n.Alerts[j]
		if a.Level != b.Level {
			return a.Level > b.Level
		}
		return a.Key.Area < b.Key.Area
	})
	var v any = own(n)
	if r.Format == Alertmanager {
		v = alertmanager(n, r.Name)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode webhook: %w", err)
	}
	return raw, nil
}

type envelope struct {
	Type      string    `json:"type"` // alert.first, alert.worse, alert.resolved …
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	Flashpoint   string       `json:"flashpoint"`
	Name         string       `json:"name"`
	Episode      int          `json:"episode"`
	Notification string       `json:"notification"`
	Level        kulkul.Level `json:"level"`
	Alerts       []alert      `json:"alerts"`
	Items        []Item       `json:"items"`
	Note         string       `json:"note"`
	Page         string       `json:"page,omitempty"`
}

type alert struct {
	ID       string       `json:"id"`
	Area     string       `json:"area"`
	State    kulkul.State `json:"state"`
	Level    kulkul.Level `json:"level"`
	Since    time.Time    `json:"since"`
	Fired    time.Time    `json:"fired,omitzero"`
	Resolved time.Time    `json:"resolved,omitzero"`
	Reasons  []reason     `json:"reasons"`
	Page     string       `json:"page,omitempty"`
}

type reason struct {
	Indicator string  `json:"indicator"`
	Day       string  `json:"day"`
	Window    int     `json:"window_days"`
	Observed  float64 `json:"observed"`
	Expected  float64 `json:"expected"`
	Bound     float64 `json:"bound"`
	Owners    int     `json:"publishers"`
	Countries int     `json:"countries"`
	Text      string  `json:"text"`
}

// note says what an alert is, wherever it is read.
const note = "Counts of published reports rose beyond what is usual. Nothing here is confirmed: read the items behind it, and judge."

func own(n Notification) envelope {
	kind, _, _ := strings.Cut(n.Kind, "-")
	e := envelope{Type: "alert." + kind, Timestamp: n.At.UTC(), Data: data{Flashpoint: n.Flashpoint, Name: n.Name, Episode: n.Episode,
		Notification: n.Kind, Level: n.Level, Alerts: []alert{}, Items: append([]Item{}, n.Items...), Note: note, Page: n.page("/alerts")}}
	for _, a := range n.Alerts {
		one := alert{ID: a.ID(), Area: a.Key.Area, State: a.State, Level: a.Level, Since: a.Since.UTC(), Fired: a.FiredAt, Resolved: a.ResolvedAt,
			Reasons: []reason{}, Page: n.page("/alerts/" + a.ID())}
		for _, r := range a.Reasons {
			// How many publishers, not which: a name may be that of a closed source.
			one.Reasons = append(one.Reasons, reason{r.Indicator, r.Day.String(), r.Window, r.Observed, r.Expected, r.Bound, len(r.Owners), len(r.Countries), r.Text})
		}
		e.Data.Alerts = append(e.Data.Alerts, one)
	}
	return e
}

func (n Notification) page(path string) string {
	if n.Console == "" {
		return ""
	}
	return n.Console + path
}

// area is an area's name.
func (n Notification) area(id string) string {
	if name := n.Areas[id]; name != "" {
		return name
	}
	if id == kulkul.Any {
		return "all areas"
	}
	return id
}

func (n Notification) group() string {
	return `{}:{episode="` + strconv.Itoa(n.Episode) + `", flashpoint="` + n.Flashpoint + `"}`
}
