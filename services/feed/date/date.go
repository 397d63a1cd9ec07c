// Package date reads the dates that feeds write.
//
// In: a date as text: RFC 822 and its misspellings, RFC 3339 and other ISO 8601,
// asctime, dates in words of a dozen languages, with or without time and zone.
// Out: the instant in UTC, and whether the text had a time of day. Called by
// package feed.
package date

import (
	"strings"
	"time"
	"unicode"
)

// maxLength is the longest text looked at, in bytes; no date is longer.
const maxLength = 120

// Parse reads a date. day marks one without a time of day, which stands at
// 00:00:00 UTC. A time without a zone, or with one nobody knows, is taken for
// UTC. ok is false where the text is no date.
func Parse(s string) (t time.Time, day, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > maxLength {
		return time.Time{}, false, false
	}
	if t, ok := internet(s); ok {
		return t, false, true
	}
	sc := scanner{src: strings.Map(western, strings.ToLower(s)), month: -1, second: -1, order: ' '}
	if !sc.scan() {
		return time.Time{}, false, false
	}
	return sc.result()
}

// western turns the digits of other scripts into 0–9.
func western(c rune) rune {
	if c < 0x80 || !unicode.IsDigit(c) {
		return c
	}
	// Arabic, Persian, Devanagari, Bengali, Thai, Lao, Burmese, Khmer,
	// Mongolian, full width.
	for _, zero := range []rune{0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0x0ED0, 0x1040, 0x17E0, 0x1810, 0xFF10} {
		if c >= zero && c < zero+10 {
			return '0' + c - zero
		}
	}
	return c
}

// internet is the fast way for the two forms that nearly every feed uses:
// "2006-01-02T15:04:05Z" (or with ±hh:mm) and "Mon, 02 Jan 2006 15:04:05 +0000"
// (or GMT).
func internet(s string) (time.Time, bool) {
	var layout string
	switch {
	case len(s) == 20 && s[10] == 'T' && s[19] == 'Z', len(s) == 25 && s[10] == 'T' && s[22] == ':':
		layout = time.RFC3339
	case len(s) == 31 && s[3] == ',' && s[25] == ' ' && (s[26] == '+' || s[26] == '-'):
		layout = time.RFC1123Z
	case len(s) == 29 && s[3] == ',' && strings.HasSuffix(s, " GMT"):
		layout = time.RFC1123
	default:
		return time.Time{}, false
	}
	t, err := time.Parse(layout, s)
	return t.UTC(), err == nil && inRange(t.UTC())
}

// Years outside these cannot be written as RFC 3339, or are no years at all.
const (
	minYear = 1
	maxYear = 9999
)

func inRange(t time.Time) bool { return t.Year() >= minYear && t.Year() <= maxYear }
