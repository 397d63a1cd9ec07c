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

// Since is what changed from an instant on.
type Since struct {
	From time.Time `json:"from"`
	News []News    `json:"news"` // the most pressing first
	More int       `json:"more"` // beyond those
}

// News is one thing that changed.
type News struct {
	At time.Time `json:"at"`
	// Kind is fired, worsened, eased, resolved, relapsed, recovering, escalated,
	// acknowledged, judged, noted, concern, source-silent, source-recovered, opportunity.
	Kind  string       `json:"kind"`
	Level kulkul.Level `json:"level"`
	Text  string       `json:"text"`
	Link  string       `json:"link"`
	By    string       `json:"by,omitempty"`
}

// shownNews is how many changes the situation lists.
const shownNews = 8

// Since reads what changed since an instant: alerts, judgements of others,
// notices. Of an alert that changed several times the last change counts.
func (r *Reader) Since(ctx context.Context, u kulkul.User, from time.Time) (Since, error) {
	s := Since{From: from}
	var events []kulkul.AlertEvent
	var reviews []kulkul.Review
	var notices []kulkul.Notice
	parts := []func(context.Context) error{func(ctx context.Context) (err error) {
		if events, err = r.Store.AlertEvents(ctx, store.AlertFilter{At: store.Span{From: from}, Live: true}); err != nil {
			return fmt.Errorf("read alert events: %w", err)
		}
		return nil
	}}
	if !stranger(u) {
		parts = append(parts, func(ctx context.Context) (err error) {
			reviews, err = r.Store.Reviews(ctx, store.ReviewFilter{At: store.Span{From: from}, Limit: 50,
				Verdicts: []kulkul.Verdict{kulkul.Assess, kulkul.Note}})
			if err != nil {
				return fmt.Errorf("read reviews: %w", err)
			}
			return nil
		}, func(ctx context.Context) (err error) {
			if notices, err = r.Store.Notices(ctx, store.NoticeFilter{At: store.Span{From: from}, Limit: 50}); err != nil {
				return fmt.Errorf("read notices: %w", err)
			}
			return nil
		})
	}
	if err := AtOnce(ctx, parts...); err != nil {
		return s, err
	}
	s.News = r.alertNews(u, events)
	if stranger(u) {
		for i := range s.News {
			s.News[i].By = ""
		}
	}
	for _, v := range reviews {
		if v.By != u.Name && v.Alert.Flashpoint != "" && r.Sees(u, v.Alert.Flashpoint) {
			s.News = append(s.News, r.reviewNews(v))
		}
	}
	for _, n := range notices {
		if r.Sees(u, n.Flashpoint) {
			s.News = append(s.News, r.noticeNews(n))
		}
	}
	return s.few(), nil
}

// few keeps the most pressing.
func (s Since) few() Since {
	slices.SortStableFunc(s.News, func(a, b News) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), b.At.Compare(a.At))
	})
	if len(s.News) > shownNews {
		s.News, s.More = s.News[:shownNews], len(s.News)-shownNews
	}
	return s
}

// alertNews takes, of events newest first, the last of each alert that people
// were to see.
func (r *Reader) alertNews(u kulkul.User, newestFirst []kulkul.AlertEvent) []News {
	var out []News
	told := map[string]bool{}
	for _, e := range newestFirst {
		id := e.Alert.ID()
		if told[id] || e.Change == kulkul.Opened || e.Alert.Inhibited != "" || !r.Sees(u, e.Alert.Key.Flashpoint) {
			continue
		}
		told[id] = true
		out = append(out, News{At: e.At, Kind: string(e.Change), Level: e.Alert.Level, By: e.By, Link: "/alerts/" + id,
			Text: r.flashpointName(e.Alert.Key.Flashpoint) + ", " + r.areaName(e.Alert.Key.Area)})
	}
	return out
}

func (r *Reader) reviewNews(v kulkul.Review) News {
	n := News{At: v.At, Kind: "noted", By: v.By, Text: r.flashpointName(v.Alert.Flashpoint) + ", " + r.areaName(v.Alert.Area),
		Link: "/alerts/" + kulkul.Alert{Key: v.Alert, Episode: v.Episode}.ID()}
	if v.Episode == 0 {
		n.Link, n.Text = "/flashpoints/"+v.Alert.Flashpoint, r.flashpointName(v.Alert.Flashpoint)
	}
	if v.Assessment != nil && v.Assessment.Opinion == Concern {
		n.Kind = "concern"
	}
	if v.Verdict == kulkul.Assess {
		n.Kind = "judged"
	}
	return n
}

func (r *Reader) noticeNews(n kulkul.Notice) News {
	news := News{At: n.At, Kind: n.Kind, Text: n.Text}
	switch {
	case n.Source != "":
		news.Link = "/sources/" + n.Source
	case n.Flashpoint != "" && n.Flashpoint != kulkul.None:
		news.Link = "/flashpoints/" + n.Flashpoint
	}
	return news
}
