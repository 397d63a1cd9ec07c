package view

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// AlertPage is one episode of an alert with all that is known of it.
type AlertPage struct {
	AlertLine
	// At, where it is not zero, is the moment whose knowledge this is; Moments
	// are those at which the alert changed, oldest first.
	At      time.Time           `json:"at,omitzero"`
	Moments []time.Time         `json:"-"`
	Events  []kulkul.AlertEvent `json:"events"` // oldest first
	Reasons []kulkul.Reason     `json:"reasons"`
	// Series is the alert's series around the episode; Expected and Bound are
	// what its strongest reason held it against.
	Series   *Series `json:"series"`
	Expected float64 `json:"expected"`
	Bound    float64 `json:"bound"`
	// Course is what the series' days are held against by the rules in force;
	// empty where Expected says it, and in the past.
	Course Course `json:"course"`
	// Stories are the items it fired on, by story, the widest carried first.
	Stories []Story `json:"stories"`
	Count   int     `json:"items"` // of items shown
	// Hidden is how many of the items the user may not see, or are withdrawn.
	Hidden     int             `json:"hidden"`
	Deliveries []Told          `json:"deliveries"`
	Reviews    []kulkul.Review `json:"reviews"` // newest first
	Opinion    Opinion         `json:"opinion"`
	// Related are the other alerts of the same flashpoint episode.
	Related []AlertLine `json:"related"`
	// Explains is the alert that inhibits this one.
	Explains *AlertLine `json:"explains,omitempty"`
	// CoolDown is how long it must stay under its lower bound to be resolved, by
	// the indicators in force.
	CoolDown time.Duration `json:"cool_down,omitzero"`
	// Clears says, by indicator, when its reason no longer holds.
	Clears map[string]string `json:"clears,omitempty"`
	// Audit is who did what about it, newest first; for analysts.
	Audit []kulkul.Audit `json:"audit,omitempty"`
	// Recused says that the user's state is a party to the flashpoint.
	Recused bool `json:"recused"`
}

// Opinion sums up the assessments; the latest of each person counts, and
// remarks as a party are counted apart.
type Opinion struct {
	Concur    int      `json:"concur"`
	Doubt     int      `json:"doubt"`
	Parties   int      `json:"parties"`
	Countries []string `json:"countries"` // of those who concur or doubt
	Voices    []Voice  `json:"voices"`    // the same by track and country
}

// Voice is how many of one track and country judged how; either may be unknown.
type Voice struct {
	Track   kulkul.Track `json:"track,omitempty"`
	Country string       `json:"country,omitempty"`
	Concur  int          `json:"concur"`
	Doubt   int          `json:"doubt"`
}

// alertDays is how many days before its start an alert's series is shown.
const alertDays = 90

// Alert reads one episode by its id; store.ErrNotFound where there is none. A
// time at that is not zero shows it as it was known then: what was stored of
// the alert, the counts and the items later is left out.
func (r *Reader) Alert(ctx context.Context, u kulkul.User, id string, at time.Time) (AlertPage, error) {
	lines, err := r.lines(ctx, u, store.AlertFilter{Alert: id})
	if err != nil {
		return AlertPage{}, err
	}
	if len(lines) == 0 {
		return AlertPage{}, fmt.Errorf("alert %s: %w", id, store.ErrNotFound)
	}
	p := AlertPage{AlertLine: lines[0], At: at}
	for _, read := range []func(context.Context, kulkul.User, *AlertPage) error{
		r.alertLife, r.alertSeries, r.alertItems, r.alertPeople, r.alertRelated, r.alertAudit,
	} {
		if err := read(ctx, u, &p); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (r *Reader) alertLife(ctx context.Context, u kulkul.User, p *AlertPage) error {
	events, err := r.Store.AlertEvents(ctx, store.AlertFilter{Alert: p.ID})
	if err != nil {
		return fmt.Errorf("read life of alert: %w", err)
	}
	slices.Reverse(events)
	for _, e := range events {
		p.Moments = append(p.Moments, e.At)
	}
	if !p.At.IsZero() {
		events = slices.DeleteFunc(events, func(e kulkul.AlertEvent) bool { return e.At.After(p.At) })
		if len(events) == 0 {
			return fmt.Errorf("alert %s at %s: %w", p.ID, p.At.UTC().Format(time.RFC3339), store.ErrNotFound)
		}
		last := events[len(events)-1].Alert
		p.AlertLine = r.line(last, nil)
	}
	if stranger(u) {
		for i := range events {
			events[i].By, events[i].Alert = "", unnamed(events[i].Alert)
		}
	}
	if stranger(u) {
		p.Alert = unnamed(p.Alert)
	}
	p.Events, p.Reasons = events, p.Alert.Reasons
	if rules, err := indicator.Parse(config.IndicatorsFile, r.Settings.Current().Files[config.IndicatorsFile]); err == nil {
		p.CoolDown, p.Clears = rules.Life.CoolDown, clears(rules, p.Reasons) // else the page does without
	}
	return nil
}

func (r *Reader) alertSeries(ctx context.Context, _ kulkul.User, p *AlertPage) error {
	from, to := kulkul.DayOf(p.Alert.Since)-alertDays, r.today()
	if !p.At.IsZero() {
		to = kulkul.DayOf(p.At)
	}
	if !p.Alert.ResolvedAt.IsZero() {
		to = min(to, kulkul.DayOf(p.Alert.ResolvedAt)+7)
	}
	pair := kulkul.Pair{Flashpoint: p.Alert.Key.Flashpoint, Area: p.Alert.Key.Area}
	all, err := r.series(ctx, []string{pair.Flashpoint}, []string{pair.Area}, from, to, until(p.At))
	if err != nil {
		return err
	}
	p.Series = all[pair]
	if p.Series == nil {
		p.Series = newSeries(pair, from, int(to-from)+1)
	}
	if reason, ok := strongestReason(p.Reasons); ok && reason.Window <= 1 {
		p.Expected, p.Bound = reason.Expected, reason.Bound
	} else if p.At.IsZero() {
		courses, err := r.courses.get(ctx, r.Now(), countsFresh, r.readCourses)
		if err != nil {
			return err
		}
		p.Course = course(courses, p.Series)
	}
	return nil
}

// series reads the series of flashpoints and areas over days; no areas: all,
// with the totals. Known bounds when the items came in.
func (r *Reader) series(ctx context.Context, flashpoints, areas []string, from, to kulkul.Day, known store.Span) (map[kulkul.Pair]*Series, error) {
	counts, err := r.Store.Counts(ctx, r.Taxonomy(), from, to, store.CountFilter{Flashpoints: flashpoints, Areas: areas, Since: r.since(), Collected: known})
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	return arrange(counts, from, int(to-from)+1), nil
}

func (r *Reader) alertItems(ctx context.Context, u kulkul.User, p *AlertPage) error {
	items, err := r.Store.ItemsByID(ctx, r.Through(u), r.Taxonomy(), p.Alert.Items)
	if err != nil {
		return fmt.Errorf("read items of alert: %w", err)
	}
	aliases, err := r.storyAliases(ctx)
	if err != nil {
		return fmt.Errorf("read story joins: %w", err)
	}
	if !p.At.IsZero() {
		items = slices.DeleteFunc(items, func(t kulkul.Tagged) bool { return t.Item.Collected.After(p.At) })
	}
	seen := r.listed(u, items)
	p.Stories, p.Count = group(seen, aliases), len(seen)
	p.Hidden = len(p.Alert.Items) - len(seen)
	return nil
}

func (r *Reader) alertPeople(ctx context.Context, u kulkul.User, p *AlertPage) error {
	if stranger(u) {
		return nil // who judged and who was told is the forum's own
	}
	key := p.Alert.Key
	reviews, err := r.Store.Reviews(ctx, store.ReviewFilter{Key: &key, Episode: p.Alert.Episode, At: until(p.At)})
	if err != nil {
		return fmt.Errorf("read reviews of alert: %w", err)
	}
	p.Reviews, p.Opinion = reviews, weigh(reviews)
	if person, ok := r.Settings.Current().People.Find(u.Person); ok {
		p.Recused = r.Settings.Current().People.Recused(person, key.Flashpoint)
	}
	if p.Alert.FlashpointEpisode == 0 {
		return nil
	}
	deliveries, err := r.Store.Deliveries(ctx, store.DeliveryFilter{Flashpoint: key.Flashpoint, Episode: p.Alert.FlashpointEpisode, At: until(p.At)})
	if err != nil {
		return fmt.Errorf("read deliveries: %w", err)
	}
	for _, d := range deliveries {
		p.Deliveries = append(p.Deliveries, told(d, reviews))
	}
	return nil
}

// weigh counts the latest assessment of each person.
func weigh(newestFirst []kulkul.Review) Opinion {
	var o Opinion
	seen := map[string]bool{}
	for _, v := range newestFirst {
		if v.Assessment == nil || v.Assessment.Opinion == Concern || seen[v.Giver()] {
			continue
		}
		seen[v.Giver()] = true
		switch {
		case v.Assessment.AsParty:
			o.Parties++
			continue
		case v.Assessment.Opinion == "concur":
			o.Concur++
		case v.Assessment.Opinion == "doubt":
			o.Doubt++
		}
		if c := v.Assessment.Country; c != "" && !slices.Contains(o.Countries, c) {
			o.Countries = append(o.Countries, c)
		}
		o.voice(*v.Assessment)
	}
	slices.Sort(o.Countries)
	slices.SortFunc(o.Voices, func(a, b Voice) int {
		return cmp.Or(cmp.Compare(a.Track, b.Track), cmp.Compare(a.Country, b.Country))
	})
	return o
}

// voice counts a judgement to its track and country.
func (o *Opinion) voice(a kulkul.Assessment) {
	i := slices.IndexFunc(o.Voices, func(v Voice) bool { return v.Track == a.Track && v.Country == a.Country })
	if i < 0 {
		i = len(o.Voices)
		o.Voices = append(o.Voices, Voice{Track: a.Track, Country: a.Country})
	}
	switch a.Opinion {
	case "concur":
		o.Voices[i].Concur++
	case "doubt":
		o.Voices[i].Doubt++
	}
}

func (r *Reader) alertRelated(ctx context.Context, u kulkul.User, p *AlertPage) error {
	if !p.At.IsZero() {
		return nil // they are shown as they are now, which is not what was known
	}
	if p.Alert.FlashpointEpisode != 0 {
		lines, err := r.lines(ctx, u, store.AlertFilter{
			Flashpoint: p.Alert.Key.Flashpoint, FlashpointEpisode: p.Alert.FlashpointEpisode, Limit: 50})
		if err != nil {
			return err
		}
		p.Related = slices.DeleteFunc(lines, func(l AlertLine) bool { return l.ID == p.ID })
	}
	if p.Alert.Inhibited == "" {
		return nil
	}
	by, err := r.lines(ctx, u, store.AlertFilter{Alert: p.Alert.Inhibited})
	if err != nil || len(by) == 0 {
		return err
	}
	p.Explains = &by[0]
	return nil
}

// Last is when the alert last changed its state or level.
func (p AlertPage) Last() time.Time { return p.Alert.UpdatedAt }
