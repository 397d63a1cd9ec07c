package feeds

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"
)

// The content types of the formats.
const (
	TypeAtom    = "application/atom+xml; charset=utf-8"
	TypeCAP     = "application/cap+xml; charset=utf-8"
	TypeFeed    = "application/feed+json; charset=utf-8"
	TypeGeoJSON = "application/geo+json; charset=utf-8"
	TypeCSV     = "text/csv; charset=utf-8"
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomAuthor  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Published  string         `xml:"published,omitempty"`
	Updated    string         `xml:"updated"`
	Author     *atomAuthor    `xml:"author"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary,omitempty"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

// urn is the identity of a thing in feeds: the same wherever the console is.
func urn(kind, id string) string { return "urn:kulkul:" + kind + ":" + id }

// AlertsAtom is a feed of alerts, in the order given.
func AlertsAtom(site Site, alerts []Alert, now time.Time) ([]byte, error) {
	f := atomFeed{ID: urn("feed", "alerts"), Title: site.Name + ": alerts", Author: atomAuthor{site.Name},
		Links: []atomLink{{"self", "application/atom+xml", site.Page("/alerts.atom")}, {"alternate", "text/html", site.Page("/alerts")}}}
	var latest time.Time
	for _, a := range alerts {
		id := a.ID()
		f.Entries = append(f.Entries, atomEntry{
			ID: urn("alert", id), Title: a.Title(), Published: instant(a.Since), Updated: instant(a.UpdatedAt), Summary: a.Text,
			Links:      []atomLink{{"alternate", "text/html", site.Page("/alerts/" + id)}, {"related", "application/cap+xml", site.Page("/alerts/" + id + ".cap")}},
			Categories: []atomCategory{{a.Key.Flashpoint}, {a.Key.Area}, {a.Level.String()}, {string(a.State)}},
		})
		if a.UpdatedAt.After(latest) {
			latest = a.UpdatedAt
		}
	}
	return f.encode(latest, now)
}

// ItemsAtom is a feed of items, in the order given. Self is its path with its
// query, without any token.
func ItemsAtom(site Site, title, self string, items []Item, now time.Time) ([]byte, error) {
	f := atomFeed{ID: urn("feed", self), Title: site.Name + ": " + title, Author: atomAuthor{site.Name},
		Links: []atomLink{{"self", "application/atom+xml", site.Page(self)}}}
	var latest time.Time
	for _, i := range items {
		e := atomEntry{ID: urn("item", i.Item.ID), Title: i.Item.Title, Published: instant(i.Said()), Updated: instant(i.Item.Collected),
			Author: &atomAuthor{i.SourceName}, Summary: i.Item.Summary, Links: []atomLink{{"related", "text/html", site.Page("/items/" + i.Item.ID)}}}
		if i.Item.Link != "" {
			e.Links = append(e.Links, atomLink{"alternate", "", i.Item.Link})
		}
		for _, id := range i.tags() {
			e.Categories = append(e.Categories, atomCategory{id})
		}
		f.Entries = append(f.Entries, e)
		if i.Item.Collected.After(latest) {
			latest = i.Item.Collected
		}
	}
	return f.encode(latest, now)
}

func (f atomFeed) encode(latest, now time.Time) ([]byte, error) {
	if latest.IsZero() {
		latest = now
	}
	f.Updated = instant(latest)
	return encodeXML(f)
}

func encodeXML(v any) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", " ")
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode XML: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
