package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// FlashpointPage is one flashpoint, or the region as a whole (kulkul.Any).
type FlashpointPage struct {
	ID     string       `json:"id"`
	Name   string       `json:"name"`
	Others []string     `json:"others,omitempty"` // further names, all claimants'
	Level  kulkul.Level `json:"level"`
	Days   int          `json:"days"` // length of the range shown
	From   kulkul.Day   `json:"from"`
	To     kulkul.Day   `json:"to"`
	Total  *Series      `json:"total"`
	Course Course       `json:"course"` // the total's
	Areas  []AreaSeries `json:"areas"`  // with any story in range, the busiest first
	Quiet  []string     `json:"quiet"`  // names of areas without a story
	Alerts []AlertLine  `json:"alerts"`
	// Stories of the range, the widest carried first; More are not shown.
	Stories []Story         `json:"stories"`
	More    int             `json:"more,omitempty"`
	Reviews []kulkul.Review `json:"reviews"` // notes and assessments, newest first
	// Concerns are what participants declared about it, newest first.
	Concerns []kulkul.Review `json:"concerns"`
}

// AreaSeries is a series with its area's name and alerts.
type AreaSeries struct {
	Name   string       `json:"name"`
	Series *Series      `json:"series"`
	Course Course       `json:"course"`
	Level  kulkul.Level `json:"level"`
	Alert  string       `json:"alert,omitempty"`
}

// Story is the items that tell one story.
type Story struct {
	ID    string    `json:"id"`
	Title string    `json:"title"` // of the item that came first
	First time.Time `json:"first"` // when that was published, else collected
	Last  time.Time `json:"last"`
	Items []Listed  `json:"items"` // oldest first
	// Owners are the distinct owners that carried it, Countries theirs.
	Owners    []string `json:"owners"`
	Countries []string `json:"countries"`
	Marks     []Mark   `json:"marks"`
}

// Ranges are the ranges, in days, that a flashpoint's page offers.
func Ranges() []int { return []int{14, 42, 90, 180, 365} }

// Concern is the opinion of a review that declares a concern.
const Concern = "concern"

// storyItems is how many items the stories of a page are made from, and
// shownStories how many of the stories it shows.
const (
	storyItems   = 400
	shownStories = 40
)

// Range is a stretch of days: the last Days, or From to To where they are set.
type Range struct {
	Days     int
	From, To kulkul.Day
}

// longest is the longest range, in days, that a page shows.
const longest = 730

// bounds gives the range's first and last day: within the past, a week long at
// least, the default where it says nothing that can be.
func (g Range) bounds(today kulkul.Day) (from, to kulkul.Day) {
	if g.From > 0 && g.To >= g.From {
		to = min(g.To, today)
		return max(min(g.From, to-week+1), to-longest+1), to
	}
	if !slices.Contains(Ranges(), g.Days) {
		g.Days = 42
	}
	return today - kulkul.Day(g.Days) + 1, today
}

// Flashpoint reads a flashpoint's page over a range of days.
func (r *Reader) Flashpoint(ctx context.Context, u kulkul.User, id string, g Range) (FlashpointPage, error) {
	if !slices.Contains(r.Flashpoints(u), id) {
		return FlashpointPage{}, fmt.Errorf("flashpoint %q: %w", id, store.ErrNotFound)
	}
	from, to := g.bounds(r.today())
	p := FlashpointPage{ID: id, Name: r.Names.Name(id), Others: r.Names.Others(id), Days: int(to-from) + 1, From: from, To: to}
	err := AtOnce(ctx, func(ctx context.Context) (err error) {
		p.Stories, p.More, err = r.Stories(ctx, u, ItemQuery{Flashpoint: id, From: from, To: to})
		return err
	}, func(ctx context.Context) (err error) {
		if p.Alerts, err = r.lines(ctx, u, store.AlertFilter{Flashpoint: id, Limit: 30}); err != nil {
			return err
		}
		return r.flashpointSeries(ctx, &p, to)
	}, func(ctx context.Context) error {
		if stranger(u) {
			return nil
		}
		return r.flashpointReviews(ctx, &p)
	})
	return p, err
}

// flashpointReviews fills in what people said, concerns apart.
func (r *Reader) flashpointReviews(ctx context.Context, p *FlashpointPage) error {
	reviews, err := r.Store.Reviews(ctx, store.ReviewFilter{
		Flashpoint: p.ID, Verdicts: []kulkul.Verdict{kulkul.Note, kulkul.Assess}, Limit: 60})
	if err != nil {
		return fmt.Errorf("read notes: %w", err)
	}
	for _, v := range reviews {
		if v.Assessment != nil && v.Assessment.Opinion == Concern {
			p.Concerns = append(p.Concerns, v)
		} else {
			p.Reviews = append(p.Reviews, v)
		}
	}
	return nil
}

func (r *Reader) flashpointSeries(ctx context.Context, p *FlashpointPage, to kulkul.Day) error {
	counts, err := r.countsOf(ctx, p.ID, p.From, to)
	if err != nil {
		return fmt.Errorf("read counts: %w", err)
	}
	all := arrange(counts, p.From, p.Days)
	total := kulkul.Pair{Flashpoint: p.ID, Area: kulkul.Any}
	if p.Total = all[total]; p.Total == nil {
		p.Total = newSeries(total, p.From, p.Days)
	}
	courses, err := r.courses.get(ctx, r.Now(), countsFresh, r.readCourses)
	if err != nil {
		return err
	}
	p.Course = course(courses, p.Total)
	var open []AlertLine
	for _, a := range p.Alerts {
		if a.Alert.Inhibited == "" && slices.Contains(liveStates(), a.Alert.State) {
			open = append(open, a)
			p.Level = max(p.Level, a.Alert.Level)
		}
	}
	levels := levelsOf(open)
	for _, area := range kulkul.Areas() {
		pair := kulkul.Pair{Flashpoint: p.ID, Area: area}
		s := all[pair]
		if !s.Any() {
			p.Quiet = append(p.Quiet, r.Names.Name(area))
			continue
		}
		p.Areas = append(p.Areas, AreaSeries{Name: r.Names.Name(area), Series: s, Course: course(courses, s), Level: levels[pair].level, Alert: levels[pair].alert})
	}
	slices.SortStableFunc(p.Areas, func(a, b AreaSeries) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(sum(b.Series.Stories), sum(a.Series.Stories)))
	})
	return nil
}
