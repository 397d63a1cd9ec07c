package feed

import (
	"strings"

	"github.com/kulkul-ews/kulkul/services/feed/date"
	"github.com/mmcdole/gofeed/atom"
)

// atom takes over what gofeed read of an Atom document.
func (p *parser) atom(f *atom.Feed) {
	info := &p.doc.Feed
	info.Title = p.line(firstOf(f.Title, value(f.Extensions, "dc", "title")))
	info.Description = p.paragraphs(f.Subtitle)
	info.Link = relation(f.Links, "alternate")
	info.Self = relation(f.Links, "self")
	info.Hub = relation(f.Links, "hub")
	info.Next = relation(f.Links, "next")
	info.Language = firstOf(info.Language, Language(value(f.Extensions, "dc", "language")))
	info.Updated, _, _ = date.Parse(f.Updated)
	info.UpdateEvery = updateEvery(value(f.Extensions, "sy", "updateperiod"), value(f.Extensions, "sy", "updatefrequency"))
	info.Complete = f.Extensions["fh"]["complete"] != nil
	p.doc.Items = make([]Entry, 0, len(f.Entries))
	for i, en := range f.Entries {
		if i < len(p.tidy.Marks) {
			en.ID = p.tidy.Marks[i].ID
		}
		e := p.entry(i, en)
		if len(e.Authors) == 0 { // RFC 4287, 4.2.1: the feed's stand for the entry's
			e.Authors = atomAuthors(f.Authors)
		}
		if i < len(p.tidy.Marks) {
			e.Line = p.tidy.Marks[i].Line
			e.Language = firstOf(e.Language, Language(p.tidy.Marks[i].Language))
		}
		e.Language = firstOf(e.Language, info.Language)
		p.doc.Items = append(p.doc.Items, e)
	}
}

func (p *parser) entry(i int, en *atom.Entry) Entry {
	x := en.Extensions
	e := Entry{
		Title: p.line(firstOf(en.Title, value(x, "dc", "title"), media(x, "title"))),
	}
	e.GUID, _ = Cut(strings.TrimSpace(en.ID), maxLink)
	e.Link = relation(en.Links, "alternate")
	if e.Link == "" {
		e.Link = p.permalink(e.GUID)
	}
	e.Link, _ = Cut(e.Link, maxLink)
	content := ""
	if en.Content != nil {
		content = en.Content.Value
	}
	p.content(&e,
		firstOf(en.Summary, value(x, "dc", "description"), media(x, "description")),
		firstOf(content, value(x, "content", "encoded"), value(x, "xhtml", "body"), value(x, "xhtml", "div")))
	p.dates(i, &e,
		[]stamp{{"published", en.Published}, {"dcterms:issued", value(x, "dcterms", "issued")}},
		[]stamp{{"updated", en.Updated}, {"dcterms:modified", value(x, "dcterms", "modified")},
			{"dc:date", value(x, "dc", "date")}, {"created", value(x, "dcterms", "created")}})
	e.Authors = names(atomAuthors(en.Authors), values(x, "dc", "creator"))
	if len(e.Authors) == 0 && en.Source != nil {
		e.Authors = atomAuthors(en.Source.Authors)
	}
	var categories []string
	for _, c := range en.Categories {
		categories = append(categories, firstOf(c.Label, c.Term))
	}
	e.Categories = names(categories, values(x, "dc", "subject"), keywords(media(x, "keywords")))
	e.Language = Language(value(x, "dc", "language"))
	e.Places = places(x)
	return e
}

// relation is the address of the last link of a relation. For the page itself,
// links to HTML go before links to anything else.
func relation(links []*atom.Link, rel string) string {
	found, other := "", ""
	for _, l := range links {
		href := strings.TrimSpace(l.Href)
		switch {
		case l.Rel != rel || href == "":
		case rel != "alternate" || page(l.Type):
			found = href
		default:
			other = href
		}
	}
	return firstOf(found, other)
}

func atomAuthors(people []*atom.Person) []string {
	var list []string
	for _, a := range people {
		list = append(list, firstOf(strings.TrimSpace(a.Name), strings.TrimSpace(a.Email)))
	}
	return names(list)
}
