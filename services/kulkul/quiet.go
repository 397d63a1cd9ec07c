package kulkul

import (
	"fmt"
	"time"
)

// Quiet is a span of the day, in whole minutes of local time, in which a person
// wants no mail; the zero value is none. One that ends before it begins goes
// over midnight.
type Quiet struct{ From, To time.Duration } // since midnight

// ParseQuiet reads "22:00-06:00"; "" is none.
func ParseQuiet(s string) (Quiet, error) {
	if s == "" {
		return Quiet{}, nil
	}
	var h1, m1, h2, m2 int
	n, err := fmt.Sscanf(s, "%02d:%02d-%02d:%02d", &h1, &m1, &h2, &m2)
	if err != nil || n != 4 || len(s) != len("22:00-06:00") || h1 > 23 || h2 > 23 || m1 > 59 || m2 > 59 || h1 < 0 || h2 < 0 || m1 < 0 || m2 < 0 || (h1 == h2 && m1 == m2) {
		return Quiet{}, fmt.Errorf("quiet hours %q: want 22:00-06:00", s)
	}
	clock := func(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }
	return Quiet{clock(h1, m1), clock(h2, m2)}, nil
}

// Ends is when the quiet hours in which the instant lies end; the zero time
// where it lies in none. The instant's location is the person's.
func (q Quiet) Ends(at time.Time) time.Time {
	if q.From == q.To {
		return time.Time{}
	}
	now := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	in, days := now >= q.From && now < q.To, 0
	if q.From > q.To {
		in = now >= q.From || now < q.To
		if now >= q.From {
			days = 1
		}
	}
	if !in {
		return time.Time{}
	}
	y, m, d := at.Date()
	return time.Date(y, m, d+days, int(q.To.Hours()), int(q.To.Minutes())%60, 0, 0, at.Location())
}

// Zone is the person's time zone; UTC where none or an unknown one is given.
func (p Person) Zone() *time.Location {
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// Rests is until when the person wants no mail; the zero time where now is as
// good as later.
func (p Person) Rests(now time.Time) time.Time {
	q, err := ParseQuiet(p.Quiet)
	if err != nil {
		return time.Time{} // refused by the check of the register
	}
	return q.Ends(now.In(p.Zone()))
}
