package kulkul

import (
	"fmt"
	"time"
)

// Day is a calendar day in UTC, counted from 1 January 1970 (day 0).
type Day int32

// DayOf is the UTC day that t falls on.
func DayOf(t time.Time) Day {
	s := t.Unix()
	d := s / 86400
	if s%86400 < 0 {
		d--
	}
	return Day(d)
}

// ParseDay reads "2006-01-02".
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day %q: want YYYY-MM-DD", s)
	}
	return DayOf(t), nil
}

// Start is the first instant of the day, UTC.
func (d Day) Start() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// End is the first instant of the next day, UTC.
func (d Day) End() time.Time { return (d + 1).Start() }

// Weekday of the day, UTC.
func (d Day) Weekday() time.Weekday { return d.Start().Weekday() }

// String is the day as "2006-01-02".
func (d Day) String() string { return d.Start().Format(time.DateOnly) }

// MarshalText writes "2006-01-02".
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2006-01-02".
func (d *Day) UnmarshalText(b []byte) error {
	v, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = v
	return nil
}
