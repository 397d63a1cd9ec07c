package notifier

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// What a mail shows of the past: charted days, earlier episodes, remarks.
const (
	chartDays = 42
	episodes  = 3
	remarks   = 3
)

// series reads the figures behind the strongest alert's first reason, as sums
// over the reason's window so that its threshold can be drawn beside them; nil
// where the alert has no reason.
func (s *Service) series(ctx context.Context, best kulkul.Alert) (*render.Series, error) {
	if len(best.Reasons) == 0 {
		return nil, nil
	}
	why := best.Reasons[0]
	window := max(why.Window, 1)
	from := why.Day - chartDays - kulkul.Day(window) + 2
	counts, err := s.deps.Store.Counts(ctx, best.Taxonomy, from, why.Day,
		store.CountFilter{Flashpoints: []string{best.Key.Flashpoint}, Areas: []string{best.Key.Area}})
	if err != nil {
		return nil, err
	}
	out := &render.Series{Area: best.Key.Area, First: why.Day - chartDays + 1, Last: why.Day, Window: window,
		Values: make([]float64, chartDays), Expected: why.Expected, Bound: why.Bound}
	for _, c := range counts {
		if c.Pair.Flashpoint != best.Key.Flashpoint || c.Pair.Area != best.Key.Area {
			continue
		}
		for d := c.Day; d < c.Day+kulkul.Day(window); d++ {
			if i := int(d - out.First); i >= 0 && i < chartDays {
				out.Values[i] += float64(c.Count.Stories)
			}
		}
	}
	return out, nil
}

// earlier reads the flashpoint's latest episodes before the one given.
func (s *Service) earlier(ctx context.Context, flashpoint string, number int) ([]render.Past, error) {
	alerts, err := s.deps.Store.Alerts(ctx, store.AlertFilter{Flashpoint: flashpoint, Live: true})
	if err != nil {
		return nil, err
	}
	byNumber := map[int]render.Past{}
	for _, a := range alerts {
		if a.FlashpointEpisode < 1 || a.FlashpointEpisode >= number || a.FiredAt.IsZero() {
			continue
		}
		p := byNumber[a.FlashpointEpisode]
		if p.Episode == 0 || a.FiredAt.Before(p.From) {
			p.From = a.FiredAt
		}
		p.Episode, p.Peak = a.FlashpointEpisode, max(p.Peak, a.Peak)
		if a.ResolvedAt.After(p.To) {
			p.To = a.ResolvedAt
		}
		byNumber[p.Episode] = p
	}
	var out []render.Past
	for _, p := range byNumber {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b render.Past) int { return b.Episode - a.Episode })
	return out[:min(len(out), episodes)], nil
}

// opinions reads what people declared about the flashpoint since the episode
// began. Notes stay on the console: they may be for the ARF Unit alone. What a
// party's national said is shown apart and not counted as a judgement.
func (s *Service) opinions(ctx context.Context, flashpoint string, since time.Time) (render.Opinions, error) {
	var out render.Opinions
	reviews, err := s.deps.Store.Reviews(ctx, store.ReviewFilter{Verdicts: []kulkul.Verdict{kulkul.Assess, kulkul.Note},
		Flashpoint: flashpoint, At: store.Span{From: since}})
	if err != nil {
		return out, err
	}
	type said struct{ by, text string }
	rated, shown := map[string]bool{}, map[said]bool{}
	for _, r := range reviews { // newest first: the latest word of each person counts
		a := r.Assessment
		if a == nil {
			continue
		}
		if !a.AsParty && !rated[r.Giver()] {
			rated[r.Giver()] = true
			out.Count(*a)
		}
		// One answer by mail is a review of each alert that the mail told of.
		text := said{r.Giver(), cmp.Or(a.Text, r.Text)}
		if text.text != "" && !shown[text] && len(out.Remarks) < remarks {
			shown[text] = true
			out.Remarks = append(out.Remarks, render.Remark{By: s.person(r.Giver()), Country: a.Country, AsParty: a.AsParty, Text: text.text, At: r.At})
		}
	}
	return out, nil
}

// person is the name of a person of the register, else the name given.
func (s *Service) person(id string) string {
	if p, ok := s.deps.Settings.Current().People.Find(id); ok {
		return p.Name
	}
	return id
}
