package language

import (
	"strings"
	"unicode/utf8"
)

// script is a set of letters.
type script uint8

const (
	none script = iota
	latin
	cyrillic
	devanagari
	bengali
	thai
	lao
	khmer
	burmese
	hangul
	kana
	han
	other
	scripts
	vietnamese // letters of the Latin script that Vietnamese alone writes
	counts
)

// scriptOf is the script of a letter; none for everything else.
func scriptOf(r rune) script {
	switch {
	case r < 0x80:
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return latin
		}
		return none
	case r < 0x250 && r >= 0xC0 && r != 0xD7 && r != 0xF7, r >= 0x1E00 && r < 0x1F00:
		return latin
	case r >= 0x400 && r < 0x530:
		return cyrillic
	case r >= 0x900 && r < 0x964, r >= 0x971 && r < 0x980:
		return devanagari
	case r >= 0x980 && r < 0xA00:
		return bengali
	case r >= 0xE01 && r < 0xE4F:
		return thai
	case r >= 0xE81 && r < 0xF00:
		return lao
	case r >= 0x1780 && r < 0x17D4:
		return khmer
	case r >= 0x1000 && r < 0x1040, r >= 0x1050 && r < 0x10A0:
		return burmese
	case r >= 0xAC00 && r < 0xD7A4, r >= 0x1100 && r < 0x1200:
		return hangul
	case r >= 0x3041 && r < 0x3100 && r != 0x30FB && r != 0x30FC, r >= 0xFF66 && r < 0xFFA0:
		return kana
	case r >= 0x3400 && r < 0xA000, r >= 0xF900 && r < 0xFB00:
		return han
	case r >= 0x370 && r < 0x400, r >= 0x530 && r < 0x900, r >= 0xA00 && r < 0xE00, r >= 0xF00 && r < 0x1000, r >= 0x10A0 && r < 0x1100, r >= 0x1200 && r < 0x1780:
		return other
	}
	return none
}

// isVietnamese says whether Vietnamese alone writes a letter: those with two
// marks or a dot below, and ơ and ư.
func isVietnamese(r rune) bool {
	return r >= 0x1EA0 && r < 0x1EFA || r == 'ơ' || r == 'ư' || r == 'Ơ' || r == 'Ư'
}

// weight makes letters of different scripts comparable: a syllable or a
// character of the East says more than a letter.
func (s script) weight() int {
	switch s {
	case hangul, kana, han:
		return 3
	}
	return 1
}

// census counts a text's letters by script, and those of Vietnamese apart.
type census [counts]int

func (c *census) add(text string) {
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			c[scriptOf(rune(text[i]))]++
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		c[scriptOf(r)]++
		if isVietnamese(r) {
			c[vietnamese]++
		}
		i += n
	}
}

// main is the script that says the most.
func (c *census) main() script {
	east := c[kana] + c[han]
	best, most := none, 0
	for s := latin; s < scripts; s++ {
		n := c[s] * s.weight()
		if s == kana || s == han {
			n = east * s.weight()
		}
		if n > most {
			best, most = s, n
		}
	}
	if best == kana { // Chinese or Japanese: eastAsian decides
		return han
	}
	return best
}

// eastAsian tells Chinese from Japanese by the characters used. Without kana
// a feed that says it is Chinese is believed: Japanese forms occur in names.
func eastAsian(c *census, declared, text string) string {
	switch {
	case c[kana] > 0 && c[kana]*12 >= c[han]:
		return "ja"
	case declared == "zh":
		return "zh"
	case strings.ContainsAny(text, japaneseOnly):
		return "ja"
	case declared == "ja" && !strings.ContainsAny(text, simplifiedOnly):
		return "ja"
	}
	return "zh"
}

// Frequent characters that only Japanese writes so, and some that only
// simplified Chinese has.
const (
	japaneseOnly   = "発対関県気駅働込円図戦続経済権検査単売読転総拡択処変両価圏囲闘壊巻応歓帰拠挙駆軽険験厳鉱糸児実収従渋獣縦縄譲嬢浄剰畳粋斉摂専銭荘捜騒増蔵帯滝弾逓鉄稲広庁竜沢辺仏黒歳歴様畑峠桜桟労塁壱恵悪栄楽歯毎猟砕聴臓謡"
	simplifiedOnly = "际说对这时为个们过还军东问题选举乌习马驻导弹"
)
