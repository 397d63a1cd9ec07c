package date

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// scanner takes a date apart without knowing its layout: numbers are collected
// in order, words are looked up, a colon makes a time and a sign behind the
// time a zone. What the numbers mean is settled at the end.
type scanner struct {
	src    string // lower case
	pos    int
	fields []field // numbers of the date, in order
	month  int     // from a word, 1–12; -1: none
	first  bool    // that word is the first of the text
	hour   int
	minute int
	second int // -1: no time seen
	half   int // 1: a.m., 2: p.m.
	offset int // seconds east of UTC
	zoned  bool
	order  byte // separator between the first two numbers
	lost   bool // a word nobody knows was passed over
}

// field is a number of the date part.
type field struct{ value, digits int }

func (s *scanner) scan() bool {
	for s.pos < len(s.src) {
		c := s.src[s.pos]
		switch {
		case c >= '0' && c <= '9':
			if !s.number() {
				return false
			}
		case (c == '+' || c == '-') && s.second >= 0 && !s.zoned && s.sign():
		case c == '-' && s.pos == 0:
			return false
		case c < utf8.RuneSelf && !unicode.IsLetter(rune(c)):
			s.pos++
		default:
			if !s.word() {
				return false
			}
		}
	}
	return true
}

// digits reads a run of digits.
func (s *scanner) digits() field {
	f := field{}
	for s.pos < len(s.src) && s.src[s.pos] >= '0' && s.src[s.pos] <= '9' {
		if f.digits < 18 {
			f.value = f.value*10 + int(s.src[s.pos]-'0')
		}
		f.digits++
		s.pos++
	}
	return f
}

func (s *scanner) number() bool {
	f := s.digits()
	switch {
	case s.at(':') && s.second < 0 && f.digits <= 2:
		return s.clock(f)
	case s.second < 0 && s.isHour(f):
		s.hour, s.minute, s.second = f.value, 0, 0
		return f.value < 24
	case f.digits == 14 && len(s.fields) == 0: // 20060102150405
		s.compact(f.value / 1_000_000)
		s.hour, s.minute, s.second = f.value/10_000%100, f.value/100%100, f.value%100
		return s.hour < 25 && s.minute < 60 && s.second < 61
	case f.digits == 8 && len(s.fields) == 0 && s.month < 0: // 20060102
		s.compact(f.value)
		if s.at('t') {
			s.pos++
			return s.compactClock()
		}
		return true
	case (f.digits == 10 || f.digits == 13) && len(s.fields) == 0 && s.pos == len(s.src):
		s.epoch(f)
		return true
	case f.digits > 4 || len(s.fields) == 3 && s.second < 0:
		return false
	case len(s.fields) == 3: // after the time: a bare zone, as "0000"
		return true
	}
	if len(s.fields) == 1 && s.order == ' ' {
		s.order = s.src[s.pos-f.digits-1]
	}
	s.fields = append(s.fields, f)
	return true
}

func (s *scanner) at(c byte) bool { return s.pos < len(s.src) && s.src[s.pos] == c }

// isHour reports whether a number is an hour that stands alone: behind the T of
// an ISO date, or before am or pm once the date is complete.
func (s *scanner) isHour(f field) bool {
	if f.digits > 2 || len(s.fields)+min(1, max(0, s.month)) < 3 {
		return false
	}
	start := s.pos - f.digits
	if start > 0 && s.src[start-1] == 't' && len(s.fields) == 3 {
		return true
	}
	rest := strings.TrimLeft(s.src[s.pos:], " ")
	return strings.HasPrefix(rest, "am") || strings.HasPrefix(rest, "pm")
}

func (s *scanner) compact(ymd int) {
	s.fields = append(s.fields, field{ymd / 10000, 4}, field{ymd / 100 % 100, 2}, field{ymd % 100, 2})
}

func (s *scanner) compactClock() bool {
	f := s.digits()
	switch f.digits {
	case 6:
		s.hour, s.minute, s.second = f.value/10000, f.value/100%100, f.value%100
	case 4:
		s.hour, s.minute, s.second = f.value/100, f.value%100, 0
	default:
		if !s.at(':') {
			return false
		}
		return s.clock(f)
	}
	return s.hour < 25 && s.minute < 60 && s.second < 61
}

func (s *scanner) epoch(f field) {
	seconds := int64(f.value)
	if f.digits == 13 {
		seconds /= 1000
	}
	t := time.Unix(seconds, 0).UTC()
	s.fields = append(s.fields, field{t.Year(), 4}, field{int(t.Month()), 2}, field{t.Day(), 2})
	s.hour, s.minute, s.second = t.Clock()
}

// clock reads ":mm", ":mm:ss" and a fraction behind an hour.
func (s *scanner) clock(hour field) bool {
	s.pos++
	s.hour, s.minute, s.second = hour.value, s.digits().value, 0
	if s.at(':') {
		s.pos++
		s.second = s.digits().value
		if s.at('.') || s.at(',') {
			s.pos++
			s.digits()
		}
	}
	return s.hour < 25 && s.minute < 60 && s.second < 61
}

// sign reads a zone as ±hh, ±hhmm or ±hh:mm. A sign before anything else is a
// separator.
func (s *scanner) sign() bool {
	start := s.pos
	east := 1
	if s.src[s.pos] == '-' {
		east = -1
	}
	s.pos++
	for s.at('-') || s.at(' ') {
		s.pos++
	}
	h := s.digits()
	minutes := h.value % 100
	hours := h.value / 100
	if h.digits <= 2 {
		hours, minutes = h.value, 0
		if s.at(':') {
			s.pos++
			minutes = s.digits().value
		}
	}
	if h.digits == 0 || h.digits > 4 || hours > 15 || minutes > 59 || h.digits == 4 && len(s.fields)+min(1, max(0, s.month)) < 3 && hours > 14 {
		s.pos = start + 1
		return true
	}
	s.offset, s.zoned = east*(hours*3600+minutes*60), true
	return true
}

// word looks a run of letters up.
func (s *scanner) word() bool {
	start := s.pos
	for s.pos < len(s.src) {
		c, size := utf8.DecodeRuneInString(s.src[s.pos:])
		if !unicode.IsLetter(c) && !unicode.IsMark(c) && c != '.' || c == '年' || c == '月' {
			break
		}
		s.pos += size
	}
	if s.pos == start { // a sign, or a character that is a unit of its own
		_, size := utf8.DecodeRuneInString(s.src[start:])
		s.pos += size
		return true
	}
	w := strings.Trim(s.src[start:s.pos], ".")
	// "mar" is March, and Tuesday where a month follows.
	if m := monthOf(w); m > 0 && (s.month < 0 || s.first) {
		s.month, s.first = m, start == 0
		return true
	}
	if h := halfOf(w); h > 0 && s.second >= 0 || h > 0 && start == 0 || h > 0 && s.half == 0 && len(s.fields) == 3 {
		s.half = h
		return true
	}
	if s.second >= 0 && !s.zoned {
		if off, ok := zoneOf(w); ok {
			s.offset = off
			s.zoned = !(w == "gmt" || w == "utc" || w == "ut") || !s.at('+') && !s.at('-')
			return true
		}
	}
	s.lost = s.lost || !ignored(w)
	return true
}
