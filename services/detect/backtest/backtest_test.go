package backtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// first is 1 June 2026.
const first = kulkul.Day(20605)

func rules(t *testing.T) indicator.Indicators {
	t.Helper()
	in, err := indicator.Parse("x.yaml", []byte(`
version: v1
life: {cool_down: 72h}
indicators:
  - {id: three, method: threshold, window: 3, minimum: {stories: 3, publishers: 2}, clear: {stories: 2}, series: {kinds: [pairs, flashpoints]}}
  - {id: surge, method: nbscan, minimum: {stories: 2}, series: {kinds: [pairs, flashpoints]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// dated is an item that is dated to the day, timed one with an instant.
func dated(id string, day kulkul.Day, flashpoint string, publishers ...string) Item {
	i := Item{Tagged: kulkul.Tagged{Story: "story-" + id, Weight: 0.5,
		Areas: []kulkul.Tag{{ID: "human-rights"}}, Flashpoints: []kulkul.Tag{{ID: flashpoint}},
		Item: kulkul.Item{ID: id, Published: day.Start(), PublishedDay: true, Collected: day.End(), Entered: day}}}
	for _, p := range publishers {
		i.Publishers = append(i.Publishers, Publisher{Source: p, Owner: p, Country: strings.ToUpper(p[:2])})
	}
	return i
}

func timed(id string, at time.Time, flashpoint string, publishers ...string) Item {
	i := dated(id, kulkul.DayOf(at), flashpoint, publishers...)
	i.Tagged.Item.Published, i.Tagged.Item.PublishedDay, i.Tagged.Item.Collected = at, false, at
	return i
}

func replayed(t *testing.T, c Config, items []Item) *History {
	t.Helper()
	h, err := Run(c, items, func(Line) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestADatedItemIsKnownFromTheDaysEnd(t *testing.T) {
	items := []Item{dated("1", first, "papua", "aa"), dated("2", first, "papua", "bb"), dated("3", first+1, "papua", "cc")}
	h := replayed(t, Config{Indicators: rules(t), From: first, To: first + 20}, items)
	var got []string
	for _, l := range h.Lines {
		got = append(got, fmt.Sprintf("%s %s %s/%s %s %d", l.At.Format(time.DateTime), l.State, l.Flashpoint, l.Area, l.Level, l.Episode))
	}
	want := []string{
		"2026-06-03 00:00:00 firing papua/human-rights high 1",
		"2026-06-10 00:00:00 recovering papua/human-rights high 1",
		"2026-06-13 00:00:00 resolved papua/human-rights high 1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	raw, err := json.Marshal(h.Lines[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"at":"2026-06-03T00:00:00Z","state":"firing","flashpoint":"papua","area":"human-rights","level":"high","episode":1,` +
		`"reason":"three: 3 stories from 3 publishers in 3 days; the rule asks for 3 from 2."}`; string(raw) != want {
		t.Errorf("line %s\nwant %s", raw, want)
	}
}

func TestATimedItemRaisesWithinItsHour(t *testing.T) {
	at := first.Start().Add(9*time.Hour + 20*time.Minute)
	items := []Item{timed("1", at, "papua", "aa"), timed("2", at.Add(time.Minute), "papua", "bb"), timed("3", at.Add(5*time.Hour), "papua", "cc")}
	h := replayed(t, Config{Indicators: rules(t), From: first, To: first}, items)
	if len(h.Lines) != 1 || h.Lines[0].At.Format(time.TimeOnly) != "14:59:59" {
		t.Errorf("lines %+v: want one, at the end of the hour of the third item", h.Lines)
	}
}

func TestPublishersOfOneItemAreOneStory(t *testing.T) {
	items := []Item{dated("1", first, "papua", "aa", "bb", "cc"), dated("2", first, "papua", "aa")}
	h := replayed(t, Config{Indicators: rules(t), From: first, To: first + 3}, items)
	if len(h.Lines) != 0 {
		t.Errorf("two stories of four citations alarmed a rule that asks for three stories: %+v", h.Lines)
	}
}

// TestNoLookAhead cuts histories off at random: what was told up to then must
// not change.
func TestNoLookAhead(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 3))
		flashpoints := []string{"papua", "sabah", "kashmir", "rakhine"}
		var items []Item
		for n := range 240 {
			day := first + kulkul.Day(r.IntN(120))
			if r.IntN(3) == 0 {
				day = first + kulkul.Day(40+r.IntN(6)) // a busy week
			}
			publishers := []string{"aa", "bb", "cc", "dd"}[:1+r.IntN(3)]
			if r.IntN(2) == 0 {
				items = append(items, dated(fmt.Sprint(n), day, flashpoints[r.IntN(4)], publishers...))
			} else {
				items = append(items, timed(fmt.Sprint(n), day.Start().Add(time.Duration(r.IntN(24*60))*time.Minute), flashpoints[r.IntN(4)], publishers...))
			}
			if r.IntN(10) == 0 { // a join that becomes known with the item
				i := &items[len(items)-1].Tagged
				i.Aliases = []kulkul.StoryAlias{{Story: i.Story, Into: fmt.Sprint("story-", r.IntN(n+1)), At: i.Item.Collected}}
			}
		}
		c := Config{Indicators: rules(t), From: first + 10, To: first + 119}
		whole := replayed(t, c, items)
		cut := first + 42
		c.To = cut
		var past []Item
		for _, i := range items {
			if !i.Tagged.Item.Collected.After(cut.End()) {
				past = append(past, i)
			}
		}
		part := replayed(t, c, past)
		var want []Line
		for _, l := range whole.Lines {
			if !l.At.After(cut.End()) {
				want = append(want, l)
			}
		}
		if len(want) == 0 {
			t.Errorf("seed %d: nothing told before the cut, so nothing is shown", seed)
		}
		if !reflect.DeepEqual(part.Lines, want) {
			t.Errorf("seed %d: what came later changed what was told:\n%+v\n%+v", seed, part.Lines, want)
		}
	}
}

func TestTheOrderOfTheFileDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var items []Item
	for n := range 60 {
		items = append(items, dated(fmt.Sprint(n), first+kulkul.Day(r.IntN(30)), "papua", "aa", "bb"))
	}
	c := Config{Indicators: rules(t), From: first, To: first + 30}
	a := replayed(t, c, items)
	r.Shuffle(len(items), func(i, j int) { items[i], items[j] = items[j], items[i] })
	if b := replayed(t, c, items); !reflect.DeepEqual(a.Lines, b.Lines) {
		t.Error("the order of the file changed the lines")
	}
}

func TestRunRefusesNoDays(t *testing.T) {
	if _, err := Run(Config{From: 5, To: 4}, nil, nil); err == nil {
		t.Error("a span without a day was accepted")
	}
}

func TestScore(t *testing.T) {
	items := []Item{
		dated("1", first+20, "papua", "aa", "bb"), dated("2", first+20, "papua", "bb"), dated("3", first+20, "papua", "cc"),
		dated("4", first+60, "sabah", "aa"), dated("5", first+60, "sabah", "bb"), dated("6", first+60, "sabah", "cc"),
	}
	h := replayed(t, Config{Indicators: rules(t), From: first, To: first + 364}, items)
	onsets := []Onset{{"papua", first + 20, "found"}, {"papua", first + 29, "too late"}, {"kashmir", first + 20, "silent"}, {"papua", first + 1000, "outside"}}
	s := h.Score(onsets)
	if s.Onsets != 3 || s.Found != 1 || s.Episodes != 2 || s.Rate != 0.1 || s.Precision != 0.5 || *s.MedianDelay != 1 ||
		s.Fired < 2 || s.Budget.Fired != math.Round(float64(s.Fired)*s.Budget.Days/365*1000)/1000 || s.Budget.Alerts == 0 {
		t.Errorf("scorecard %+v", s)
	}
	if s.Details[1].Found || s.Details[2].Reason != "no rule was met by the stories of these days" {
		t.Errorf("details %+v", s.Details)
	}
	raw, err := json.Marshal(map[string]Scorecard{"scorecard": s})
	if err != nil || bytes.Contains(raw, []byte("\n")) {
		t.Errorf("scorecard is no line: %s, %v", raw, err)
	}
	if empty := (&History{From: first, To: first, table: h.table}).Score(nil); empty.MedianDelay != nil || empty.Recall != 0 {
		t.Errorf("an empty scorecard %+v", empty)
	}
}

func TestReadOnsets(t *testing.T) {
	got, err := ReadOnsets(strings.NewReader("flashpoint,onset,name\npapua,2026-06-01,\"Arrests, many\"\n"))
	if want := []Onset{{"papua", first, "Arrests, many"}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"papua,1 June,x\n", "atlantis,2026-06-01,x\n", "papua,2026-06-01\n", "\"papua\n"} {
		if _, err := ReadOnsets(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestReportShowsEpisodesAndMisses(t *testing.T) {
	items := []Item{dated("1", first+20, "papua", "aa", "bb"), dated("2", first+20, "papua", "<b>"), dated("3", first+20, "papua", "cc")}
	h := replayed(t, Config{Indicators: rules(t), From: first, To: first + 364}, items)
	var page bytes.Buffer
	if err := h.WriteReport(&page, []Onset{{"papua", first + 20, "Arrests & more"}, {"papua", first + 200, "Quiet"}}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1 of 2", "Arrests &amp; more", `class="missed"`, "<rect class=\"band high\"", "papua – 3 stories, at most 3 in a week", "</html>"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the report lacks %q", want)
		}
	}
}

func TestRegister(t *testing.T) {
	r := NewRegister([]kulkul.Source{{ID: "gazette", Name: "The Island Gazette", Owner: "press-house", Country: "SG", Reliability: "A"}})
	got, weight := r.Cited("Island  gazette; Unknown Post ;gazette;;unknown post")
	want := []Publisher{{"gazette", "press-house", "SG"}, {"unknown post", "unknown post", ""}, {"gazette", "press-house", "SG"}}
	if !reflect.DeepEqual(got, want) || weight != 1 {
		t.Errorf("%+v, weight %g", got, weight)
	}
	if got, weight := r.Cited(" "); got != nil || weight != 0 {
		t.Errorf("of nothing: %+v, %g", got, weight)
	}
}
