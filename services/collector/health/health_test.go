package health

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 6, 0, 0, 0, time.UTC)

// feed is a feed under judgement, polled every hour.
type feed struct {
	t      *testing.T
	m      Memory
	at     time.Time
	states []string
}

func (f *feed) see(o Observation) string {
	o.At = f.at
	m, text := DefaultPolicy().Judge(f.m, o)
	if (text != "") != (m.State != f.m.State) {
		f.t.Errorf("state %q → %q with the words %q", f.m.State, m.State, text)
	}
	if text != "" {
		f.states = append(f.states, m.State)
		if !m.Since.Equal(f.at) {
			f.t.Errorf("%s since %s at %s", m.State, m.Since, f.at)
		}
	}
	f.m = m
	f.at = f.at.Add(time.Hour)
	return text
}

// days lets the feed bring n items a day, evenly, for so many days.
func (f *feed) days(days, n int) {
	for h := range days * 24 {
		var fresh []time.Time
		if n > 0 && h%(24/n) == 0 {
			fresh = []time.Time{f.at}
		}
		f.see(Observation{New: fresh})
	}
}

func (f *feed) want(states ...string) {
	f.t.Helper()
	if got, want := strings.Join(f.states, " "), strings.Join(states, " "); got != want {
		f.t.Errorf("states %s, want %s", got, want)
	}
	f.states = nil
}

func newFeed(t *testing.T) *feed { return &feed{t: t, at: start} }

func TestQuietLife(t *testing.T) {
	f := newFeed(t)
	f.days(60, 4)
	f.want(New, OK)
}

func TestFailingAndBack(t *testing.T) {
	f := newFeed(t)
	f.days(10, 4)
	f.see(Observation{Fault: "timeout"})
	f.see(Observation{Fault: "timeout"})
	f.see(Observation{})
	f.want(New, OK) // two in a row are none
	for range 5 {
		f.see(Observation{Fault: "dns"})
	}
	if f.m.Failures != 5 {
		t.Errorf("%d failures", f.m.Failures)
	}
	f.days(3, 4)
	f.want(Failing, Recovered, OK)
}

// A feed that never worked is failing, then new, never recovered.
func TestFailsFromTheStart(t *testing.T) {
	f := newFeed(t)
	for range 3 {
		f.see(Observation{Fault: "status_4xx"})
	}
	f.want(Failing)
}

func TestGone(t *testing.T) {
	f := newFeed(t)
	f.days(5, 4)
	f.see(Observation{Fault: "gone"})
	f.see(Observation{Fault: "gone", Gone: true})
	f.see(Observation{Fault: "gone", Gone: true})
	f.want(New, OK, Gone)
	f.see(Observation{New: []time.Time{f.at}})
	f.want(Recovered)
}

// Silence is judged against the feed's own rhythm: what is silence for one is
// an ordinary pause for another.
func TestSilence(t *testing.T) {
	daily, monthly := newFeed(t), newFeed(t)
	daily.days(40, 4)
	daily.want(New, OK)
	daily.days(6, 0)
	daily.want(Silent)
	daily.days(4, 4)
	daily.want(Recovered, OK)
	for range 14 {
		monthly.see(Observation{New: []time.Time{monthly.at}})
		monthly.days(29, 0)
	}
	monthly.want(New, OK)
	monthly.days(60, 0)
	monthly.want(Silent)
}

// Weekends are no silence once the feed has shown that it rests then.
func TestWeekends(t *testing.T) {
	f := newFeed(t)
	for range 8 {
		f.days(5, 8)
		f.days(2, 0)
	}
	f.want(New, OK)
}

func TestDoubling(t *testing.T) {
	f := newFeed(t)
	f.days(20, 4)
	f.states = nil
	var burst []time.Time
	for range 30 {
		burst = append(burst, f.at)
	}
	text := f.see(Observation{New: burst})
	f.want(Doubled)
	if !strings.Contains(text, "items today, usually 4") {
		t.Errorf("said %q", text)
	}
	f.days(3, 4)
	f.want(OK)
	// The first days of a feed bring a backlog and are no doubling.
	fresh := newFeed(t)
	fresh.see(Observation{New: burst})
	fresh.days(10, 4)
	fresh.want(New, OK)
}

// An archive that comes in anew is told apart from a surge of news, however few
// the items are.
func TestBackfill(t *testing.T) {
	f := newFeed(t)
	f.days(20, 4)
	f.states = nil
	var archive []time.Time
	for n := range 9 {
		archive = append(archive, f.at.AddDate(0, 0, -30-n))
	}
	text := f.see(Observation{New: append(archive, f.at)})
	f.want(Backfilled)
	if text != "9 of 11 new items today are older than 7 days" {
		t.Errorf("said %q", text)
	}
	f.days(3, 4)
	f.want(OK)
	f.see(Observation{New: archive[:4]}) // a few are none
	f.days(1, 4)
	f.want()
}

// Items that come at random at a steady rate are rarely called doubled or
// silent: less than once in a year of any feed.
func TestFalseAlarms(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, rate := range []float64{0.5, 3, 20} { // a day
		alarms := 0
		for range 10 {
			f := newFeed(t)
			for range 365 * 24 {
				var fresh []time.Time
				for random.Float64() < rate/24 && len(fresh) < 5 {
					fresh = append(fresh, f.at)
				}
				f.see(Observation{New: fresh})
			}
			for _, s := range f.states {
				if s == Doubled || s == Silent {
					alarms++
				}
			}
		}
		if alarms > 10 {
			t.Errorf("%.1f items a day: %d false judgements in ten years", rate, alarms)
		}
	}
}

func TestRhythm(t *testing.T) {
	var r Rhythm
	if r.Expected(start) != 0 {
		t.Error("an unknown rhythm is expected")
	}
	var dates []time.Time
	for i := range 12 {
		dates = append(dates, start.Add(time.Duration(i)*time.Hour))
	}
	dates[3], dates[7] = dates[7], dates[3] // feeds list things in any order
	r = r.With(dates, start.Add(24*time.Hour))
	if r.Mean != time.Hour || r.Gaps != 11 || r.Longest != time.Hour || !r.Last.Equal(start.Add(11*time.Hour)) {
		t.Errorf("%+v", r)
	}
	if got := r.Expected(start.Add(12 * time.Hour)); got != time.Hour {
		t.Errorf("expected every %s", got)
	}
	if got := r.Expected(start.Add(111 * time.Hour)); got != 50*time.Hour {
		t.Errorf("after a long pause expected every %s", got)
	}
	old := r.With([]time.Time{start.AddDate(-1, 0, 0)}, start)
	if old != r {
		t.Error("a backlog changes the rhythm")
	}
	if ahead := r.With([]time.Time{start.AddDate(1, 0, 0)}, start.Add(12*time.Hour)); !ahead.Last.Equal(start.Add(12 * time.Hour)) {
		t.Errorf("a date in the future moves the last to %s", ahead.Last)
	}
}
