package story_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon/story"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func options() story.Options { return story.Options{Window: 72 * time.Hour, Limit: 10000} }

// groups adds the documents in order and gives the sets of items that share a
// resolved story, sorted.
func groups(docs []story.Doc) []string {
	x := story.New(options())
	placed := map[string]string{}
	var aliases []kulkul.StoryAlias
	for _, d := range docs {
		p := x.Add(d)
		placed[d.Item] = p.Story
		aliases = append(aliases, p.Aliases...)
	}
	resolver := story.NewResolver(aliases)
	sets := map[string][]string{}
	for item, s := range placed {
		root := resolver.Resolve(s)
		sets[root] = append(sets[root], item)
	}
	var out []string
	for _, items := range sets {
		slices.Sort(items)
		out = append(out, strings.Join(items, " "))
	}
	slices.Sort(out)
	return out
}

func doc(item, title, summary string, hours int) story.Doc {
	return story.Doc{Item: item, Source: "s-" + item, Owner: "o-" + item, Link: "https://example.org/" + item,
		Title: title, Summary: summary, Published: noon.Add(time.Duration(hours) * time.Hour)}
}

func TestWhatIsOneStory(t *testing.T) {
	wire := "Ferry runs aground off Tanjung Batu, all passengers safe"
	body := "A ferry with 120 people on board ran aground on a sandbank off Tanjung Batu early on Sunday; rescuers took everybody off within three hours, the harbour master said."
	for _, c := range []struct {
		name string
		docs []story.Doc
		want []string
	}{
		{"the same wire text under two mastheads", []story.Doc{doc("a", wire, body, 0), doc("b", wire+" - Harbour Gazette", body, 2)}, []string{"a b"}},
		{"a reprint with another headline", []story.Doc{doc("a", wire, body, 0), doc("b", "Ferry grounded", body, 5)}, []string{"a b"}},
		{"the same headline, later than the window", []story.Doc{doc("a", wire, body, 0), doc("b", wire, body, 100)}, []string{"a", "b"}},
		{"two events in similar words", []story.Doc{doc("a", "Ferry runs aground off Tanjung Batu", "All are safe.", 0), doc("b", "Ferry runs late off Pulau Merah", "Fog is to blame.", 0)}, []string{"a", "b"}},
		{"a short headline that returns each day", []story.Doc{doc("a", "Morning briefing", "Rain and trade talks.", 0), doc("b", "Morning briefing", "Elections and floods in the north.", 24)}, []string{"a", "b"}},
		{"Chinese reprint", []story.Doc{doc("a", "渡轮在丹戎巴都附近搁浅乘客全部获救", "周日清晨一艘渡轮在沙洲搁浅。", 0), doc("b", "渡轮在丹戎巴都附近搁浅乘客全部获救|港口日报", "周日清晨一艘渡轮在沙洲搁浅。", 1)}, []string{"a b"}},
		{"Thai, two stories", []story.Doc{doc("a", "เรือข้ามฟากเกยตื้นใกล้ท่าเรือ", "ผู้โดยสารปลอดภัยทุกคน", 0), doc("b", "ฝนตกหนักทางภาคเหนือ", "เตือนน้ำท่วมฉับพลัน", 0)}, []string{"a", "b"}},
	} {
		if got := groups(c.docs); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestOneLinkOneStoryUnlessThePageChanged(t *testing.T) {
	a := doc("a", "Floods close the coast road", "Buses are diverted through the hills until Friday.", 0)
	b := doc("b", "Floods close coast road until Friday", "Buses are diverted through the hills until Friday, the ministry says.", 3)
	c := doc("c", "Chess club wins the regional cup", "A late blunder decided the final.", 3)
	for _, d := range []*story.Doc{&a, &b, &c} {
		d.Link = "https://example.org/live"
	}
	if got, want := groups([]story.Doc{a, b, c}), []string{"a b", "c"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// invented makes documents of which many resemble each other, in chains.
func invented(r *rand.Rand, n int) []story.Doc {
	vocabulary := strings.Fields("harbour pilot strike ferry reef patrol survey cable talks border market river dam gauge flood relief camp bridge council vote ceasefire envoy protest island fishing radar storm quake coast tower signal")
	docs := make([]story.Doc, n)
	for i := range docs {
		if i > 0 && r.IntN(3) > 0 { // an edited copy of an earlier one
			docs[i] = docs[r.IntN(i)]
			w := strings.Fields(docs[i].Summary)
			for range r.IntN(4) {
				w[r.IntN(len(w))] = vocabulary[r.IntN(len(vocabulary))]
			}
			docs[i].Summary = strings.Join(w, " ")
		} else {
			w := make([]string, 18)
			for j := range w {
				w[j] = vocabulary[r.IntN(len(vocabulary))]
			}
			docs[i] = story.Doc{Title: w[0] + " " + w[1], Summary: strings.Join(w, " ")}
		}
		docs[i].Item, docs[i].Link = fmt.Sprintf("i%03d", i), fmt.Sprintf("https://example.org/%d", i)
		docs[i].Published = noon.Add(time.Duration(r.IntN(200)) * time.Hour)
		docs[i].Owner = fmt.Sprintf("o%d", r.IntN(8))
	}
	return docs
}

func TestStoriesDoNotDependOnTheOrderOfArrival(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 1))
		docs := invented(r, 60)
		want := groups(docs)
		if len(want) < 5 || len(want) > 55 {
			t.Fatalf("seed %d: %d stories of 60 documents say little", seed, len(want))
		}
		for range 5 {
			r.Shuffle(len(docs), func(i, j int) { docs[i], docs[j] = docs[j], docs[i] })
			if got := groups(docs); !slices.Equal(got, want) {
				t.Fatalf("seed %d: another order gives other stories:\n%q\n%q", seed, got, want)
			}
		}
	}
}

func TestADocumentSeenAgainKeepsItsStory(t *testing.T) {
	x := story.New(options())
	d := doc("a", "Ferry runs aground off Tanjung Batu", "All passengers are safe, the harbour master said on Sunday.", 0)
	first := x.Add(d)
	for range 3 {
		if again := x.Add(d); again.Story != first.Story || len(again.Aliases) != 0 {
			t.Fatalf("again %+v, first %+v", again, first)
		}
	}
	d.Title, d.Summary = "Salvage of the ferry begins at high tide tomorrow", "Two tugs have arrived from the mainland."
	if revised := x.Add(d); revised.Story != first.Story {
		t.Errorf("the revised document moved to story %s", revised.Story)
	}
}

func TestARestoredIndexGoesOnAsIfNothingHadHappened(t *testing.T) {
	docs := invented(rand.New(rand.NewPCG(7, 7)), 120)
	whole, broken := story.New(options()), story.New(options())
	for i, d := range docs {
		if i == 60 {
			restored := story.New(options())
			// What the journal holds: entries as JSON, in order.
			again := story.New(options())
			for _, e := range docs[:60] {
				raw, err := json.Marshal(again.Add(e).Entry)
				if err != nil {
					t.Fatal(err)
				}
				var entry story.Entry
				if err := json.Unmarshal(raw, &entry); err != nil {
					t.Fatal(err)
				}
				if err := restored.Restore(entry); err != nil {
					t.Fatal(err)
				}
			}
			broken = restored
		}
		a, b := whole.Add(d), broken.Add(d)
		if a.Story != b.Story || fmt.Sprint(a.Aliases) != fmt.Sprint(b.Aliases) {
			t.Fatalf("document %d: %+v after a restart, else %+v", i, b, a)
		}
	}
}

func TestBrokenEntryIsNamed(t *testing.T) {
	if err := story.New(options()).Restore(story.Entry{Item: "x", Sketch: []byte("!")}); err == nil || !strings.Contains(err.Error(), "x") {
		t.Errorf("got %v", err)
	}
}

// pages gives each document an address of its own.
func pages(docs []story.Doc) []story.Doc {
	for i := range docs {
		docs[i].Link = "https://gazette.example/" + docs[i].Item
	}
	return docs
}

func sameDay(docs []story.Doc) []story.Doc {
	for i := range docs {
		docs[i].Published = docs[0].Published.Add(time.Duration(i) * time.Hour)
	}
	return docs
}

func TestPartsOfASeriesAreNotOneStory(t *testing.T) {
	series := func(owner string, titles ...string) []story.Doc {
		var docs []story.Doc
		for i, title := range titles {
			d := doc(string(rune('a'+i)), title, "These are the key developments along the border, told day by day by our reporters on the spot.", 24*i)
			d.Owner = owner
			docs = append(docs, d)
		}
		return docs
	}
	for _, c := range []struct {
		name string
		docs []story.Doc
		want []string
	}{
		{"figures differ", series("gazette", "Border standoff: list of key events, day 108", "Border standoff: list of key events, day 109"), []string{"a", "b"}},
		{"dates at the end differ", series("gazette", "Currency exchange rates in the country today – 03 January 2026", "Currency exchange rates in the country today – 05 January 2026"), []string{"a", "b"}},
		{"the same figures", series("gazette", "Border standoff: list of key events, day 108", "Border standoff, a list of key events, day 108"), []string{"a b"}},
		{"counted in words, on other pages", pages(series("gazette", "Pension payments go out in six days", "Pension payments go out in five days")), []string{"a", "b"}},
		{"revised on another page the same day", pages(sameDay(series("gazette", "Ferry runs aground near the harbour", "Ferry has run aground near the harbour"))), []string{"a b"}},
		{"two owners, other figures", series("", "Ferry with 120 aboard runs aground off the coast", "Ferry with 122 aboard runs aground off the coast"), []string{"a b"}},
	} {
		if c.docs[0].Owner == "" {
			c.docs[0].Owner, c.docs[1].Owner = "gazette", "post"
		}
		if got := groups(c.docs); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTenCopiesAreOneStory(t *testing.T) {
	var docs []story.Doc
	for i := range 10 {
		docs = append(docs, doc(fmt.Sprintf("c%d", i), fmt.Sprintf("Ferry runs aground off Tanjung Batu, all passengers safe - Paper %c", 'A'+i),
			"A ferry with 120 people on board ran aground on a sandbank off Tanjung Batu early on Sunday, the harbour master said."[:100-2*i], i))
	}
	if got := groups(docs); len(got) != 1 {
		t.Errorf("%d stories: %q", len(got), got)
	}
}

func TestForget(t *testing.T) {
	x := story.New(options())
	for i := range 10 {
		x.Add(doc(fmt.Sprint(i), fmt.Sprintf("Headline number %d of the day", i), "", 24*i))
	}
	x.Forget(noon.Add(5 * 24 * time.Hour))
	if x.Len() != 5 {
		t.Errorf("%d remembered, want 5", x.Len())
	}
	if again := x.Add(doc("7", "Headline number 7 of the day", "", 24*7)); len(again.Aliases) != 0 {
		t.Errorf("aliases %v", again.Aliases)
	}
}

// TestTextSharedByThousandsDoesNotSlowTheIndex: each addition stays bounded
// although every document resembles every other.
func TestTextSharedByThousandsDoesNotSlowTheIndex(t *testing.T) {
	x := story.New(story.Options{Window: time.Hour, Limit: 5000})
	for i := range 20000 {
		p := x.Add(doc(fmt.Sprint(i), "", "Subscribe to our newsletter and follow us on all channels for the latest news of the day", 0))
		if i > 0 && len(p.Aliases) > 0 {
			t.Fatalf("document %d made known %d joins", i, len(p.Aliases))
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	docs := invented(rand.New(rand.NewPCG(1, 2)), 5000)
	size := 0
	for _, d := range docs {
		size += len(d.Title) + len(d.Summary)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		x := story.New(options())
		for _, d := range docs {
			x.Add(d)
		}
	}
}

func TestTheIndexIsBounded(t *testing.T) {
	x := story.New(story.Options{Window: time.Hour, Limit: 50})
	for _, d := range invented(rand.New(rand.NewPCG(1, 2)), 500) {
		x.Add(d)
	}
	if x.Len() != 50 {
		t.Errorf("%d documents remembered, want 50", x.Len())
	}
}

func TestOrigins(t *testing.T) {
	at := func(h int) time.Time { return noon.Add(time.Duration(h) * time.Hour) }
	first, others := story.Origins([]story.Telling{{"gazette", at(3)}, {"wire", at(0)}, {"post", at(2)}, {"wire", at(5)}, {"post", at(9)}})
	if first != "wire" || !slices.Equal(others, []string{"post", "gazette"}) {
		t.Errorf("originated by %s, reprinted by %v", first, others)
	}
}
