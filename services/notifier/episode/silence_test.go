package episode_test

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// silence mutes an area of sabah until an instant after the start.
func silence(id, area string, until time.Duration) kulkul.Silenced {
	return kulkul.Silenced{Review: kulkul.Review{ID: id, Verdict: kulkul.Silence, By: "desk", Text: "known", At: start, Until: start.Add(until),
		Matcher: &kulkul.Matcher{Flashpoint: "sabah", Area: area}}}
}

func TestASilencedEpisodeIsToldWhenTheSilenceEnds(t *testing.T) {
	tt := newTeller()
	tt.silences = []kulkul.Silenced{silence("s", "", 2*time.Hour)}
	tt.event("terrorism", kulkul.Firing, kulkul.High, 0)
	tt.decide(time.Hour)
	tt.want(t)
	tt.decide(2 * time.Hour)
	tt.decide(3 * time.Hour)
	tt.want(t, "first")
	if n := tt.last.Silences; len(n) != 1 || n[0].ID != "s" {
		t.Errorf("the first mail tells of silences %v", n)
	}
}

func TestAnEndedSilenceTellsWhatIsStillOpen(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	tt.silences = []kulkul.Silenced{silence("s", "terrorism", 30*time.Hour)}
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, time.Hour)
	tt.decide(25 * time.Hour) // a repeat would be due
	tt.want(t, "first")
	tt.decide(30 * time.Hour)
	tt.want(t, "first", "worse-elevated")

	tt.silences = []kulkul.Silenced{silence("s2", "terrorism", 40*time.Hour)}
	tt.decide(31 * time.Hour)
	tt.decide(40 * time.Hour)
	tt.decide(41 * time.Hour)
	tt.want(t, "first", "worse-elevated", "resume-1")
}

// ended ends a silence early, an instant after the start.
func ended(s kulkul.Silenced, after time.Duration) kulkul.Silenced {
	s.Ends(kulkul.Review{ID: "end of " + s.ID, Verdict: kulkul.EndSilence, By: "lee", Text: "over", At: start.Add(after), Settles: s.ID})
	return s
}

func TestASilenceEndedEarlyTellsWhatIsStillOpen(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	s := silence("s", "terrorism", 30*time.Hour)
	tt.silences = []kulkul.Silenced{s}
	tt.decide(time.Hour)
	tt.silences = []kulkul.Silenced{ended(s, 2*time.Hour)}
	tt.decide(2 * time.Hour)
	tt.decide(3 * time.Hour)
	tt.want(t, "first", "resume-1")
	if n := tt.last; len(n.Muted) != 0 || len(n.Silences) != 1 || n.Silences[0].Ended == nil || n.Silences[0].Ended.By != "lee" {
		t.Errorf("told %+v", n)
	}
	tt.decide(22 * time.Hour)
	tt.want(t, "first", "resume-1") // nothing of it comes back
	tt.decide(26*time.Hour + time.Minute)
	tt.want(t, "first", "resume-1", "repeat-1")
}

func TestAnEndThatWaitsForAnotherSilenceIsToldWithIt(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	one, other := silence("s", "terrorism", 30*time.Hour), silence("s2", "", 5*time.Hour)
	tt.silences = []kulkul.Silenced{one, other}
	tt.decide(time.Hour)
	tt.silences[0] = ended(one, 2*time.Hour)
	tt.decide(2 * time.Hour)
	tt.want(t, "first")
	tt.decide(5 * time.Hour)
	tt.want(t, "first", "resume-1")
	if n := tt.last; len(n.Silences) != 2 || n.Silences[0].Ended == nil {
		t.Errorf("told of silences %+v", n.Silences)
	}
}

func TestASilencedEndIsToldAfterTheSilence(t *testing.T) {
	tt := newTeller()
	tt.event("terrorism", kulkul.Firing, kulkul.Watch, 0)
	tt.silences = []kulkul.Silenced{silence("s", "", 5*time.Hour)}
	tt.decide(time.Hour)
	tt.event("terrorism", kulkul.Resolved, kulkul.Watch, 2*time.Hour)
	tt.want(t, "first")
	tt.decide(5 * time.Hour)
	tt.want(t, "first", "resolved")
}

func TestAnEpisodeThatBeganAndEndedInSilenceIsNeverTold(t *testing.T) {
	tt := newTeller()
	tt.silences = []kulkul.Silenced{silence("s", "", 5*time.Hour)}
	tt.event("terrorism", kulkul.Firing, kulkul.Critical, 0)
	tt.event("terrorism", kulkul.Resolved, kulkul.Critical, time.Hour)
	tt.decide(6 * time.Hour)
	tt.want(t)
}

func TestASilenceMutesItsPartAlone(t *testing.T) {
	tt := newTeller()
	tt.silences = []kulkul.Silenced{silence("s", "terrorism", 5*time.Hour)}
	tt.event("terrorism", kulkul.Firing, kulkul.Critical, 0)
	tt.event("maritime-security", kulkul.Firing, kulkul.Watch, time.Minute)
	tt.want(t, "first") // at watch: nothing goes up the steps of a critical one
	if n := tt.last; n.Level != kulkul.Watch || len(n.Muted) != 1 || len(n.Silences) != 1 {
		t.Errorf("told %+v", n)
	}
}

func TestASilenceBelowALevelLetsTheRestThrough(t *testing.T) {
	tt := newTeller()
	r := silence("s", "", 5*time.Hour)
	r.Matcher.Below = kulkul.Elevated
	tt.silences = []kulkul.Silenced{r}
	tt.event("terrorism", kulkul.Firing, kulkul.Elevated, 0)
	tt.want(t)
	tt.event("terrorism", kulkul.Firing, kulkul.High, time.Hour)
	tt.want(t, "first")
}
