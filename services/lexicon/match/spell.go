package match

import "math/bits"

// spell reads the run of ASCII letters and digits at byte i of s: its spelling,
// as far as that holds it, and its length.
func spell(s string, i int) (spelling, int) {
	lo, n := spell8(s, i)
	if n < 8 {
		return spelling{lo: lo}, n
	}
	hi, more := spell8(s, i+8)
	n += more
	for more == 8 {
		_, more = spell8(s, i+n)
		n += more
	}
	return spelling{lo, hi & (1<<32 - 1)}, n
}

// ones times a byte is that byte eight times.
const ones = 0x0101010101010101

// spell8 reads up to eight letters and digits, in lower case, and says how many
// there are.
func spell8(s string, i int) (letters uint64, n int) {
	s = s[i:]
	var x uint64
	if len(s) >= 8 {
		x = uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	} else {
		for k := len(s) - 1; k >= 0; k-- {
			x = x<<8 | uint64(s[k])
		}
	}
	// Of bytes below 128 the high bit is set where one is at least the first letter
	// or digit, and not where it is more than the last.
	low := x & (0x7F * ones)
	lower := low | 0x20*ones
	letter := (lower + (0x80-'a')*ones) &^ (lower + (0x80-'z'-1)*ones)
	digit := (low + (0x80-'0')*ones) &^ (low + (0x80-'9'-1)*ones)
	others := (x | ^(letter | digit)) & (0x80 * ones)
	return (x | 0x20*ones) & (others&-others>>7 - 1), bits.TrailingZeros64(others) / 8
}

// alnum reports whether c is a digit or a letter in lower case.
func alnum(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }
