package fold

import (
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// origin maps bytes of a rewritten string to the original: for every byte the
// piece of the original that its character came from.
type origin struct {
	starts, ends []uint32
}

func (o *origin) span(start, end int) (int, int) {
	if start >= len(o.starts) {
		if len(o.ends) == 0 {
			return 0, 0
		}
		last := int(o.ends[len(o.ends)-1])
		return last, last
	}
	if end <= start {
		return int(o.starts[start]), int(o.starts[start])
	}
	return int(o.starts[start]), int(o.ends[min(end, len(o.ends))-1])
}

// writer builds a rewritten string and its origin.
type writer struct {
	out []byte
	o   origin
}

func (w *writer) put(r rune, start, end int) {
	n := len(w.out)
	w.out = utf8.AppendRune(w.out, r)
	for range len(w.out) - n {
		w.o.starts = append(w.o.starts, uint32(start))
		w.o.ends = append(w.o.ends, uint32(end))
	}
}

// rewrite gives the string with loose Hangul letters composed or, where burmese
// is set, with Zawgyi turned into Unicode.
func rewrite(s string, burmese bool) (string, *origin) {
	room := len(s) + len(s)/4
	w := &writer{out: make([]byte, 0, room), o: origin{starts: make([]uint32, 0, room), ends: make([]uint32, 0, room)}}
	if burmese {
		fromZawgyi(w, s)
		return string(w.out), &w.o
	}
	var iter norm.Iter
	iter.InitString(norm.NFC, s)
	for !iter.Done() {
		start := iter.Pos()
		piece := iter.Next()
		for len(piece) > 0 {
			r, n := utf8.DecodeRune(piece)
			w.put(r, start, iter.Pos())
			piece = piece[n:]
		}
	}
	return string(w.out), &w.o
}
