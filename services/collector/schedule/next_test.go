package schedule

import (
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 1, 14, 10, 7, 0, 0, time.UTC) // a Wednesday

func rule(t testing.TB, expression string) Rule {
	t.Helper()
	r, err := ParseRule(expression)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestNext(t *testing.T) {
	const h, m = time.Hour, time.Minute
	for name, c := range map[string]struct {
		rule   string
		wishes Wishes
		want   time.Duration
		why    string
	}{
		"schedule alone":           {"@every 30m", Wishes{}, 30 * m, "schedule"},
		"floor above schedule":     {"@every 1m", Wishes{}, 5 * m, "floor"},
		"clock times":              {"*/20 * * * *", Wishes{}, 13 * m, "schedule"},
		"clock times, floor":       {"8,30 * * * *", Wishes{}, 23 * m, "schedule"}, // 10:08 is too soon
		"ttl":                      {"@every 30m", Wishes{TTL: h}, h, "ttl"},
		"ttl of a week is capped":  {"@every 30m", Wishes{TTL: 168 * h}, 4 * h, "ttl"},
		"update period":            {"@every 30m", Wishes{Update: 2 * h}, 2 * h, "update period"},
		"fresh":                    {"@every 30m", Wishes{Fresh: 45 * m}, 45 * m, "Cache-Control"},
		"fresh for a year":         {"@every 30m", Wishes{Fresh: 9000 * h}, 4 * h, "Cache-Control"},
		"the longest wish counts":  {"@every 30m", Wishes{Fresh: h, TTL: 2 * h, Update: 3 * h}, 3 * h, "update period"},
		"rhythm":                   {"@every 30m", Wishes{Rhythm: 8 * h}, 2 * h, "rhythm"},
		"slow rhythm is capped":    {"@every 30m", Wishes{Rhythm: 900 * h}, 4 * h, "rhythm"},
		"quick rhythm":             {"@every 30m", Wishes{Rhythm: m}, 30 * m, "schedule"},
		"Retry-After":              {"@every 30m", Wishes{RetryAfter: 6 * h, Failures: 1}, 6 * h, "Retry-After"},
		"Retry-After of a month":   {"@every 30m", Wishes{RetryAfter: 720 * h, Failures: 1}, 168 * h, "Retry-After"},
		"Retry-After with 200":     {"@every 30m", Wishes{RetryAfter: 2 * h}, 2 * h, "Retry-After"},
		"first fault":              {"@every 30m", Wishes{Failures: 1}, 30 * m, "schedule"},
		"second fault":             {"@every 30m", Wishes{Failures: 2}, h, "back-off"},
		"fifth fault":              {"@every 30m", Wishes{Failures: 5}, 8 * h, "back-off"},
		"back-off is capped":       {"@every 30m", Wishes{Failures: 5000}, 24 * h, "back-off"},
		"a fault forgets the ttl":  {"@every 30m", Wishes{Failures: 1, TTL: 3 * h}, 30 * m, "schedule"},
		"rhythm and clock times":   {"0 * * * *", Wishes{Rhythm: 6 * h}, 113 * m, "rhythm"}, // 11:37 → 12:00
		"hours to skip":            {"@every 30m", Wishes{SkipHours: []int{10, 11}}, 113 * m, "skip"},
		"days to skip":             {"@every 30m", Wishes{SkipDays: []time.Weekday{time.Wednesday}}, 13*h + 53*m, "skip"},
		"everything to be skipped": {"@every 30m", Wishes{SkipDays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}, 30 * m, "schedule"},
	} {
		next, why := DefaultPolicy().Next(rule(t, c.rule), c.wishes, now, 0)
		if got := next.Sub(now); got != c.want || !strings.Contains(why, c.why) {
			t.Errorf("%s: in %s because of %s; want in %s because of %s", name, got, why, c.want, c.why)
		}
	}
}

func TestNextIsNeverEarlierThroughJitter(t *testing.T) {
	p := DefaultPolicy()
	for _, expression := range []string{"@every 30m", "*/20 * * * *", "0 6 * * *"} {
		first, _ := p.Next(rule(t, expression), Wishes{}, now, 0)
		last, _ := p.Next(rule(t, expression), Wishes{}, now, 0.999)
		if !last.After(first) || last.Sub(first) > time.Hour || first.Before(now.Add(p.Floor)) {
			t.Errorf("%s: between %s and %s", expression, first, last)
		}
	}
}

func TestRuleWithoutMoment(t *testing.T) {
	next, why := DefaultPolicy().Next(rule(t, "0 0 30 2 *"), Wishes{}, now, 0)
	if !next.IsZero() || !strings.Contains(why, "no further moment") {
		t.Errorf("%s, %s", next, why)
	}
	for _, bad := range []string{"", "every hour", "@every", "@every -1", "61 * * * *", "* * * *"} {
		if _, err := ParseRule(bad); err == nil || !strings.Contains(err.Error(), "schedule") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// However odd the wishes, the next moment is at least the floor away and, where
// nobody sent Retry-After, no further than policy and schedule allow.
func FuzzNext(f *testing.F) {
	f.Add(1, int64(time.Hour), int64(0), int64(0), int64(0), int64(0), 3, 2, 0.5)
	f.Fuzz(func(t *testing.T, failures int, retry, fresh, ttl, update, rhythm int64, hour, day int, random float64) {
		if !(random >= 0 && random < 1) || failures < 0 {
			t.Skip()
		}
		p := DefaultPolicy()
		w := Wishes{Failures: failures, RetryAfter: time.Duration(retry), Fresh: time.Duration(fresh), TTL: time.Duration(ttl),
			Update: time.Duration(update), Rhythm: time.Duration(rhythm), SkipHours: []int{hour}, SkipDays: []time.Weekday{time.Weekday(day)}}
		next, why := p.Next(rule(t, "@every 30m"), w, now, random)
		pause := next.Sub(now)
		if pause < p.Floor || pause > p.Patience+26*time.Hour+time.Hour || why == "" {
			t.Errorf("in %s because of %s", pause, why)
		}
	})
}
