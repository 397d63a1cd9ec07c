package store

import (
	"context"
	"slices"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const sqlAliases = "SELECT story, target, at FROM story_aliases FINAL ORDER BY at, story, target"

// Aliases gives all story joins, oldest first.
func (s *Store) Aliases(ctx context.Context) ([]kulkul.StoryAlias, error) {
	return query(ctx, s, "aliases", sqlAliases, nil, func(r driver.Rows, a *kulkul.StoryAlias) error {
		var at time.Time
		err := r.Scan(&a.Story, &a.Into, &at)
		a.At = moment(at)
		return err
	})
}

// roots resolves joins: for every story that is known by another's id, that
// id. The smallest id of joined stories stands for all, so that neither the
// direction nor the order of joins matters.
func roots(aliases []kulkul.StoryAlias) map[string]string {
	parent := map[string]string{}
	find := func(id string) string {
		for parent[id] != "" {
			id = parent[id]
		}
		return id
	}
	for _, a := range aliases {
		x, y := find(a.Story), find(a.Into)
		if x != y {
			parent[max(x, y)] = min(x, y)
		}
	}
	out := make(map[string]string, len(parent))
	for id := range parent {
		out[id] = find(id)
	}
	return out
}

// members lists the ids of the resolved story that a story id belongs to.
func members(aliases []kulkul.StoryAlias, story string) []string {
	resolved := roots(aliases)
	root := story
	if r, ok := resolved[story]; ok {
		root = r
	}
	out := []string{root}
	for id, r := range resolved {
		if r == root {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
