package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type itemsBody struct {
	Page      view.ItemsPage
	More      string // address of the page that follows
	Sources   []kulkul.Source
	Countries []string
	Tracks    []string
	Languages []string
	Saved     []SavedSearch
	Asked     string // the query without its place in the list
}

// SavedSearch is a search that the user saved.
type SavedSearch struct{ ID, Name, Query string }

// Link is the search's own address.
func (s SavedSearch) Link() string { return "/items?" + s.Query }

// As is the address of the same items in another format.
func (b itemsBody) As(format string) string { return "/items." + format + "?" + b.Asked }

// ItemQueryOf reads what a request asks of the list of items.
func ItemQueryOf(v url.Values) view.ItemQuery {
	q := view.ItemQuery{
		Text: v.Get("q"), Area: known(v.Get("area"), kulkul.Areas()), Flashpoint: known(v.Get("flashpoint"), kulkul.Flashpoints()),
		Source: v.Get("source"), Country: v.Get("country"), Track: v.Get("track"), Language: v.Get("language"), Story: v.Get("story"),
		All: v.Get("all") == "1", Cursor: v.Get("cursor"),
	}
	if d, err := kulkul.ParseDay(v.Get("from")); err == nil {
		q.From = d
	}
	if d, err := kulkul.ParseDay(v.Get("to")); err == nil {
		q.To = d
	}
	return q
}

// Items is the list of items with its search.
func (p *Pages) Items() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		page, err := p.View.Items(r.Context(), p.User(r), ItemQueryOf(r.URL.Query()))
		if err != nil {
			return err
		}
		body := itemsBody{Page: page, Tracks: []string{"1", "1.5", "2", "media"}}
		body.choices(p.View.Settings.Current().Sources)
		if body.Saved, err = p.Searches(r); err != nil {
			return err
		}
		asked := r.URL.Query()
		asked.Del("cursor")
		asked.Del("done")
		body.Asked = asked.Encode()
		if page.Next != "" {
			v := r.URL.Query()
			v.Set("cursor", page.Next)
			body.More = "/items?" + v.Encode()
		}
		return p.show(w, r, "items", "Items", "items", body)
	})
}

// choices lists what the filters offer: what the sources have.
func (b *itemsBody) choices(sources []kulkul.Source) {
	b.Sources = slices.SortedFunc(slices.Values(sources), func(a, c kulkul.Source) int {
		if a.Name < c.Name {
			return -1
		}
		return 1
	})
	for _, s := range sources {
		b.Countries = append(b.Countries, s.Country)
		b.Languages = append(b.Languages, s.Language)
		for _, f := range s.Feeds {
			b.Languages = append(b.Languages, f.Language)
		}
	}
	b.Countries, b.Languages = distinct(b.Countries), distinct(b.Languages)
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.DeleteFunc(slices.Compact(words), func(s string) bool { return s == "" })
}

type itemBody struct {
	view.ItemPage
	Points    []box
	AreaBoxes []box
	// Wrong are the tags, each with what a correction without it leaves.
	Wrong []wrongTag
}

// wrongTag is a tag that one key takes away.
type wrongTag struct {
	view.TagView
	Key                string // 1 to 9; empty beyond
	Flashpoints, Areas []string
}

func wrongTags(p view.ItemPage) []wrongTag {
	var out []wrongTag
	without := func(tags []view.TagView, id string) (ids []string) {
		for _, t := range tags {
			if t.ID != id {
				ids = append(ids, t.ID)
			}
		}
		return ids
	}
	for _, t := range append(slices.Clone(p.Flashpoints), p.Areas...) {
		w := wrongTag{TagView: t, Flashpoints: without(p.Flashpoints, t.ID), Areas: without(p.Areas, t.ID)}
		if len(out) < 9 {
			w.Key = strconv.Itoa(len(out) + 1)
		}
		out = append(out, w)
	}
	return out
}

// box is one choice of a correction.
type box struct {
	ID string
	On bool
}

func boxes(ids []string, tags []kulkul.Tag) []box {
	out := make([]box, len(ids))
	for i, id := range ids {
		out[i] = box{id, slices.ContainsFunc(tags, func(t kulkul.Tag) bool { return t.ID == id })}
	}
	return out
}

// Item is one item whole.
func (p *Pages) Item() http.Handler {
	return p.serve(func(w http.ResponseWriter, r *http.Request) error {
		item, err := p.View.Item(r.Context(), p.User(r), r.PathValue("id"))
		if err != nil {
			return err
		}
		body := itemBody{ItemPage: item, Wrong: wrongTags(item), Points: boxes(p.View.Flashpoints(p.User(r)), item.Tagged.Flashpoints),
			AreaBoxes: boxes(kulkul.Areas(), item.Tagged.Areas)}
		return p.show(w, r, "item", item.Item.Title, "items", body)
	})
}
