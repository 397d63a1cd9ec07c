package date

import (
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	for _, c := range []struct {
		in, want string // want is RFC 3339; "" is no date
		day      bool
	}{
		// RFC 822 and what becomes of it.
		{"Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 +0700", "2006-01-02T08:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 -0330", "2006-01-02T18:34:05Z", false},
		{"Mon, 2 Jan 2006 15:04 EST", "2006-01-02T20:04:00Z", false},
		{"2 Jan 06 15:04:05 PDT", "2006-01-02T22:04:05Z", false},
		{"Monday, 02 January 2006 15:04:05 Z", "2006-01-02T15:04:05Z", false},
		{"Mon,02 Jan 2006 15:04:05+0000", "2006-01-02T15:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 GMT+08:00", "2006-01-02T07:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 GMT-0500 (EST)", "2006-01-02T20:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 --0700", "2006-01-02T22:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 NOWHERE", "2006-01-02T15:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 0000", "2006-01-02T15:04:05Z", false},
		{"Mon, 02 Jan 2006 15:04:05 Etc/GMT", "2006-01-02T15:04:05Z", false},
		{"Mon, 02 Jan 2006 24:00:00 GMT", "2006-01-03T00:00:00Z", false},
		{"Mon, 02 Jan 2006", "2006-01-02T00:00:00Z", true},
		{"Jan 2, 2006", "2006-01-02T00:00:00Z", true},
		{"January 2nd, 2006 at 3:04 pm", "2006-01-02T15:04:00Z", false},
		{"Mon, 21 Jan 2008 8:56 am PST", "2008-01-21T16:56:00Z", false},
		{"Jan 2, 2006 12:30 AM", "2006-01-02T00:30:00Z", false},
		{"2 Jan 2006 3 pm", "2006-01-02T15:00:00Z", false},
		{"02-Jan-2006 15:04:05", "2006-01-02T15:04:05Z", false},
		{"Septmber 9, 2019", "2019-09-09T00:00:00Z", true},
		// asctime and its kin.
		{"Mon Jan  2 15:04:05 2006", "2006-01-02T15:04:05Z", false},
		{"Mon Jan 02 15:04:05 +0800 2006", "2006-01-02T07:04:05Z", false},
		{"Mon Jan 2 15:04:05 MST 2006", "2006-01-02T22:04:05Z", false},
		// ISO 8601.
		{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05Z", false},
		{"2006-01-02T15:04:05.678+08:00", "2006-01-02T07:04:05Z", false},
		{"2006-01-02t15:04:05z", "2006-01-02T15:04:05Z", false},
		{"2006-01-02T15:04:05", "2006-01-02T15:04:05Z", false},
		{"2006-01-02T15:04+0530", "2006-01-02T09:34:00Z", false},
		{"2006-01-02T15:04:05+08", "2006-01-02T07:04:05Z", false},
		{"2006-01-02T15Z", "2006-01-02T15:00:00Z", false},
		{"2006-01-02 15:04:05 -0700", "2006-01-02T22:04:05Z", false},
		{"2006-01-02 15:04:05 UTC", "2006-01-02T15:04:05Z", false},
		{"2006-1-2", "2006-01-02T00:00:00Z", true},
		{"2006-01-02", "2006-01-02T00:00:00Z", true},
		{"2006-01", "2006-01-01T00:00:00Z", true},
		{"2006", "2006-01-01T00:00:00Z", true},
		{"20060102", "2006-01-02T00:00:00Z", true},
		{"20060102T150405Z", "2006-01-02T15:04:05Z", false},
		{"20060102150405", "2006-01-02T15:04:05Z", false},
		{"2006/01/02 15:04", "2006-01-02T15:04:00Z", false},
		// Numbers alone.
		{"2.1.2006", "2006-01-02T00:00:00Z", true},
		{"02-01-2006 15:04", "2006-01-02T15:04:00Z", false},
		{"2/1/2006", "2006-01-02T00:00:00Z", true},
		{"1/2/2006 3:04:05 PM", "2006-01-02T15:04:05Z", false},
		{"12/31/2006", "2006-12-31T00:00:00Z", true},
		{"1136214245", "2006-01-02T15:04:05Z", false},
		{"1136214245000", "2006-01-02T15:04:05Z", false},
		// Other languages.
		{"mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15Z", false},
		{"Senin, 2 Januari 2006 15:04 WIB", "2006-01-02T08:04:00Z", false},
		{"17 Agustus 2019", "2019-08-17T00:00:00Z", true},
		{"31 Ogos 2019 10:00 MYT", "2019-08-31T02:00:00Z", false},
		{"12 Hunyo 2019", "2019-06-12T00:00:00Z", true},
		{"2 มกราคม 2549 15:04 น.", "2006-01-02T15:04:00Z", false},
		{"๒ มกราคม ๒๕๔๙", "2006-01-02T00:00:00Z", true},
		{"2 ม.ค. 2549", "2006-01-02T00:00:00Z", true},
		{"2006年1月2日 15:04:05", "2006-01-02T15:04:05Z", false},
		{"2006년 1월 2일 15:04:05", "2006-01-02T15:04:05Z", false},
		{"2006-01-02 오후 3:04:05", "2006-01-02T15:04:05Z", false},
		{"Пн, 02 янв 2006 15:04:05 +0300", "2006-01-02T12:04:05Z", false},
		{"mar, 3 fév 2026 10:00:00 +0100", "2026-02-03T09:00:00Z", false},
		{"mar 3 mar 2026", "2026-03-03T00:00:00Z", true},
		{"Mar 3, 2026", "2026-03-03T00:00:00Z", true},
		{"2 février 2006", "2006-02-02T00:00:00Z", true},
		{"2. März 2006", "2006-03-02T00:00:00Z", true},
		{"lunes, 2 de enero de 2006", "2006-01-02T00:00:00Z", true},
		{"Κυρ, 11 Ιούλ 2004 12:00:00 EST", "2004-07-11T17:00:00Z", false},
		{"2004-július-13T9:15-05:00", "2004-07-13T14:15:00Z", false},
		{"ngày 2 tháng 1 năm 2006", "2006-01-02T00:00:00Z", true},
		// Zeros of clocks are read as they stand; the caller judges them.
		{"Mon, 01 Jan 0001 00:00:00 +0000", "0001-01-01T00:00:00Z", false},
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", false},
		// No dates.
		{"", "", false},
		{"yesterday", "", false},
		{"Mon", "", false},
		{"15:04:05", "", false},
		{"2006-13-02", "", false},
		{"2006-02-30", "", false},
		{"Mon, 32 Jan 2006 15:04:05 GMT", "", false},
		{"Mon, 02 Jan 2006 25:04:05 GMT", "", false},
		{"0000-00-00 00:00:00", "", false},
		{"99999999999999999999999999", "", false},
		{"Volume 12, issue 4", "", false},
		{"9999-12-31T23:59:59-05:00", "", false},
		{"Fri, 31 Dec 9999 23:59 -0500", "", false},
		{"-0001-11-30T00:00:00+00:00", "", false},
	} {
		got, day, ok := Parse(c.in)
		text := ""
		if ok {
			text = got.Format(time.RFC3339)
		}
		if text != c.want || day != c.day {
			t.Errorf("Parse(%q) = %q day %v, want %q day %v", c.in, text, day, c.want, c.day)
		}
	}
}

// TestLayouts writes one instant in every layout of the time package that names
// a whole date and reads it back.
func TestLayouts(t *testing.T) {
	at := time.Date(2024, 2, 29, 23, 5, 9, 0, time.FixedZone("", 8*3600))
	for _, layout := range []string{time.ANSIC, time.RubyDate, time.RFC822Z, time.RFC1123Z, time.RFC3339, time.RFC3339Nano,
		"Monday, 2 January 2006 15:04:05 -0700", "2006-01-02T15:04:05-0700", "Jan 2 2006 3:04:05 PM -0700",
		"Mon, 2 Jan 06 15:04:05 -07:00", "02 Jan 2006 15:04:05 -0700", "15:04:05 02 Jan 2006 -0700"} {
		s := at.Format(layout)
		want, err := time.Parse(layout, s)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, ok := Parse(s); !ok || !got.Equal(want) {
			t.Errorf("Parse(%q) = %v %v, want %v", s, got, ok, want.UTC())
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"Mon, 02 Jan 2006 15:04:05 GMT", "2006-01-02T15:04:05+07:00", "2 ม.ค. 2549", "20060102T1504",
		"1/2/2006 3:04 pm", "2006년 1월 2일", "12:00", "-", "+", "2006-01-02T15:04:05.999999999999999999Z", "a.m. 1 2 3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, day, ok := Parse(s)
		switch {
		case !ok:
			if !got.IsZero() || day {
				t.Errorf("Parse(%q) = %v %v without ok", s, got, day)
			}
			return
		case got.Location() != time.UTC || got.Nanosecond() != 0:
			t.Errorf("Parse(%q) = %v, want whole seconds in UTC", s, got)
		case day && (got.Hour() != 0 || got.Minute() != 0 || got.Second() != 0):
			t.Errorf("Parse(%q) = %v is a day", s, got)
		}
		if again, _, ok := Parse(got.Format(time.RFC3339)); !ok || !again.Equal(got) {
			t.Errorf("%q reads as %v and that as %v", s, got, again)
		}
	})
}
