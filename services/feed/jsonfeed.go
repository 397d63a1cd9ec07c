package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/kulkul-ews/kulkul/services/feed/markup"
	jsonfeed "github.com/mmcdole/gofeed/json"
)

// json reads a JSON Feed. Its entries are read one by one, so that a field of
// the wrong type costs that field and no more.
func (p *parser) json(text string) error {
	p.setBase(p.opts.URL)
	text, err := p.wholeJSON(text)
	if err != nil {
		return err
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &head); err != nil {
		return fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	if !strings.Contains(string(head["version"]), "jsonfeed.org") && head["items"] == nil {
		return fmt.Errorf("%w: JSON of another kind", ErrNotFeed)
	}
	var items []json.RawMessage
	if err := json.Unmarshal(head["items"], &items); err != nil && head["items"] != nil {
		p.jsonFault(-1, "items", err)
	}
	delete(head, "items")
	authors := p.jsonInfo(head)
	for i, raw := range items {
		if i >= p.opts.MaxItems {
			p.doc.problem(-1, "items", CodeLimit, fmt.Sprintf("more than %d entries", p.opts.MaxItems))
			break
		}
		e := p.jsonItem(i, raw)
		if len(e.Authors) == 0 {
			e.Authors = authors
		}
		p.doc.Items = append(p.doc.Items, e)
	}
	return nil
}

// jsonInfo takes the feed's own fields over and gives its authors.
func (p *parser) jsonInfo(head map[string]json.RawMessage) []string {
	var f jsonfeed.Feed
	raw, err := json.Marshal(head)
	if err == nil {
		err = json.Unmarshal(raw, &f)
	}
	if err != nil {
		p.jsonFault(-1, "", err)
	}
	var hubs []struct {
		URL string `json:"url"`
	}
	if head["hubs"] != nil && json.Unmarshal(head["hubs"], &hubs) == nil && len(hubs) > 0 {
		p.doc.Feed.Hub = p.absolute(hubs[0].URL)
	}
	info := &p.doc.Feed
	info.Format = FormatJSON
	info.Version = strings.TrimPrefix(f.Version[strings.LastIndexByte(f.Version, '/')+1:], "version")
	info.Title = markup.OneLine(f.Title, maxTitle)
	info.Description = markup.OneLine(f.Description, maxTitle)
	if p.base == nil {
		p.setBase(f.FeedURL)
	}
	info.Link, info.Self, info.Next = p.absolute(f.HomePageURL), p.absolute(f.FeedURL), p.absolute(f.NextURL)
	info.Language, info.Complete = Language(f.Language), f.Expired
	return jsonAuthors(f.Author, f.Authors)
}

func (p *parser) jsonItem(i int, raw json.RawMessage) Entry {
	var it jsonfeed.Item
	if err := json.Unmarshal(raw, &it); err != nil {
		p.jsonFault(i, "", err)
		var id struct{ ID string } // gofeed gives up before it reads it
		if json.Unmarshal(raw, &id) == nil {
			it.ID = id.ID
		}
	}
	e := Entry{
		Title:      markup.OneLine(it.Title, maxTitle),
		Authors:    jsonAuthors(it.Author, it.Authors),
		Categories: names(it.Tags),
		Language:   firstOf(Language(it.Language), p.doc.Feed.Language),
	}
	e.GUID, _ = Cut(strings.TrimSpace(it.ID), maxLink)
	e.Link, _ = Cut(p.absolute(firstOf(it.URL, it.ExternalURL)), maxLink)
	if e.Link == "" {
		e.Link = p.permalink(e.GUID)
	}
	e.Summary = markup.Plain(it.Summary, p.opts.MaxText).Text
	c := markup.Clean(it.ContentHTML, p.base, p.opts.MaxText)
	if it.ContentHTML == "" {
		c = markup.Plain(firstOf(it.ContentText, it.Summary), p.opts.MaxText)
	}
	e.Text, e.HTML, e.Truncated = c.Text, c.HTML, c.Cut
	p.dates(i, &e, []stamp{{"date_published", it.DatePublished}}, []stamp{{"date_modified", it.DateModified}})
	return e
}

// jsonFault notes a field of the wrong type.
func (p *parser) jsonFault(i int, field string, err error) {
	reason := err.Error()
	if fault := new(json.UnmarshalTypeError); errors.As(err, &fault) {
		field, reason = firstOf(fault.Field, field), "is a JSON "+fault.Value
	}
	p.doc.Problems = append(p.doc.Problems, Problem{Index: i, Field: field, Code: CodeField, Reason: reason})
}

func jsonAuthors(one *jsonfeed.Author, list []*jsonfeed.Author) []string {
	if one != nil && len(list) == 0 {
		list = []*jsonfeed.Author{one}
	}
	var out []string
	for _, a := range list {
		if a != nil {
			out = append(out, firstOf(a.Name, a.URL))
		}
	}
	return names(out)
}

// absolute resolves an address against the document's; one that is absolute
// comes back as it is spelled.
func (p *parser) absolute(ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || p.base == nil || webAddress(ref) {
		return ref
	}
	if u := resolve(p.base, ref); u != nil {
		return u.String()
	}
	return ref
}
