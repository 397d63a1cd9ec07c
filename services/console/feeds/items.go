package feeds

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

type jsonFeed struct {
	Version string         `json:"version"`
	Title   string         `json:"title"`
	Home    string         `json:"home_page_url"`
	Self    string         `json:"feed_url"`
	Next    string         `json:"next_url,omitempty"`
	Items   []jsonFeedItem `json:"items"`
}

type jsonFeedItem struct {
	ID        string           `json:"id"`
	URL       string           `json:"url,omitempty"`
	Title     string           `json:"title"`
	Summary   string           `json:"summary,omitempty"`
	Content   string           `json:"content_text"`
	Published string           `json:"date_published,omitempty"`
	Authors   []jsonFeedAuthor `json:"authors"`
	Tags      []string         `json:"tags,omitempty"`
	Language  string           `json:"language,omitempty"`
	Kulkul    jsonFeedMore     `json:"_kulkul"`
}

type jsonFeedAuthor struct {
	Name string `json:"name"`
}

// jsonFeedMore is what the product knows beyond JSON Feed's own fields.
type jsonFeedMore struct {
	Page     string `json:"page"`
	Source   string `json:"source"`
	Country  string `json:"country,omitempty"`
	Track    string `json:"track,omitempty"`
	Story    string `json:"story,omitempty"`
	Handling string `json:"handling,omitempty"`
}

// ItemsFeed is a JSON Feed 1.1 of items. Self and next are paths with their
// queries; next is empty at the end.
func ItemsFeed(site Site, title, self, next string, items []Item) ([]byte, error) {
	f := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: site.Name + ": " + title, Home: site.Page("/items"), Self: site.Page(self), Items: []jsonFeedItem{}}
	if next != "" {
		f.Next = site.Page(next)
	}
	for _, i := range items {
		content := i.Item.Summary
		if content == "" {
			content = i.Item.Title
		}
		f.Items = append(f.Items, jsonFeedItem{
			ID: urn("item", i.Item.ID), URL: i.Item.Link, Title: i.Item.Title, Summary: i.Item.Summary, Content: content,
			Published: instant(i.Said()), Authors: []jsonFeedAuthor{{i.SourceName}}, Tags: i.tags(), Language: i.Item.Language,
			Kulkul: jsonFeedMore{Page: site.Page("/items/" + i.Item.ID), Source: i.Item.Source, Country: i.Country, Track: string(i.Track), Story: i.Story, Handling: string(i.Item.Handling)},
		})
	}
	return encodeJSON(f)
}

type geoCollection struct {
	Type     string       `json:"type"`
	Features []geoFeature `json:"features"`
}

type geoFeature struct {
	Type       string         `json:"type"`
	ID         string         `json:"id"`
	Geometry   *geoGeometry   `json:"geometry"` // null where it has no place
	Properties map[string]any `json:"properties"`
}

type geoGeometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// ItemsGeoJSON is items as features at the points of their flashpoints.
func ItemsGeoJSON(site Site, items []Item) ([]byte, error) {
	c := geoCollection{Type: "FeatureCollection", Features: []geoFeature{}}
	for _, i := range items {
		c.Features = append(c.Features, geoFeature{Type: "Feature", ID: i.Item.ID, Geometry: geometry(i.Points), Properties: map[string]any{
			"title": i.Item.Title, "link": i.Item.Link, "page": site.Page("/items/" + i.Item.ID), "source": i.SourceName, "country": i.Country,
			"published": instant(i.Said()), "tags": i.tags(), "story": i.Story,
		}})
	}
	return encodeJSON(c)
}

func geometry(points []Point) *geoGeometry {
	position := func(p Point) [2]float64 { return [2]float64{p.Lon, p.Lat} }
	switch len(points) {
	case 0:
		return nil
	case 1:
		return &geoGeometry{"Point", position(points[0])}
	}
	all := make([][2]float64, len(points))
	for i, p := range points {
		all[i] = position(p)
	}
	return &geoGeometry{"MultiPoint", all}
}

// ItemsCSV is items as a table (RFC 4180). A cell that a spreadsheet would take
// for a formula is preceded by an apostrophe.
func ItemsCSV(site Site, items []Item) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"id", "published", "collected", "source", "country", "track", "language", "title", "summary", "link", "flashpoints", "areas", "story", "page"}}
	for _, i := range items {
		var points, areas []string
		for _, t := range i.Flashpoints {
			points = append(points, t.ID)
		}
		for _, t := range i.Areas {
			areas = append(areas, t.ID)
		}
		rows = append(rows, []string{i.Item.ID, instant(i.Said()), instant(i.Item.Collected), i.SourceName, i.Country, string(i.Track), i.Item.Language,
			i.Item.Title, i.Item.Summary, i.Item.Link, strings.Join(points, " "), strings.Join(areas, " "), i.Story, site.Page("/items/" + i.Item.ID)})
	}
	for _, row := range rows {
		for k, cell := range row {
			row[k] = harmless(cell)
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return b.Bytes(), nil
}

// harmless keeps a cell from being run as a formula (OWASP, CSV injection).
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func encodeJSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(true)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode JSON: %w", err)
	}
	return b.Bytes(), nil
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return "localhost"
	}
	return u.Hostname()
}
