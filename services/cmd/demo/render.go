package demo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"strings"
	"time"
)

// Render writes the institute's feed in its format, with links under base and
// dates counted back from now.
func (i Institute) Render(base string, now time.Time) (contentType string, body []byte, err error) {
	switch i.Format {
	case "atom":
		return "application/atom+xml", i.atom(base, now), nil
	case "rdf":
		return "application/rdf+xml", i.rdf(base, now), nil
	case "json":
		body, err = i.jsonFeed(base, now)
		return "application/feed+json", body, err
	case "rss", "":
		return "application/rss+xml", i.rss(base, now), nil
	}
	return "", nil, fmt.Errorf("%s: format %q: want rss, atom, rdf or json", i.ID, i.Format)
}

func (i Institute) link(base string, n int) string { return fmt.Sprintf("%s/%s/%d", base, i.ID, n+1) }

func (i Institute) rss(base string, now time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>%s</title><link>%s/</link><language>%s</language>\n",
		html.EscapeString(i.Name), base, i.Language)
	for n, s := range i.Items {
		fmt.Fprintf(&b, "<item><guid isPermaLink=\"false\">%s-%d</guid><link>%s</link><title>%s</title><description>%s</description><pubDate>%s</pubDate></item>\n",
			i.ID, n+1, i.link(base, n), html.EscapeString(s.Title), html.EscapeString(s.Summary), now.Add(-s.Ago).UTC().Format(time.RFC1123Z))
	}
	b.WriteString("</channel></rss>\n")
	if i.Behaviour == "broken" {
		return b.Bytes()[:strings.LastIndex(b.String(), "never")]
	}
	return b.Bytes()
}

func (i Institute) atom(base string, now time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"%s\"><id>urn:kulkul-demo:%s</id><title>%s</title><link href=\"%s/\"/><updated>%s</updated>\n",
		i.Language, i.ID, html.EscapeString(i.Name), base, now.UTC().Format(time.RFC3339))
	for n, s := range i.Items {
		at := now.Add(-s.Ago).UTC().Format(time.RFC3339)
		fmt.Fprintf(&b, "<entry><id>urn:kulkul-demo:%s:%d</id><link href=\"%s\"/><title>%s</title><summary>%s</summary><published>%s</published><updated>%s</updated></entry>\n",
			i.ID, n+1, i.link(base, n), html.EscapeString(s.Title), html.EscapeString(s.Summary), at, at)
	}
	b.WriteString("</feed>\n")
	return b.Bytes()
}

func (i Institute) rdf(base string, now time.Time) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel rdf:about=\"%s/\"><title>%s</title><link>%s/</link><description>%s</description><dc:language>%s</dc:language></channel>\n",
		base, html.EscapeString(i.Name), base, html.EscapeString(i.Name), i.Language)
	for n, s := range i.Items {
		fmt.Fprintf(&b, "<item rdf:about=\"%s\"><title>%s</title><link>%s</link><description>%s</description><dc:date>%s</dc:date></item>\n",
			i.link(base, n), html.EscapeString(s.Title), i.link(base, n), html.EscapeString(s.Summary), now.Add(-s.Ago).UTC().Format(time.RFC3339))
	}
	b.WriteString("</rdf:RDF>\n")
	return b.Bytes()
}

type jsonItem struct {
	ID        string    `json:"id"`
	URL       string    `json:"url"`
	Title     string    `json:"title"`
	Summary   string    `json:"summary"`
	Text      string    `json:"content_text"`
	Published time.Time `json:"date_published"`
}

func (i Institute) jsonFeed(base string, now time.Time) ([]byte, error) {
	items := make([]jsonItem, len(i.Items))
	for n, s := range i.Items {
		items[n] = jsonItem{ID: fmt.Sprintf("%s-%d", i.ID, n+1), URL: i.link(base, n), Title: s.Title,
			Summary: s.Summary, Text: s.Summary, Published: now.Add(-s.Ago).UTC().Truncate(time.Second)}
	}
	return json.MarshalIndent(map[string]any{
		"version": "https://jsonfeed.org/version/1.1", "title": i.Name, "home_page_url": base + "/",
		"language": i.Language, "items": items,
	}, "", "  ")
}

// PushItems is the institute's items as POST /v1/items takes them.
func (i Institute) PushItems(base string, now time.Time) ([]byte, error) {
	type item struct {
		ID        string    `json:"id"`
		Link      string    `json:"link"`
		Title     string    `json:"title"`
		Summary   string    `json:"summary"`
		Language  string    `json:"language"`
		Published time.Time `json:"published"`
	}
	items := make([]item, len(i.Items))
	for n, s := range i.Items {
		items[n] = item{fmt.Sprintf("%s-%d", i.ID, n+1), i.link(base, n), s.Title, s.Summary, i.Language, now.Add(-s.Ago).UTC().Truncate(time.Second)}
	}
	return json.Marshal(items)
}
