// Package volume invents items in quantity, so that anybody can measure how the
// product answers over millions of them.
//
// In: a seed, how many, the sources, the taxonomy version. Out: tagged items, in
// batches, the same for the same seed. Called by `kulkul generate` and by the
// console's marks.
package volume

import (
	"fmt"
	"iter"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Batch is how many items come at a time.
const Batch = 50_000

// Plan says what to invent.
type Plan struct {
	Seed    uint64
	Items   int
	PerDay  int        // items that come in on one day
	Newest  kulkul.Day // the last day; the others lie before it
	Sources []kulkul.Source
	// Taxonomy is the version the tags are given under.
	Taxonomy string
	// Tagged is the share of items that carry tags, 0 to 1.
	Tagged float64
}

// Author invents the items of one plan.
type Author struct {
	plan       Plan
	r          *rand.Rand
	vocabulary []string
	n          int
	story      string
}

// NewAuthor readies the author of a plan.
func NewAuthor(p Plan) *Author {
	return &Author{plan: p, r: rand.New(rand.NewPCG(p.Seed, p.Seed)), vocabulary: vocabulary()}
}

// vocabulary is made of syllables: no word of it means anything, or names a
// place.
func vocabulary() []string {
	syllables := strings.Fields("ba ke lo mi nu ra se ti vo zu an en in on un sha tra ple gru kni")
	words := make([]string, 60_000)
	for i := range words {
		var w strings.Builder
		for x := i + len(syllables); x > 0; x /= len(syllables) {
			w.WriteString(syllables[x%len(syllables)])
		}
		words[i] = w.String()
	}
	return words
}

// Word is a word of the vocabulary between two ranks, 0 being the most
// frequent.
func (a *Author) Word(r *rand.Rand, from, to int) string { return a.vocabulary[from+r.IntN(to-from)] }

// zipf draws a number from 0 to n-1, each about as often as its rank asks
// (Zipf's law with exponent 1), as words of a language and places in the news
// are.
func (a *Author) zipf(n int) int { return int(math.Exp(a.r.Float64()*math.Log(float64(n)))) - 1 }

func (a *Author) text(words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(a.vocabulary[a.zipf(len(a.vocabulary))])
	}
	return b.String()
}

// Batches gives all items of the plan, newest day first. A batch is the
// caller's to keep.
func (a *Author) Batches() iter.Seq[[]kulkul.Tagged] {
	return func(yield func([]kulkul.Tagged) bool) {
		for a.n < a.plan.Items {
			batch := make([]kulkul.Tagged, min(Batch, a.plan.Items-a.n))
			for i := range batch {
				batch[i] = a.item()
			}
			if !yield(batch) {
				return
			}
		}
	}
}

// ID is the id of the n-th item.
func ID(n int) string { return kulkul.ItemID("volume", strconv.Itoa(n)) }

func (a *Author) item() kulkul.Tagged {
	n := a.n
	a.n++
	day := a.plan.Newest - kulkul.Day(n/a.plan.PerDay)
	source := a.plan.Sources[a.r.IntN(len(a.plan.Sources))]
	published := day.Start().Add(time.Duration(a.r.IntN(86_000)) * time.Second)
	t := kulkul.Tagged{
		Item: kulkul.Item{ID: ID(n), Source: source.ID, GUID: strconv.Itoa(n), Link: fmt.Sprint("https://volume.example/", n),
			Title: a.text(9), Summary: a.text(25), Text: a.text(30), Language: "en",
			Published: published, Collected: published.Add(5 * time.Minute), Entered: day, Revision: 1},
		Taxonomy: a.plan.Taxonomy, Owner: source.Owner, Country: source.Country, Track: source.Track,
		Weight: source.Reliability.Weight(), TaggedAt: published.Add(6 * time.Minute),
	}
	if len(source.Feeds) > 0 {
		t.Item.Feed = source.Feeds[0].ID
	}
	// One item in five tells the story of the one before.
	if a.story == "" || a.r.IntN(5) > 0 {
		a.story = kulkul.Hash("story", t.Item.ID)
	}
	t.Story = a.story
	if a.r.Float64() < a.plan.Tagged {
		t.Areas = []kulkul.Tag{a.tag(t.Item.Title, kulkul.Areas()[a.r.IntN(len(kulkul.Areas()))])}
		t.Flashpoints = []kulkul.Tag{a.tag(t.Item.Title, kulkul.Flashpoints()[a.zipf(len(kulkul.Flashpoints()))])}
	}
	return t
}

// tag is a tag for which the title's first word speaks.
func (a *Author) tag(title, id string) kulkul.Tag {
	word, _, _ := strings.Cut(title, " ")
	return kulkul.Tag{ID: id, Score: 0.5 + a.r.Float64()/2,
		Evidence: []kulkul.Evidence{{Field: "title", End: len(word), Text: word, Rule: "invented"}}}
}
