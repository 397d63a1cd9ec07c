package language

import (
	"embed"
	"math"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed data/*.txt
var data embed.FS

// buckets is the size of the table of letter runs; a run shares its bucket with
// a few others, which does little harm.
const buckets = 1 << 13

// width is how many languages one model tells apart at most.
const width = 12

// row holds a score for each language, in 1/64 bit: three to a word, in lanes
// of 21 bits, so that four additions add up twelve scores. A sample's sum stays
// far below a lane's end: sampleBytes runs of 14 bits and as many words of
// wordBits make 2^20.
type row [width / lanes]uint64

const (
	lanes    = 3
	laneBits = 21
)

func (r *row) set(k int, v uint64) { r[k/lanes] |= v << (k % lanes * laneBits) }

func (r *row) get(k int) int32 {
	return int32(r[k/lanes] >> (k % lanes * laneBits) & (1<<laneBits - 1))
}

func (r *row) add(s *row) {
	r[0] += s[0]
	r[1] += s[1]
	r[2] += s[2]
	r[3] += s[3]
}

// floorBits makes scores positive: no run of letters is rarer than 2^-14.
const floorBits = 14

// model tells the languages of one script apart.
type model struct {
	codes []string
	runs  []row
	words []entry // by hash, open addressing
}

// entry is a frequent word; key 0 is a vacant place.
type entry struct {
	key uint32
	row row
}

// wordPlaces is the size of the table of words, several times their number.
const wordPlaces = 1 << 13

// wordBits is what a frequent word speaks for its language, shared among the
// languages that have it.
const wordBits = 7.0

// scriptModels trains a model for each script that more languages than one use.
func scriptModels() map[script]*model {
	groups := map[script][]string{
		latin:      {"en", "id", "ms", "vi", "tl", "fr", "pt", "es", "de", "it", "nl", "tr"},
		cyrillic:   {"ru", "mn", "uk", "bg", "kk"},
		devanagari: {"hi", "ne", "mr"},
		bengali:    {"bn", "as"},
	}
	models := map[script]*model{}
	for s, codes := range groups {
		models[s] = train(codes)
	}
	return models
}

// train counts the runs of letters in the data of each language.
func train(codes []string) *model {
	m := &model{codes: codes, runs: make([]row, buckets), words: make([]entry, wordPlaces)}
	counts := make([][]float64, len(codes))
	having := map[uint32][]int{}
	for k, code := range codes {
		counts[k] = make([]float64, buckets)
		total := 0.0
		raw, err := data.ReadFile(path.Join("data", code+".txt"))
		if err != nil {
			panic("language data of " + code + " is not in the binary: " + err.Error())
		}
		frequent, sample, _ := strings.Cut(string(raw), "\n")
		each(frequent+" "+sample, func(word []rune, key uint32) {
			runs(word, func(bucket uint32) { counts[k][bucket]++; total++ })
		})
		each(frequent, func(_ []rune, key uint32) {
			if !slices.Contains(having[key], k) {
				having[key] = append(having[key], k)
			}
		})
		for b := range counts[k] {
			p := (counts[k][b] + 0.3) / (total + 0.3*buckets)
			m.runs[b].set(k, uint64(math.Round(64*max(0, math.Log2(p)+floorBits))))
		}
	}
	for key, list := range having {
		var r row
		for _, k := range list {
			r.set(k, uint64(64*wordBits/float64(len(list))))
		}
		m.insert(key, r)
	}
	return m
}

// each calls found with every word of the text, lower case, and its hash, for
// training. The word is only good during the call.
func each(text string, found func(word []rune, key uint32)) {
	var buffer [64]rune
	word := buffer[:0]
	key := uint32(offset)
	flush := func() {
		if len(word) > 0 {
			found(word, key)
		}
		word, key = buffer[:0], offset
	}
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
			r = unicode.ToLower(r)
		} else if r >= 'A' && r <= 'Z' {
			r |= 0x20
		}
		i += n
		if scriptOf(r) == none && !(r >= 0x300 && r < 0x370) {
			flush()
			continue
		}
		if len(word) < len(buffer) {
			word = append(word, r)
			key = (key ^ uint32(r)) * prime
		}
	}
	flush()
}

// FNV-1a, over code points.
const (
	offset = 2166136261
	prime  = 16777619
)

// runs calls found with the bucket of every run of three letters, the word's
// edges counting as letters.
func runs(word []rune, found func(bucket uint32)) {
	a, b := uint32(0), uint32(' ')
	for _, r := range word {
		c := uint32(r)
		found(bucket(a, b, c))
		a, b = b, c
	}
	found(bucket(a, b, ' '))
}

func bucket(a, b, c uint32) uint32 {
	h := (a*0x9E3779B1 ^ b*0x85EBCA6B ^ c*0xC2B2AE35)
	return (h ^ h>>15) * 0x2C1B3C6D >> 19
}

func (m *model) insert(key uint32, r row) {
	at := key % wordPlaces
	for m.words[at].key != 0 && m.words[at].key != key {
		at = (at + 1) % wordPlaces
	}
	m.words[at] = entry{key: key, row: r}
}

// word is what a frequent word speaks; nil for other words.
func (m *model) word(key uint32) *row {
	for at := key % wordPlaces; m.words[at].key != 0; at = (at + 1) % wordPlaces {
		if m.words[at].key == key {
			return &m.words[at].row
		}
	}
	return nil
}

// score sums up what the text speaks for each language: each and runs in one
// pass.
func (m *model) score(text string, sums *row) {
	a, b, key, inWord := uint32(0), uint32(' '), uint32(offset), false
	for i := 0; i <= len(text); {
		r, n := rune(' '), 1
		if i < len(text) {
			if r = rune(text[i]); r >= utf8.RuneSelf {
				r, n = utf8.DecodeRuneInString(text[i:])
				r = unicode.ToLower(r)
			} else if r >= 'A' && r <= 'Z' {
				r |= 0x20
			}
		}
		i += n
		if r >= 'a' && r <= 'z' || r >= utf8.RuneSelf && (scriptOf(r) != none || r >= 0x300 && r < 0x370) {
			sums.add(&m.runs[bucket(a, b, uint32(r))%buckets])
			a, b = b, uint32(r)
			key, inWord = (key^uint32(r))*prime, true
			continue
		}
		if inWord {
			sums.add(&m.runs[bucket(a, b, ' ')%buckets])
			if w := m.word(key); w != nil {
				sums.add(w)
			}
			a, b, key, inWord = 0, ' ', offset, false
		}
	}
}
