package view

import (
	"context"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// System is how the product itself is.
type System struct {
	Stages  []Stage           `json:"stages"`
	Streams []bus.StreamState `json:"streams"`
	// Configuration is the version in force; Trouble says why a newer one is
	// not.
	Configuration int    `json:"configuration"`
	Trouble       string `json:"trouble,omitempty"`
	Taxonomy      string `json:"taxonomy"`
	// Away: ClickHouse does not answer.
	Away bool `json:"away,omitempty"`
}

// Stage is one step of the flow and whether it keeps up.
type Stage struct {
	Name  string `json:"name"`
	State string `json:"state"` // ok, behind, stalled
	Text  string `json:"text"`
}

// Degraded reports whether a stage does not keep up.
func (s System) Degraded() bool {
	for _, st := range s.Stages {
		if st.State != "ok" {
			return true
		}
	}
	return false
}

// A consumer is stalled when messages wait and none was acknowledged for
// stalledAfter; it is behind when more than farBehind wait.
const (
	stalledAfter = 5 * time.Minute
	farBehind    = 5000
	// archivePatience is how long the archive may take to answer.
	archivePatience = 3 * time.Second
	// pollGap is how long the collector may go without asking any feed.
	pollGap = time.Hour
)

// System reads how the stages keep up.
func (r *Reader) System(ctx context.Context) (System, error) {
	return r.system.get(ctx, r.Now(), systemFresh, func(ctx context.Context) (System, error) {
		snapshot := r.Settings.Current()
		s := System{Configuration: snapshot.Version, Taxonomy: r.Taxonomy()}
		if err := r.Settings.Err(); err != nil {
			s.Trouble = err.Error()
		}
		var err error
		if s.Streams, err = r.Bus.Streams(ctx); err != nil {
			return s, err
		}
		// This page is where one looks when the archive is away: it says so and
		// waits for it no longer than that.
		asked, cancel := context.WithTimeout(ctx, archivePatience)
		defer cancel()
		var collecting Stage
		if err = r.Store.Ping(asked); err == nil {
			collecting, err = r.collecting(asked)
		}
		if ctx.Err() != nil {
			return s, err
		}
		if err != nil {
			s.Away = true
			collecting = Stage{"archive", "stalled", "ClickHouse does not answer; what comes in waits on the bus and is not lost"}
		}
		s.Stages = append([]Stage{collecting}, stages(s.Streams, r.Now())...)
		return s, nil
	})
}

// collecting judges the collector by the newest fetch.
func (r *Reader) collecting(ctx context.Context) (Stage, error) {
	stage := Stage{Name: "collecting", State: "ok"}
	polls := false
	for _, s := range r.Settings.Current().Sources {
		for _, f := range s.Feeds {
			polls = polls || !s.Disabled && !f.Disabled && f.Schedule != ""
		}
	}
	if !polls {
		stage.Text = "no feed is polled"
		return stage, nil
	}
	newest, err := r.Store.Fetches(ctx, store.FetchFilter{Limit: 1})
	if err != nil {
		return stage, fmt.Errorf("read newest fetch: %w", err)
	}
	switch {
	case len(newest) == 0:
		stage.Text = "no feed was asked yet"
	case r.Now().Sub(newest[0].At) > pollGap:
		stage.State = "stalled"
		stage.Text = "no feed was asked since " + newest[0].At.UTC().Format("2 Jan 15:04") + " UTC"
	default:
		stage.Text = "last feed asked " + newest[0].At.UTC().Format("15:04") + " UTC"
	}
	return stage, nil
}

// stages judges each service by the messages that wait for it.
func stages(streams []bus.StreamState, now time.Time) []Stage {
	watched := []struct{ name, stream, durable string }{
		{"tagging", bus.Collected, bus.Tagger}, {"archiving", bus.TaggedItem, bus.Archiver},
		{"detecting", bus.Touched, bus.Detector}, {"notifying", bus.Alerts, bus.Notifier},
	}
	var out []Stage
	for _, w := range watched {
		for _, s := range streams {
			if s.Name != w.stream {
				continue
			}
			for _, d := range s.Durables {
				if d.Name == w.durable {
					out = append(out, judge(w.name, s, d, now))
				}
			}
		}
	}
	return out
}

func judge(name string, s bus.StreamState, d bus.DurableState, now time.Time) Stage {
	open := d.Waiting + uint64(d.Out)
	since := d.Acked
	if since.IsZero() {
		since = s.Last
	}
	// A message that has just come after a quiet hour is not stalled. While more
	// come all the time, the oldest that is there tells.
	oldest := s.Last
	if s.Interest && !s.First.IsZero() {
		oldest = s.First
	}
	switch {
	case open > 0 && !since.IsZero() && now.Sub(since) > stalledAfter && now.Sub(oldest) > stalledAfter:
		return Stage{name, "stalled", fmt.Sprintf("%d waiting, none done since %s UTC", open, since.Format("2 Jan 15:04"))}
	case open > farBehind:
		return Stage{name, "behind", fmt.Sprintf("%d waiting", open)}
	case open > 0:
		return Stage{name, "ok", fmt.Sprintf("%d under way", open)}
	}
	return Stage{name, "ok", "nothing waits"}
}
