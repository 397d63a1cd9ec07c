package evaluate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// Item is one labelled text.
type Item struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Summary     string   `json:"summary"`
	Text        string   `json:"text"`
	Language    string   `json:"language"`
	Source      string   `json:"source"`
	Areas       []string `json:"areas"`
	Flashpoints []string `json:"flashpoints"`
}

// Read reads labelled items, one JSON object a line. Unknown areas and
// flashpoints and doubled ids are errors; other fields are left alone.
func Read(r io.Reader) ([]Item, error) {
	var items []Item
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		if len(lines.Bytes()) == 0 {
			continue
		}
		var x Item
		if err := json.Unmarshal(lines.Bytes(), &x); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if seen[x.ID] {
			return nil, fmt.Errorf("line %d: id %q stands twice", n, x.ID)
		}
		seen[x.ID] = true
		if err := known(x.Areas, kulkul.Areas()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if err := known(x.Flashpoints, kulkul.Flashpoints()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		items = append(items, x)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	return items, nil
}

func known(ids, all []string) error {
	for _, id := range ids {
		if !slices.Contains(all, id) {
			return fmt.Errorf("unknown label %q", id)
		}
	}
	return nil
}

// Outcome is a labelled item and the ids of the tags it got.
type Outcome struct {
	Item
	GotAreas       []string
	GotFlashpoints []string
}

// Run tags all items.
func Run(t *lexicon.Taxonomy, items []Item) []Outcome {
	list := make([]Outcome, len(items))
	for i, x := range items {
		r := t.Tag(lexicon.Text{Title: x.Title, Summary: x.Summary, Body: x.Text, Language: x.Language, Source: x.Source})
		list[i] = Outcome{Item: x, GotAreas: ids(r.Areas), GotFlashpoints: ids(r.Flashpoints)}
	}
	return list
}

func ids(tags []kulkul.Tag) []string {
	list := make([]string, len(tags))
	for i, t := range tags {
		list[i] = t.ID
	}
	return list
}
