package store

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlCounts counts as the series do: a story counts once in a series, on the
// publication day of the item of that series that came in first (by day of
// entry, publication day, instant of collection, id); its voice is that item's
// owner, its weight that of its heaviest item.
//
// Its values are bound in the text (@name): the story joins may be many.
const sqlCounts = `
SELECT flashpoint, area, seen.1 AS on_day, count() AS stories, uniqExact(seen.2) AS owners, sum(heaviest) AS total
FROM
(
    SELECT
        series.1 AS flashpoint,
        series.2 AS area,
        {story} AS resolved,
        argMin((day, if(owner = '', source, owner)), (entered, day, collected, item)) AS seen,
        max(weight) AS heaviest
    FROM
    (
        SELECT item, story, source, owner, entered, day, collected, weight, tags
        FROM item_tags FINAL
        WHERE {where}
    )
    ARRAY JOIN arrayDistinct(arrayFilter(s -> s.1 != '_' AND s.2 != '_', arrayConcat(
        arrayMap(t -> (t.flashpoint, t.area), tags),
        arrayMap(t -> (t.flashpoint, '*'), tags),
        arrayMap(t -> ('*', t.area), tags)))) AS series
    WHERE (empty(@flashpoints) OR series.1 IN @flashpoints) AND (empty(@areas) OR series.2 IN @areas)
    GROUP BY flashpoint, area, resolved
)
WHERE on_day BETWEEN toDate32(@from) AND toDate32(@to)
GROUP BY flashpoint, area, on_day
ORDER BY flashpoint, area, on_day`

// storyReach is how many days before a chart begins an item may have been
// published whose story then does not count as new in it.
const storyReach = 60

// CountFilter narrows counts. Empty fields select everything.
type CountFilter struct {
	Flashpoints []string // kulkul.Any asks for the regional totals
	Areas       []string // kulkul.Any asks for the flashpoint totals
	// Collected bounds when the items came in, as in ObservationFilter; joins
	// made at Collected.To or later are left out with them.
	Collected Span
	Live      bool // leaves out imported history
	// Since is the day from which each source's items count, for sources that
	// have one (kulkul.Source.Since).
	Since map[string]kulkul.Day
}

// DayCount is one day of one series.
type DayCount struct {
	Pair  kulkul.Pair
	Day   kulkul.Day
	Count kulkul.Count
}

// Counts gives the counts of the series for charts, from from to to, both
// included, by series and day; days without a story have no row.
func (s *Store) Counts(ctx context.Context, taxonomy string, from, to kulkul.Day, f CountFilter) ([]DayCount, error) {
	aliases, err := s.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	if !f.Collected.To.IsZero() {
		aliases = slices.DeleteFunc(aliases, func(a kulkul.StoryAlias) bool { return !a.At.Before(f.Collected.To) })
	}
	var w where
	w.bind("from", bound(from))
	w.bind("to", bound(to))
	w.and("taxonomy = @taxonomy AND notEmpty(tags) AND day >= toDate32(@reach)")
	w.bind("taxonomy", taxonomy)
	w.bind("reach", bound(from-storyReach))
	f.conditions(&w)
	sql := strings.Replace(w.sql(sqlCounts), "{story}", resolvedStory(&w, aliases), 1)
	return query(ctx, s, "counts", sql, w.args, func(r driver.Rows, c *DayCount) error {
		var day time.Time
		var stories, owners uint64
		err := r.Scan(&c.Pair.Flashpoint, &c.Pair.Area, &day, &stories, &owners, &c.Count.Weight)
		c.Day, c.Count.Stories, c.Count.Owners = kulkul.DayOf(day), int(stories), int(owners)
		return err
	})
}

// resolvedStory is the expression of a row's resolved story.
func resolvedStory(w *where, aliases []kulkul.StoryAlias) string {
	resolved := roots(aliases)
	if len(resolved) == 0 {
		return "story"
	}
	joined := slices.Sorted(maps.Keys(resolved))
	into := make([]string, len(joined))
	for i, id := range joined {
		into[i] = resolved[id]
	}
	w.bind("joined", clickhouse.ArraySet(anys(joined)))
	w.bind("into", clickhouse.ArraySet(anys(into)))
	return "transform(story, @joined, @into, story)"
}

func anys(values []string) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
	}
	return out
}

func (f CountFilter) conditions(w *where) {
	w.bind("flashpoints", clickhouse.ArraySet(anys(f.Flashpoints)))
	w.bind("areas", clickhouse.ArraySet(anys(f.Areas)))
	if len(f.Flashpoints) > 0 && !slices.Contains(f.Flashpoints, kulkul.Any) {
		w.and("hasAny(tags.flashpoint, @flashpoints)") // which the index answers
	}
	if len(f.Areas) > 0 && !slices.Contains(f.Areas, kulkul.Any) {
		w.and("hasAny(tags.area, @areas)")
	}
	if !f.Collected.From.IsZero() {
		w.and("collected >= fromUnixTimestamp64Milli(toInt64(@collected_from), 'UTC')")
		w.bind("collected_from", instant(f.Collected.From).UnixMilli())
	}
	if !f.Collected.To.IsZero() {
		w.and("collected < fromUnixTimestamp64Milli(toInt64(@collected_to), 'UTC')")
		w.bind("collected_to", instant(f.Collected.To).UnixMilli())
	}
	if f.Live {
		w.and("NOT retrospective")
	}
	if len(f.Since) > 0 {
		sources := slices.Sorted(maps.Keys(f.Since))
		days := make([]string, len(sources))
		for i, source := range sources {
			days[i] = bound(f.Since[source])
		}
		w.and("toString(day) >= transform(toString(source), @since_sources, @since_days, '')")
		w.bind("since_sources", clickhouse.ArraySet(anys(sources)))
		w.bind("since_days", clickhouse.ArraySet(anys(days)))
	}
}
