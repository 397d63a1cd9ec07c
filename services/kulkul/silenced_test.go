package kulkul_test

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Whatever the order in which early ends arrive, and however often, the earliest
// counts; one after the end that was set changes nothing.
func TestTheEarliestEndOfASilenceCounts(t *testing.T) {
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	end := func(id string, after time.Duration) kulkul.Review {
		return kulkul.Review{ID: id, Verdict: kulkul.EndSilence, At: at.Add(after)}
	}
	for _, ends := range [][]kulkul.Review{
		{end("a", time.Hour), end("b", 2*time.Hour), end("a", time.Hour)},
		{end("b", 2*time.Hour), end("c", time.Hour), end("a", time.Hour)},
		{{ID: "0", Verdict: kulkul.Settle, At: at}, end("a", time.Hour)},
	} {
		s := kulkul.Silenced{Review: kulkul.Review{Until: at.Add(5 * time.Hour)}}
		for _, e := range ends {
			s.Ends(e)
		}
		if s.Ended == nil || s.Ended.ID != "a" || !s.End().Equal(at.Add(time.Hour)) {
			t.Errorf("%v: ended by %v", ends, s.Ended)
		}
		if s.Ends(ends[1]) {
			t.Errorf("%v: the same end is new a second time", ends)
		}
	}
	s := kulkul.Silenced{Review: kulkul.Review{Until: at.Add(time.Hour)}}
	if s.Ends(end("late", 2*time.Hour)); !s.End().Equal(s.Until) {
		t.Errorf("ended at %s", s.End())
	}
}
