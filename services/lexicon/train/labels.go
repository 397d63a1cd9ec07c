package train

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Label is what a reader said of one text.
type Label struct {
	ID          string
	Areas       []string
	Flashpoints []string
}

// ReadLabels reads lines of id, areas and flashpoints with tabs between them;
// names are separated by commas, - stands for none, and # begins a remark.
// Unknown names and doubled ids are errors.
func ReadLabels(r io.Reader) ([]Label, error) {
	var list []Label
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		if line := lines.Text(); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		parts := strings.Split(lines.Text(), "\t")
		if len(parts) != 3 {
			return nil, fmt.Errorf("line %d: want id, areas and flashpoints with tabs between them", n)
		}
		l := Label{ID: parts[0]}
		if seen[l.ID] {
			return nil, fmt.Errorf("line %d: id %q stands twice", n, l.ID)
		}
		seen[l.ID] = true
		var err error
		if l.Areas, err = names(parts[1], kulkul.Areas()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if l.Flashpoints, err = names(parts[2], kulkul.Flashpoints()); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, l)
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read labels: %w", err)
	}
	return list, nil
}

func names(list string, known []string) ([]string, error) {
	if list == "-" {
		return nil, nil
	}
	found := strings.Split(list, ",")
	for _, name := range found {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("unknown label %q", name)
		}
	}
	return found, nil
}
