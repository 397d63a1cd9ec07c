package feed

import (
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed/date"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
)

// rss takes over what gofeed read of an RSS, RDF or CDF document.
func (p *parser) rss(f *rss.Feed) {
	info := &p.doc.Feed
	info.Title = p.line(firstOf(f.Title, value(f.Extensions, "dc", "title")))
	info.Description = p.paragraphs(firstOf(f.Description, value(f.Extensions, "itunes", "summary")))
	info.Link = strings.TrimSpace(firstOf(f.Link, atomLink(f.Extensions, "alternate")))
	info.Language = firstOf(Language(f.Language), Language(value(f.Extensions, "dc", "language")), info.Language)
	info.Self = atomLink(f.Extensions, "self")
	info.Hub = atomLink(f.Extensions, "hub")
	info.Next = atomLink(f.Extensions, "next")
	info.Updated, _, _ = date.Parse(firstOf(f.LastBuildDate, f.PubDate, value(f.Extensions, "dc", "date")))
	info.Complete = f.Extensions["fh"]["complete"] != nil
	p.rhythm(f)
	p.doc.Items = make([]Entry, 0, len(f.Items))
	for i, it := range f.Items {
		e := p.item(i, it)
		if i < len(p.tidy.Marks) {
			e.Line = p.tidy.Marks[i].Line
			e.Language = firstOf(e.Language, Language(p.tidy.Marks[i].Language))
		}
		e.Language = firstOf(e.Language, info.Language)
		p.doc.Items = append(p.doc.Items, e)
	}
}

// rhythm takes what a feed says about when to come back.
func (p *parser) rhythm(f *rss.Feed) {
	info := &p.doc.Feed
	if n, err := strconv.Atoi(strings.TrimSpace(f.TTL)); err == nil && n > 0 && n <= 60*24*365 {
		info.TTL = time.Duration(n) * time.Minute
	}
	info.UpdateEvery = updateEvery(value(f.Extensions, "sy", "updateperiod"), value(f.Extensions, "sy", "updatefrequency"))
	for _, h := range f.SkipHours {
		if n, err := strconv.Atoi(strings.TrimSpace(h)); err == nil && n >= 0 && n <= 24 {
			info.SkipHours = append(info.SkipHours, n%24)
		}
	}
	for _, d := range f.SkipDays {
		for day := time.Sunday; day <= time.Saturday; day++ {
			if strings.EqualFold(strings.TrimSpace(d), day.String()) {
				info.SkipDays = append(info.SkipDays, day)
			}
		}
	}
}

// updateEvery reads the syndication module: so many times a period.
func updateEvery(period, frequency string) time.Duration {
	every, ok := map[string]time.Duration{
		"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
		"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
	}[strings.ToLower(period)]
	if !ok {
		return 0
	}
	if n, err := strconv.Atoi(frequency); err == nil && n > 1 {
		every /= time.Duration(n)
	}
	return max(every, time.Minute)
}

func (p *parser) item(i int, it *rss.Item) Entry {
	x := it.Extensions
	e := Entry{
		Title: p.line(firstOf(it.Title, value(x, "dc", "title"), value(x, "atom", "title"), media(x, "title"), value(x, "itunes", "title"))),
	}
	permalink := ""
	if it.GUID != nil {
		e.GUID, _ = Cut(strings.TrimSpace(it.GUID.Value), maxLink)
		if it.GUID.IsPermalink == "true" {
			permalink = p.permalink(e.GUID)
		}
	}
	e.Link, _ = Cut(strings.TrimSpace(firstOf(atomLink(x, "alternate"), it.Link, permalink)), maxLink)
	p.content(&e,
		firstOf(it.Description, value(x, "dc", "description"), it.Custom["summary"], value(x, "atom", "summary"),
			value(x, "itunes", "summary"), it.Custom["abstract"], media(x, "description")),
		firstOf(it.Content, it.Custom["fullitem"], it.Custom["encoded"], it.Custom["content"], value(x, "atom", "content"),
			it.Custom["body"], value(x, "xhtml", "body"), value(x, "xhtml", "div")))
	p.dates(i, &e,
		[]stamp{{"pubDate", it.PubDate}, {"dcterms:issued", value(x, "dcterms", "issued")}, {"published", it.Custom["published"]},
			{"issued", it.Custom["issued"]}, {"published", value(x, "atom", "published")}},
		[]stamp{{"dc:date", value(x, "dc", "date")}, {"dcterms:modified", value(x, "dcterms", "modified")},
			{"updated", it.Custom["updated"]}, {"modified", it.Custom["modified"]}, {"updated", value(x, "atom", "updated")},
			{"lastBuildDate", it.Custom["lastbuilddate"]}, {"dcterms:created", value(x, "dcterms", "created")},
			{"prism:publicationDate", value(x, "prism", "publicationdate")}})
	e.Authors = itemAuthors(it)
	e.Categories = itemCategories(it)
	e.Language = Language(value(x, "dc", "language"))
	e.Places = places(x)
	return e
}

func itemAuthors(it *rss.Item) []string {
	x := it.Extensions
	var list []string
	for _, s := range append([]string{it.Author}, append(values(x, "dc", "creator"), values(x, "dc", "author")...)...) {
		list = append(list, person(s))
	}
	for _, a := range x["atom"]["author"] {
		list = append(list, firstOf(child(a, "name"), child(a, "email")))
	}
	if out := names(list); len(out) > 0 {
		return out
	}
	return names([]string{person(value(x, "itunes", "author"))})
}

func itemCategories(it *rss.Item) []string {
	x := it.Extensions
	var list []string
	for _, c := range it.Categories {
		list = append(list, c.Value)
	}
	for _, c := range x["atom"]["category"] {
		list = append(list, firstOf(c.Attrs["label"], c.Attrs["term"], c.Value))
	}
	for _, c := range x["media"]["category"] {
		list = append(list, firstOf(c.Attrs["label"], c.Value))
	}
	return names(list, values(x, "dc", "subject"), keywords(value(x, "itunes", "keywords")), keywords(value(x, "media", "keywords")))
}

// child is the text of an extension element's child.
func child(e ext.Extension, name string) string {
	for _, c := range e.Children[name] {
		if v := strings.TrimSpace(c.Value); v != "" {
			return v
		}
	}
	return ""
}

// atomLink is the last link of a relation among Atom links in an RSS document;
// for the page itself it must be HTML.
func atomLink(x ext.Extensions, rel string) string {
	found := ""
	for _, l := range x["atom"]["link"] {
		r := firstOf(l.Attrs["rel"], "alternate")
		if r == rel && l.Attrs["href"] != "" && (rel != "alternate" || page(l.Attrs["type"])) {
			found = l.Attrs["href"]
		}
	}
	return found
}

// page reports whether a link's media type, if any, is that of a page.
func page(kind string) bool { return kind == "" || strings.Contains(kind, "html") }
