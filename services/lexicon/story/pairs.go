package story

import (
	"slices"
	"time"
)

// Pair is two documents of a list, by their numbers in it, that are linked or
// resemble each other.
type Pair struct {
	A, B     int
	Likeness float64 // estimated Jaccard similarity of their shingles
	Linked   bool
}

// shared is by how many documents a key may be shared for pairs to be looked
// for by it: what more have in common is a frame, not a story.
const shared = 400

// Pairs finds, among all pairs of docs, those that are linked and those within
// the window that resemble each other by least or more, in the order of their
// numbers. It is the slow way, without an index, to draw samples from.
func Pairs(docs []Doc, window time.Duration, least float64) []Pair {
	list := make([]*document, len(docs))
	by := map[uint64][]int32{}
	for i, d := range docs {
		n := newDocument(d)
		list[i] = n
		for place, key := range n.keys[:2] {
			if key != 0 {
				by[uint64(place+1)<<32|uint64(key)] = append(by[uint64(place+1)<<32|uint64(key)], int32(i))
			}
		}
		for _, h := range n.sketch {
			by[uint64(h)] = append(by[uint64(h)], int32(i))
		}
	}
	seen := map[uint64]bool{}
	var pairs []Pair
	for _, members := range by {
		if len(members) > shared {
			continue
		}
		for i, a := range members {
			for _, b := range members[i+1:] {
				if at := uint64(a)<<32 | uint64(b); !seen[at] {
					seen[at] = true
					p := compare(list[a], list[b], window)
					if p.Linked || p.Likeness >= least {
						p.A, p.B = int(a), int(b)
						pairs = append(pairs, p)
					}
				}
			}
		}
	}
	slices.SortFunc(pairs, func(p, q Pair) int {
		if p.A != q.A {
			return p.A - q.A
		}
		return p.B - q.B
	})
	return pairs
}

// Compare says what the index would make of two documents alone; A and B of
// the answer are nought.
func Compare(a, b Doc, window time.Duration) Pair {
	return compare(newDocument(a), newDocument(b), window)
}

func compare(a, b *document, window time.Duration) Pair {
	if apart := time.Duration(a.at-b.at) * time.Second; apart > window || -apart > window {
		return Pair{}
	}
	return Pair{Likeness: similarity(a.sketch, b.sketch), Linked: links(a, b, window)}
}
