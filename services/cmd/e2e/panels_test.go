package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// board is what is asked of the shape of a dashboard.
type board struct {
	UID, Title, Description string
	Panels                  []struct {
		ID                       int
		Type, Title, Description string
		GridPos                  struct{ X, Y, W, H int }
		FieldConfig              struct{ Defaults struct{ Unit string } }
		Targets                  []struct{ RefID, Expr, LegendFormat string }
	}
}

// TestEveryPanelCanBeRead: a panel says what it shows, in which unit and what its
// lines are, has an id of its own and lies on nobody else's place.
func TestEveryPanelCanBeRead(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(root(t), "dashboards", "*.json"))
	if err != nil || len(paths) != 4 {
		t.Fatalf("%d dashboards, %v", len(paths), err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var b board
		if err := json.Unmarshal(raw, &b); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if b.UID == "" || b.Title == "" || b.Description == "" || len(b.Panels) == 0 {
			t.Errorf("%s: uid %q, title %q, description %q, %d panels", path, b.UID, b.Title, b.Description, len(b.Panels))
		}
		ids, taken := map[int]bool{}, map[[2]int]string{}
		for _, p := range b.Panels {
			where := filepath.Base(path) + ": " + p.Title
			if p.Title == "" || len(p.Description) < 20 || p.FieldConfig.Defaults.Unit == "" || len(p.Targets) == 0 || ids[p.ID] {
				t.Errorf("%s: id %d, unit %q, %d questions, described as %q", where, p.ID, p.FieldConfig.Defaults.Unit, len(p.Targets), p.Description)
			}
			ids[p.ID] = true
			for _, q := range p.Targets {
				if q.RefID == "" || q.Expr != "" && q.LegendFormat == "" {
					t.Errorf("%s: a line without a name: %s", where, q.Expr)
				}
			}
			if g := p.GridPos; g.X < 0 || g.X+g.W > 24 || g.W < 1 || g.H < 1 {
				t.Errorf("%s: lies outside the grid: %+v", where, g)
			}
			for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
				for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s lies on %s", where, other)
					}
					taken[[2]int{x, y}] = p.Title
				}
			}
		}
	}
}
