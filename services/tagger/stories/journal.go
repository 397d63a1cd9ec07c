// Package stories keeps the story index and the journal it is rebuilt from.
//
// In: tagged items in order of arrival. Out: the story of each, the day it
// entered, the joins it made known. The journal is a bucket: one record per
// batch, forgotten after the window. Called by the tagger, its only writer.
package stories

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/story"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// line is what the journal keeps of one item.
type line struct {
	Item     string      `json:"item"`
	Entered  kulkul.Day  `json:"entered"`
	Revision uint64      `json:"revision"`
	Entry    story.Entry `json:"entry"`
}

// known is what is remembered of an item beside its place in the index.
type known struct {
	entered  kulkul.Day
	revision uint64
	seen     kulkul.Day
}

// Journal is the index with its journal.
type Journal struct {
	bucket *bus.Bucket
	index  *story.Index
	items  map[string]known
	window time.Duration
	next   uint64
	lines  []line     // placed and not yet flushed
	newest kulkul.Day // latest day of collection seen
	forgot kulkul.Day // when old items were last dropped
}

// recordLimit keeps a record well under the bus's message limit of 1 MiB.
const recordLimit = 512 << 10

// Open rebuilds the index from the journal.
func Open(ctx context.Context, b *bus.Bus, window time.Duration, limit int) (*Journal, error) {
	bucket, err := b.Bucket(ctx, bus.BucketStories)
	if err != nil {
		return nil, err
	}
	j := &Journal{bucket: bucket, index: story.New(story.Options{Window: window, Limit: limit}), items: map[string]known{}, window: window}
	records, err := bucket.Load(ctx, ">")
	if err != nil {
		return nil, err
	}
	sort.Slice(records, func(a, b int) bool { return records[a].Key < records[b].Key })
	for _, r := range records {
		var lines []line
		if err := json.Unmarshal(r.Value, &lines); err != nil {
			return nil, fmt.Errorf("read journal record %s: %w", r.Key, err)
		}
		for _, l := range lines {
			if err := j.index.Restore(l.Entry); err != nil {
				return nil, fmt.Errorf("read journal record %s: %w", r.Key, err)
			}
			j.items[l.Item] = known{l.Entered, l.Revision, l.Entered}
		}
		n, err := strconv.ParseUint(r.Key, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("journal record %q: %w", r.Key, err)
		}
		j.next = max(j.next, n+1)
	}
	return j, nil
}

// Place gives the item its story, the day it entered and the joins it made
// known. An item that was placed before keeps story and day.
func (j *Journal) Place(t kulkul.Tagged) (string, kulkul.Day, []kulkul.StoryAlias) {
	i := t.Item
	k, seen := j.items[i.ID]
	if !seen {
		k.entered = i.Entered
	}
	placed := j.index.Add(story.Doc{Item: i.ID, Source: i.Source, Owner: t.Owner, Link: i.Link, Title: i.Title,
		Summary: i.Summary, Text: i.Text, Published: published(i)})
	k.revision, k.seen = max(k.revision, i.Revision), kulkul.DayOf(i.Collected)
	j.items[i.ID] = k
	j.newest = max(j.newest, k.seen)
	j.lines = append(j.lines, line{i.ID, k.entered, k.revision, placed.Entry})
	return placed.Story, k.entered, placed.Aliases
}

func published(i kulkul.Item) time.Time {
	if i.Published.IsZero() {
		return i.Collected
	}
	return i.Published
}

// Revision is the latest revision seen of an item; 0 where it is unknown or
// forgotten.
func (j *Journal) Revision(item string) uint64 { return j.items[item].revision }

// Flush makes what was placed durable.
func (j *Journal) Flush(ctx context.Context) error {
	for len(j.lines) > 0 {
		raw, n, err := record(j.lines)
		if err != nil {
			return err
		}
		if _, err := j.bucket.Put(ctx, fmt.Sprintf("%020d", j.next), raw); err != nil {
			return err
		}
		j.next++
		j.lines = j.lines[n:]
	}
	j.forget()
	return nil
}

// record encodes as many lines as fit one record, at least one.
func record(lines []line) ([]byte, int, error) {
	n := len(lines)
	for {
		raw, err := json.Marshal(lines[:n])
		if err != nil {
			return nil, 0, fmt.Errorf("encode journal: %w", err)
		}
		if len(raw) <= recordLimit || n == 1 {
			return raw, n, nil
		}
		n = max(1, n*recordLimit/len(raw))
	}
}

// forget drops, once a day, the items last seen before the window, so that
// memory is bounded.
func (j *Journal) forget() {
	if j.newest <= j.forgot {
		return
	}
	j.forgot = j.newest
	oldest := j.newest - kulkul.Day(j.window/(24*time.Hour)) - 1
	for id, k := range j.items {
		if k.seen < oldest {
			delete(j.items, id)
		}
	}
}
