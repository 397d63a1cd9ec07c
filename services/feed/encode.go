package feed

import (
	"encoding/json"
	"io"
	"strconv"
	"time"
)

// Output is a document as `kulkul feed parse` prints it.
type Output struct {
	Feed     OutputFeed   `json:"feed"`
	Items    []OutputItem `json:"items"`
	Problems []Problem    `json:"problems"`
}

// OutputFeed is the head of an Output.
type OutputFeed struct {
	Title    string `json:"title"`
	Link     string `json:"link"`
	Format   string `json:"format"`
	Language string `json:"language"`
}

// OutputItem is one entry of an Output, in document order, one per entry.
type OutputItem struct {
	ID      string   `json:"id"` // the guid, or else the link
	Link    string   `json:"link"`
	Title   string   `json:"title"`
	Summary string   `json:"summary"`
	Text    string   `json:"text"`
	Authors []string `json:"authors"`
	// Times are RFC 3339 in UTC to the second; null where the feed gives none.
	Published *time.Time `json:"published"`
	Updated   *time.Time `json:"updated"`
	Language  string     `json:"language"`
}

// Output is the document in its printed form.
func (d Document) Output() Output {
	out := Output{
		Feed:     OutputFeed{d.Feed.Title, d.Feed.Link, d.Feed.Format, d.Feed.Language},
		Items:    make([]OutputItem, 0, len(d.Items)),
		Problems: append([]Problem{}, d.Problems...),
	}
	for _, e := range d.Items {
		out.Items = append(out.Items, OutputItem{
			ID: firstOf(e.GUID, e.Link), Link: e.Link, Title: e.Title, Summary: e.Summary, Text: e.Text,
			Authors: append([]string{}, e.Authors...), Language: e.Language,
			Published: seconds(e.Published, e.hasPublished), Updated: seconds(e.Updated, e.hasUpdated),
		})
	}
	return out
}

// Encode writes the document's Output as one indented JSON document.
func Encode(w io.Writer, d Document) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d.Output())
}

func seconds(t time.Time, given bool) *time.Time {
	if t.IsZero() && !given {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}

func lineWord(n int) string { return "line " + strconv.Itoa(n) }
