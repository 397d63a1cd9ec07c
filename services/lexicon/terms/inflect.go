package terms

import (
	"slices"
	"strings"
)

// Inflect lists the regular forms of a word, itself first; nil where the
// language has none here.
func Inflect(word, language string) []string {
	var forms []string
	switch language {
	case "en":
		forms = english(word)
	case "id", "ms":
		forms = malay(word)
	case "tl":
		forms = filipino(word)
	default:
		return nil
	}
	slices.Sort(forms[1:])
	return slices.Compact(forms)
}

// english gives the plural and third person, past and -ing forms. Where a final
// consonant may double, both spellings are given.
func english(w string) []string {
	forms := []string{w}
	end := w[len(w)-1]
	before := byte(' ')
	if len(w) > 1 {
		before = w[len(w)-2]
	}
	vowel := func(c byte) bool { return strings.IndexByte("aeiou", c) >= 0 }
	switch {
	case end == 'e':
		stem := strings.TrimSuffix(w, "e")
		return append(forms, w+"s", w+"d", stem+"ing")
	case end == 'y' && !vowel(before):
		stem := strings.TrimSuffix(w, "y")
		return append(forms, stem+"ies", stem+"ied", w+"ing")
	case strings.HasSuffix(w, "s"), strings.HasSuffix(w, "x"), strings.HasSuffix(w, "z"),
		strings.HasSuffix(w, "sh"), strings.HasSuffix(w, "ch"):
		return append(forms, w+"es", w+"ed", w+"ing")
	}
	forms = append(forms, w+"s", w+"ed", w+"ing")
	if len(w) > 2 && vowel(before) && !vowel(end) && strings.IndexByte("wxy", end) < 0 && !vowel(w[len(w)-3]) {
		forms = append(forms, w+string(end)+"ed", w+string(end)+"ing")
	}
	return forms
}

// malay gives the usual affixed forms of Indonesian and Malay.
func malay(w string) []string {
	me, pe := nasal("me", w), nasal("pe", w)
	forms := []string{w}
	add := func(stem string, suffixes ...string) {
		for _, s := range suffixes {
			forms = append(forms, stem+s)
		}
	}
	add(w, "an", "kan", "i", "nya", "annya")
	for _, prefix := range []string{me, "di" + w, "ter" + w} {
		add(prefix, "", "kan", "i", "nya")
	}
	add("ber"+w, "", "an")
	add(pe, "", "an", "nya", "annya")
	add("ke"+w, "an", "annya")
	add("memper"+w, "", "kan", "i")
	add("diper"+w, "", "kan", "i")
	return forms
}

// nasal joins me- or pe- to a root by the rules of Malay: the prefix takes the
// nasal of the root's first letter, and p, t, k and s give way to it.
func nasal(prefix, w string) string {
	if w == "" {
		return prefix
	}
	switch c := w[0]; {
	case c == 'p':
		return prefix + "m" + w[1:]
	case c == 't':
		return prefix + "n" + w[1:]
	case c == 'k':
		return prefix + "ng" + w[1:]
	case c == 's':
		return prefix + "ny" + w[1:]
	case strings.IndexByte("bfv", c) >= 0:
		return prefix + "m" + w
	case strings.IndexByte("dcjz", c) >= 0:
		return prefix + "n" + w
	case strings.IndexByte("aeioughx", c) >= 0:
		return prefix + "ng" + w
	}
	return prefix + w
}

// filipino gives the usual focus and aspect forms.
func filipino(w string) []string {
	at := strings.IndexAny(w, "aeiou")
	if at < 0 {
		return []string{w}
	}
	head := w[:at]
	double := w[:at+1] + w // first syllable twice
	infix := func(s, stem string) string {
		k := strings.IndexAny(stem, "aeiou")
		return stem[:k] + s + stem[k:]
	}
	suffixed := w
	if strings.HasSuffix(w, "o") { // o before a suffix turns u
		suffixed = w[:len(w)-1] + "u"
	}
	forms := []string{w}
	for _, p := range []string{"mag", "nag", "pag", "ma", "na", "maka", "naka", "ipag", "pinag", "i"} {
		forms = append(forms, p+w)
		if head == "" {
			forms = append(forms, p+"-"+w)
		}
	}
	for _, p := range []string{"mag", "nag", "pag", "ma", "na"} {
		forms = append(forms, p+double)
	}
	forms = append(forms, infix("um", w), infix("um", double), infix("in", w), infix("in", double))
	for _, s := range []string{"in", "an", "hin", "han"} {
		forms = append(forms, suffixed+s, infix("in", suffixed+s), "pag"+suffixed+s)
	}
	return forms
}
