package evaluate

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/detect/series"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// flow reports n stories of one source, of different owners and countries.
func (w *world) flow(source string, day, entered kulkul.Day, n int, pairs ...kulkul.Pair) {
	for i := range n {
		w.n++
		id := fmt.Sprint("item", w.n)
		w.table.Add(kulkul.Observation{Item: id, Story: id, Source: source, Owner: fmt.Sprint("o", i), Country: fmt.Sprint("C", i), Day: day,
			Entered: entered, Collected: entered.Start().Add(12 * time.Hour), Weight: 0.6, Pairs: pairs})
	}
}

// collected tells the table what each source brought, 20 items a day, on the
// days from its first to the last given, its gap left out.
func (w *world) collected(last kulkul.Day, first map[string]kulkul.Day, away map[string][2]kulkul.Day) {
	var arrivals []series.Arrival
	for source, d := range first {
		for ; d <= last; d++ {
			if gap, has := away[source]; !has || d < gap[0] || d >= gap[1] {
				arrivals = append(arrivals, series.Arrival{Source: source, Day: d, Items: 20})
			}
		}
	}
	w.table.SetCollection(series.NewCollection(nil, arrivals, w.rules.Settle))
}

// TestASpikeIsAttributed holds a spike of six stories of six owners and
// countries against where it came from: only news raises the level.
func TestASpikeIsAttributed(t *testing.T) {
	since := map[string]kulkul.Day{"steady": day0 - 100, "other": day0 - 100}
	for _, c := range []struct {
		name   string
		first  map[string]kulkul.Day
		away   map[string][2]kulkul.Day
		report func(w *world)
		want   []string
		text   string
	}{
		{name: "news", first: since, report: func(w *world) { w.flow("steady", day0, day0, 6, papua) },
			want: []string{"fired papua/human-rights high"}},
		{name: "filled in afterwards", first: since, report: func(w *world) { w.flow("steady", day0-2, day0, 6, papua) },
			want: []string{"fired papua/human-rights watch"}, text: "6 of them came in two days or more after publication; without them there would be no alarm"},
		{name: "a source that came back", first: since, away: map[string][2]kulkul.Day{"steady": {day0 - 9, day0}},
			report: func(w *world) { w.flow("steady", day0, day0, 6, papua) },
			want:   []string{"fired papua/human-rights watch"}, text: "from what had been silent (steady)"},
		{name: "and what others say beside it", first: since, away: map[string][2]kulkul.Day{"steady": {day0 - 9, day0}},
			report: func(w *world) { w.flow("steady", day0, day0, 6, papua); w.flow("other", day0, day0, 3, papua) },
			want:   []string{"fired papua/human-rights high"}, text: "6 of them came in"},
		{name: "a new source", first: map[string]kulkul.Day{"other": day0 - 100, "steady": day0 - 3},
			report: func(w *world) { w.flow("steady", day0, day0, 6, papua) }},
		{name: "a new source beside others", first: map[string]kulkul.Day{"other": day0 - 100, "steady": day0 - 3},
			report: func(w *world) { w.flow("steady", day0, day0, 6, papua); w.flow("other", day0, day0, 3, papua) },
			want:   []string{"fired papua/human-rights high"}, text: "6 stories carried only by new sources left out"},
		{name: "one wire story in six papers", first: since, report: func(w *world) {
			for i := range 6 {
				o := kulkul.Observation{Item: fmt.Sprint("copy", i), Story: "wire", Source: fmt.Sprint("paper", i), Owner: fmt.Sprint("p", i), Country: fmt.Sprint("C", i),
					Day: day0, Entered: day0, Collected: day0.Start().Add(time.Duration(i) * time.Hour), Pairs: []kulkul.Pair{papua}}
				w.table.Add(o)
			}
		}},
	} {
		w := newWorld(t, threeFromTwo)
		w.collected(day0, c.first, c.away)
		if c.name == "one wire story in six papers" {
			w.table.SetCollection(series.Collection{}) // the papers are known
		}
		c.report(w)
		r := w.touch(day0, 13)
		var pairs []string
		for _, s := range told(r) {
			if !strings.Contains(s, "*") {
				pairs = append(pairs, s)
			}
		}
		if fmt.Sprint(pairs) != fmt.Sprint(c.want) {
			t.Errorf("%s: told %q, want %q", c.name, pairs, c.want)
		}
		if len(r.Events) > 0 && !strings.Contains(r.Events[0].Alert.Reasons[0].Text, c.text) {
			t.Errorf("%s: reason %q lacks %q", c.name, r.Events[0].Alert.Reasons[0].Text, c.text)
		}
	}
}

// TestAFeedAddedTodayIsNoCrisisTomorrow adds, to a collection of five stories a
// day, a source of ten more: neither when it appears nor when it begins to
// count, after settling, may anything fire.
func TestAFeedAddedTodayIsNoCrisisTomorrow(t *testing.T) {
	w := newWorld(t, "version: v1\nsettle: 28\n").scanning()
	first := map[string]kulkul.Day{"old": day0 - 200, "young": day0}
	for d := day0 - 200; d <= day0+60; d++ {
		w.flow("old", d, d, 5, papua)
		if d >= day0 {
			w.flow("young", d, d, 10, papua)
		}
		if d < day0-5 {
			continue
		}
		w.collected(d, first, nil)
		if d == day0 { // known from its first day
			w.collected(d, map[string]kulkul.Day{"old": day0 - 200, "young": day0}, nil)
		}
		if got := told(w.tick(d)); len(got) > 0 {
			t.Fatalf("%d days after the source was added: %q", d-day0, got)
		}
	}
	w.flow("young", day0+61, day0+61, 60, papua)
	w.collected(day0+61, first, nil)
	if got := told(w.tick(day0 + 61)); len(got) == 0 {
		t.Error("a burst of the settled source raised nothing")
	}
}

const voices = `
version: v1
indicators:
  - id: many-voices
    method: threshold
    window: 3
    minimum: {stories: 5, publishers: 3, ratio: 3, history: 28}
    clear: {stories: 2}
    series: {kinds: [flashpoints]}
`

// TestManyVoicesIsRelative runs a busy flow of eight stories a day for 150 days:
// an absolute rule of five in three days would never rest. With a ratio it stays
// quiet, speaks when the flow is three times as wide, and calms down.
func TestManyVoicesIsRelative(t *testing.T) {
	w := newWorld(t, voices)
	for d := day0; d < day0+150; d++ {
		w.flow("s", d, d, 8, papua)
		if got := told(w.tick(d)); len(got) > 0 {
			t.Fatalf("day %d of a steady flow: %q", d-day0, got)
		}
	}
	var got []string
	for d := day0 + 150; d < day0+175; d++ {
		n := 8
		if d < day0+154 {
			n = 40
		}
		w.flow("s", d, d, n, papua)
		got = append(got, told(w.tick(d))...)
	}
	if want := "[fired papua/* critical recovering papua/* critical resolved papua/* critical]"; fmt.Sprint(got) != want {
		t.Errorf("told %q, want %s", got, want)
	}
}

// TestWarmUp says what a flashpoint with so many days of history may raise, on
// the rules of the scan, the first report and the relative count.
func TestWarmUp(t *testing.T) {
	const rules = voices + `
  - {id: surge, method: nbscan, minimum: {stories: 2, publishers: 2, history: 28}, series: {kinds: [flashpoints]}}
  - {id: first, method: firstreport, params: {within: 90}, window: 1, minimum: {stories: 1, publishers: 1}, series: {kinds: [flashpoints]}}
`
	for _, c := range []struct {
		history int // days before the burst
		alert   bool
	}{{0, false}, {10, false}, {26, false}, {28, true}, {60, true}, {200, true}} {
		w := newWorld(t, rules)
		for d := day0 - kulkul.Day(c.history); d < day0; d++ {
			w.flow("s", d, d, 1, sabah) // somebody is listening
		}
		w.flow("s", day0, day0, 8, papua)
		r := w.tick(day0)
		if fired := strings.Contains(strings.Join(told(r), " "), "fired papua/*"); fired != c.alert {
			t.Errorf("%d days of history: fired %t, want %t", c.history, fired, c.alert)
		}
		learning := false
		for _, n := range r.Notices {
			learning = learning || n.Kind == "learning"
		}
		if learning == c.alert {
			t.Errorf("%d days of history: told that it learns: %t", c.history, learning)
		}
	}
	r := newWorld(t, rules).tick(day0)
	if len(r.Notices) != 1 || !strings.HasPrefix(r.Notices[0].Text, "Nothing that counts has come in yet") {
		t.Errorf("an empty database tells %+v", r.Notices)
	}
	// Rules that compare with no past have nothing to wait for, also where the day
	// judged, late, is one before the collection began.
	w := newWorld(t, strings.Replace(voices, ", history: 28", "", 1))
	w.flow("s", day0, day0, 8, papua)
	for _, d := range []kulkul.Day{day0 - 3, day0} {
		if r := w.tick(d); len(r.Notices) != 0 {
			t.Errorf("on %s rules without history tell %+v", d, r.Notices)
		}
	}
}

// TestTalksAreAnOpportunity ends an episode and lets reports of talks come in:
// one notice, no alert.
func TestTalksAreAnOpportunity(t *testing.T) {
	talk := func(w *world, d kulkul.Day, n int) {
		for i := range n {
			w.n++
			id := fmt.Sprint("talk", w.n)
			w.table.Add(kulkul.Observation{Item: id, Story: id, Source: "s", Owner: fmt.Sprint("t", i), Day: d, Entered: d,
				Collected: d.Start().Add(time.Hour), Talks: true, Pairs: []kulkul.Pair{pair("papua", "political-legal-disputes")}})
		}
	}
	w := newWorld(t, strings.Replace(threeFromTwo, "clear: {stories: 2}", "clear: {stories: 2}\n    series: {areas: [human-rights], kinds: [pairs]}", 1))
	for d := day0 - 126; d < day0; d += 3 {
		w.report(d, 1, papua)
	}
	w.report(day0, 3, papua)
	wants(t, w.tick(day0), "fired papua/human-rights high")
	talk(w, day0+1, 3) // while the alert fires, words are no opportunity
	notices := 0
	for d := day0 + 1; d < day0+40; d++ {
		if d == day0+5 {
			talk(w, d, 2)
		}
		r := w.tick(d)
		for _, n := range r.Notices {
			if n.Kind != Opportunity {
				continue
			}
			notices++
			if want := "of talks, a truce or a meeting from"; n.Flashpoint != "papua" || !strings.Contains(n.Text, want) && !strings.Contains(n.Text, "after the last episode") {
				t.Errorf("notice %+v", n)
			}
		}
		for _, e := range r.Events {
			if e.Change == kulkul.Fired {
				t.Errorf("talks raised %s", e.Alert.Key)
			}
		}
	}
	if f := w.lives["papua"]; f.Talks != 1 || notices < 1 {
		t.Errorf("%d notices, talks told after episode %d", notices, f.Talks)
	}
	if f := w.lives["papua"]; f.Firing() {
		t.Error("still firing")
	}
}

func TestRegionalTotalsDrawTheirShare(t *testing.T) {
	w := newWorld(t, `
version: v1
indicators:
  - {id: surge, method: nbscan, minimum: {stories: 2}, series: {kinds: [pairs, flashpoints]}}
  - {id: surge-region, method: nbscan, share: 0.25, minimum: {stories: 3}, series: {kinds: [areas]}}
`)
	r := &run{Input: Input{Indicators: w.rules}}
	day := w.rules.Budget.Alerts / w.rules.Budget.Days
	a, b := r.portion(&w.rules.List[0]), r.portion(&w.rules.List[1])
	if d := a + b - day; d > 1e-12 || d < -1e-12 || a != 4*b {
		t.Errorf("portions %g and %g of %g", a, b, day)
	}
	// Reports of an area that name no flashpoint are seen by the regional total alone.
	nowhere := pair(kulkul.None, "terrorism")
	for d := day0 - 200; d < day0; d += 10 {
		w.report(d, 1, nowhere)
	}
	w.report(day0, 9, nowhere)
	got := w.run(Input{At: day0.End(), Day: day0, Mode: life.Full})
	if fmt.Sprint(told(got)) != "[fired */terrorism critical]" {
		t.Errorf("told %q", told(got))
	}
}
