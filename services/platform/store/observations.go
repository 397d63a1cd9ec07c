package store

import (
	"context"
	"encoding/json"
	"iter"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// sqlObservations gives an item's pairs as "flashpoint/area flashpoint/area":
// the same few texts again and again, which are read once each. {talks} is one
// of the two below.
const sqlObservations = `
SELECT item, story, source, owner, country, day, entered, collected, weight, retrospective,
       arrayStringConcat(arrayMap(t -> concat(t.flashpoint, '/', t.area), tags), ' ') AS pairs, {talks} AS talks
FROM item_tags FINAL
WHERE {where}`

// The column tagging names the rule of each place: that is where talks are looked for,
// and the column is left unread where nobody asks.
const (
	sqlTalks   = "multiSearchAny(tagging, {rules:Array(String)}) != 0"
	sqlNoTalks = "false"
)

// Observations gives the observations of publication days from from to to, both
// included, under one taxonomy version, in no particular order.
func (s *Store) Observations(ctx context.Context, taxonomy string, from, to kulkul.Day, f ObservationFilter) ([]kulkul.Observation, error) {
	var out []kulkul.Observation
	for o, err := range s.EachObservation(ctx, taxonomy, from, to, f) {
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}

// EachObservation is Observations one by one; after an error it ends. The
// Pairs of different observations may share memory: do not change them.
func (s *Store) EachObservation(ctx context.Context, taxonomy string, from, to kulkul.Day, f ObservationFilter) iter.Seq2[kulkul.Observation, error] {
	var w where
	w.and("taxonomy = {taxonomy:String}")
	w.bind("taxonomy", taxonomy)
	w.and("day BETWEEN toDate32({from:String}) AND toDate32({to:String})")
	w.bind("from", bound(from))
	w.bind("to", bound(to))
	f.conditions(&w)
	talks := sqlNoTalks
	if len(f.Talks) > 0 {
		talks = sqlTalks
		w.bind("rules", named(f.Talks))
	}
	sql := strings.Replace(w.sql(sqlObservations), "{talks}", talks, 1)
	known := map[string][]kulkul.Pair{}
	texts := map[string]string{} // names of sources come again and again, and are kept for a year
	return each(ctx, s, "observations", sql, w.args,
		func(r driver.Rows, o *kulkul.Observation) error {
			var day, entered, collected time.Time
			var pairs string
			err := r.Scan(&o.Item, &o.Story, &o.Source, &o.Owner, &o.Country, &day, &entered, &collected,
				&o.Weight, &o.Retrospective, &pairs, &o.Talks)
			if err != nil {
				return err
			}
			o.Source, o.Owner, o.Country = once(texts, o.Source), once(texts, o.Owner), once(texts, o.Country)
			o.Day, o.Entered, o.Collected = kulkul.DayOf(day), kulkul.DayOf(entered), moment(collected)
			list, ok := known[pairs]
			if !ok {
				list = parsePairs(pairs)
				known[pairs] = list
			}
			o.Pairs = list
			return nil
		})
}

// once gives the text that was seen first of equal ones.
func once(texts map[string]string, text string) string {
	if seen, ok := texts[text]; ok {
		return seen
	}
	texts[text] = text
	return text
}

// named gives rules as the column tagging spells them.
func named(rules []string) []string {
	out := make([]string, len(rules))
	for i, rule := range rules {
		text, _ := json.Marshal(rule) // a string always encodes
		out[i] = `"rule":` + string(text)
	}
	return out
}

func (f ObservationFilter) conditions(w *where) {
	if !f.Untagged {
		w.and("notEmpty(tags)")
	}
	if f.Flashpoint != "" && f.Flashpoint != kulkul.Any {
		w.equal("has(tags.flashpoint, {flashpoint:String})", "flashpoint", f.Flashpoint)
	}
	if f.Area != "" && f.Area != kulkul.Any {
		w.equal("has(tags.area, {area:String})", "area", f.Area)
	}
	w.among("source IN {sources:Array(String)}", "sources", f.Sources)
	w.within("collected", f.Collected)
	if f.Live {
		w.and("NOT retrospective")
	}
}

// parsePairs reads "flashpoint/area flashpoint/area".
func parsePairs(text string) []kulkul.Pair {
	var out []kulkul.Pair
	for p := range strings.FieldsSeq(text) {
		f, a, _ := strings.Cut(p, "/")
		out = append(out, kulkul.Pair{Flashpoint: f, Area: a})
	}
	return out
}
