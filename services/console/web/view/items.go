package view

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// ItemQuery is what a person asked the list of items. Empty fields ask nothing.
type ItemQuery struct {
	Text       string     `json:"text,omitempty"`
	Area       string     `json:"area,omitempty"`
	Flashpoint string     `json:"flashpoint,omitempty"`
	Source     string     `json:"source,omitempty"`
	Country    string     `json:"country,omitempty"`
	Track      string     `json:"track,omitempty"`
	Language   string     `json:"language,omitempty"`
	Story      string     `json:"story,omitempty"` // any id of the story
	From       kulkul.Day `json:"from,omitzero"`
	To         kulkul.Day `json:"to,omitzero"`
	// All shows items without any tag, too.
	All    bool   `json:"all,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

// Listed is an item in a list.
type Listed struct {
	kulkul.Tagged
	SourceName string `json:"source_name"`
	// Title, Excerpt: the item's words, cut where evidence begins and ends.
	Title   []Segment `json:"title_segments"`
	Excerpt []Segment `json:"excerpt"`
	// Matched are the words outside title and excerpt that speak for a tag.
	Matched []string `json:"matched,omitempty"`
	Marks   []Mark   `json:"marks"`
}

// Mark is one tag of an item by name.
type Mark struct {
	ID    string  `json:"id"`
	Name  string  `json:"name"`
	Area  bool    `json:"area"` // an area, else a flashpoint
	Score float64 `json:"score"`
}

// ItemsPage is one page of items.
type ItemsPage struct {
	Query ItemQuery `json:"query"`
	Items []Listed  `json:"items"`
	Next  string    `json:"next,omitempty"`
	// Fault says what is wrong with the query, in words.
	Fault string `json:"fault,omitempty"`
}

const itemsPerPage = 40

// Items reads a page of items.
func (r *Reader) Items(ctx context.Context, u kulkul.User, q ItemQuery) (ItemsPage, error) {
	p := ItemsPage{Query: q}
	ask := store.ItemQuery{
		View: r.Through(u), Taxonomy: r.Taxonomy(), Text: q.Text, From: q.From, To: q.To,
		Tagged: !q.All, Limit: itemsPerPage, Cursor: q.Cursor, PerDay: r.perDay(q),
	}
	for _, f := range []struct {
		value string
		list  *[]string
	}{{q.Area, &ask.Areas}, {q.Flashpoint, &ask.Flashpoints}, {q.Source, &ask.Sources}, {q.Country, &ask.Countries}, {q.Language, &ask.Languages}} {
		if f.value != "" {
			*f.list = []string{f.value}
		}
	}
	if q.Story != "" {
		aliases, err := r.storyAliases(ctx)
		if err != nil {
			return p, fmt.Errorf("read story joins: %w", err)
		}
		ask.Stories = aliases.Members(q.Story)
	}
	if q.Track != "" {
		ask.Tracks = []kulkul.Track{kulkul.Track(q.Track)}
	}
	page, err := r.Store.Items(ctx, ask)
	if errors.Is(err, store.ErrQuery) {
		p.Fault = err.Error()
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("read items: %w", err)
	}
	p.Items, p.Next = r.listed(u, page.Items), page.Next
	return p, nil
}

// perDay is about how many items of a day a question by flashpoint, area or both
// selects, by the counts that are at hand; 0 where they do not tell.
func (r *Reader) perDay(q ItemQuery) float64 {
	counts, _, ok := r.counts.have(r.Now())
	if !ok || q.Flashpoint == "" && q.Area == "" || q.Text+q.Source+q.Country+q.Track+q.Language+q.Story != "" {
		return 0
	}
	pair := kulkul.Pair{Flashpoint: cmp.Or(q.Flashpoint, kulkul.Any), Area: cmp.Or(q.Area, kulkul.Any)}
	stories := 0
	for _, c := range counts {
		if c.Pair == pair {
			stories += c.Count.Stories
		}
	}
	return float64(stories) / window
}

// How much of a title and of a summary a list shows, in bytes at most.
const (
	titleLength   = 300
	excerptLength = 320
)

// listed makes lines of those items that a user may see.
func (r *Reader) listed(u kulkul.User, items []kulkul.Tagged) []Listed {
	out := make([]Listed, 0, len(items))
	for _, t := range items {
		if !r.SeesItem(u, t) {
			continue
		}
		out = append(out, Listed{
			Tagged: t, SourceName: r.SourceName(t.Item.Source), Marks: r.marks(t),
			Title:   shorten(Cut(t.Item.Title, r.places(t, "title")), titleLength),
			Excerpt: shorten(Cut(t.Item.Summary, r.places(t, "summary")), excerptLength),
			Matched: elsewhere(t),
		})
	}
	return out
}

// SourceName is the name of a source, or its id where it is no longer known.
func (r *Reader) SourceName(id string) string {
	if s, ok := r.Settings.Current().Source(id); ok && s.Name != "" {
		return s.Name
	}
	return id
}

// OwnerName is the name of an owner: that of the source of the same id where
// there is one, else its id in words.
func (r *Reader) OwnerName(id string) string {
	if s, ok := r.Settings.Current().Source(id); ok && s.Name != "" {
		return s.Name
	}
	return PlainNames{}.Name(id)
}

func (r *Reader) marks(t kulkul.Tagged) []Mark {
	var marks []Mark
	for _, f := range t.Flashpoints {
		marks = append(marks, Mark{ID: f.ID, Name: r.Names.Name(f.ID), Score: f.Score})
	}
	for _, a := range t.Areas {
		marks = append(marks, Mark{ID: a.ID, Name: r.Names.Name(a.ID), Area: true, Score: a.Score})
	}
	return marks
}

// elsewhere lists, once each, words of evidence in the text and its context
// that do not stand as evidence in title or summary.
func elsewhere(t kulkul.Tagged) []string {
	const most = 6
	var evidence []kulkul.Evidence
	for _, tag := range append(append([]kulkul.Tag{}, t.Flashpoints...), t.Areas...) {
		evidence = append(evidence, tag.Evidence...)
	}
	seen := map[string]bool{"": true}
	for _, e := range evidence {
		if e.Field == "title" || e.Field == "summary" {
			seen[strings.ToLower(e.Text)] = true
		}
	}
	var words []string
	for _, e := range evidence {
		if word := strings.ToLower(e.Text); !seen[word] && len(words) < most {
			seen[word] = true
			words = append(words, e.Text)
		}
	}
	return words
}

// ItemPage is one item whole.
type ItemPage struct {
	Listed
	// WholeTitle is the title where it is too long for a heading.
	WholeTitle []Segment `json:"whole_title,omitempty"`
	Summary    []Segment `json:"summary_segments"`
	Text       []Segment `json:"text_segments"`
	// Tags are all tags with their evidence.
	Areas       []TagView `json:"area_tags"`
	Flashpoints []TagView `json:"flashpoint_tags"`
	// Story are the other items of its story, oldest first.
	Story   []Listed        `json:"story_items"`
	Reviews []kulkul.Review `json:"reviews"`
	Source  kulkul.Source   `json:"-"`
}

// TagView is a tag with its name.
type TagView struct {
	kulkul.Tag
	Name string `json:"name"`
}

// Item reads one item; store.ErrNotFound where the user may not see it.
func (r *Reader) Item(ctx context.Context, u kulkul.User, id string) (ItemPage, error) {
	t, err := r.Store.Item(ctx, r.Through(u), r.Taxonomy(), id)
	if err != nil {
		return ItemPage{}, fmt.Errorf("read item %s: %w", id, err)
	}
	if !r.SeesItem(u, t) {
		return ItemPage{}, fmt.Errorf("item %s: %w", id, store.ErrNotFound)
	}
	p := ItemPage{Listed: r.listed(u, []kulkul.Tagged{t})[0]}
	if len(t.Item.Title) > titleLength {
		p.WholeTitle = Cut(t.Item.Title, r.places(t, "title"))
	}
	p.Summary = Cut(t.Item.Summary, r.places(t, "summary"))
	p.Text = Cut(t.Item.Text, r.places(t, "text"))
	for _, tag := range t.Areas {
		p.Areas = append(p.Areas, TagView{tag, r.Names.Name(tag.ID)})
	}
	for _, tag := range t.Flashpoints {
		p.Flashpoints = append(p.Flashpoints, TagView{tag, r.Names.Name(tag.ID)})
	}
	p.Source, _ = r.Settings.Current().Source(t.Item.Source)
	if t.Story != "" {
		same, err := r.Store.Story(ctx, r.Through(u), r.Taxonomy(), t.Story, t.Item.Entered)
		if err != nil {
			return p, fmt.Errorf("read story of item %s: %w", id, err)
		}
		for _, l := range r.listed(u, same) {
			if l.Item.ID != id {
				p.Story = append(p.Story, l)
			}
		}
	}
	if stranger(u) {
		return p, nil
	}
	p.Reviews, err = r.Store.Reviews(ctx, store.ReviewFilter{Item: id})
	if err != nil {
		return p, fmt.Errorf("read reviews of item %s: %w", id, err)
	}
	return p, nil
}
