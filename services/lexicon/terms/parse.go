package terms

import (
	"strconv"
	"strings"
)

// Parse reads a term.
func Parse(raw, language string) (Term, error) {
	t := Term{Weight: 1}
	text := strings.TrimSpace(raw)
	if at := strings.LastIndex(text, " ^"); at >= 0 {
		w, err := strconv.ParseFloat(text[at+2:], 64)
		if err != nil || !(w >= 0.05 && w <= 1) {
			return t, &Error{Text: "weight " + text[at+1:] + " of a term", Hint: "^0.05 to ^1"}
		}
		t.Weight, text = w, strings.TrimSpace(text[:at])
	}
	if rest, ok := strings.CutPrefix(text, "="); ok {
		t.Exact, text = true, rest
	}
	words := strings.Fields(text)
	if len(words) == 0 {
		return t, &Error{Text: "empty term"}
	}
	var pieces [][]string // words between gaps
	piece := []string{}
	for i, w := range words {
		if n, ok := gap(w); ok {
			if len(piece) == 0 || i == len(words)-1 {
				return t, &Error{Text: "a gap at the end of term " + strconv.Quote(raw), Hint: "one ~3 another"}
			}
			pieces, piece = append(pieces, piece), []string{}
			t.Gaps = append(t.Gaps, n)
			continue
		}
		piece = append(piece, w)
		// A word that is open before the next one makes a gap of no words.
		if strings.HasSuffix(w, "*") && i+1 < len(words) {
			if _, next := gap(words[i+1]); !next {
				pieces, piece = append(pieces, piece), []string{}
				t.Gaps = append(t.Gaps, 0)
			}
		}
	}
	pieces = append(pieces, piece)
	if len(pieces) > 4 {
		return t, &Error{Text: "term " + strconv.Quote(raw) + " has more than three gaps", Hint: "write a rule with near"}
	}
	return t, t.spell(pieces, language)
}

// gap reads "~3".
func gap(w string) (int, bool) {
	rest, ok := strings.CutPrefix(w, "~")
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(rest)
	return n, err == nil && n >= 0 && n <= 20
}

// spell makes the forms.
func (t *Term) spell(pieces [][]string, language string) error {
	t.Forms = [][]Part{nil}
	for _, words := range pieces {
		parts, err := variants(words, language)
		if err != nil {
			return err
		}
		if len(t.Forms)*len(parts) > MaxForms {
			return &Error{Text: "too many forms: " + strings.Join(words, " "), Hint: "use + on fewer words"}
		}
		var forms [][]Part
		for _, form := range t.Forms {
			for _, p := range parts {
				forms = append(forms, append(form[:len(form):len(form)], p))
			}
		}
		t.Forms = forms
	}
	return nil
}

// variants are the spellings of one run of words.
func variants(words []string, language string) ([]Part, error) {
	texts := []string{""}
	last := words[len(words)-1]
	p := Part{}
	if len(last) > 1 && strings.HasSuffix(last, "*") {
		p.Open = true
		words[len(words)-1] = strings.TrimSuffix(last, "*")
	}
	for i, w := range words {
		if i == 0 && len(w) > 1 && w[0] == '_' {
			p.StartEdge, w = true, w[1:]
		}
		if i == len(words)-1 && len(w) > 1 && strings.HasSuffix(w, "_") {
			p.EndEdge, w = true, w[:len(w)-1]
		}
		forms := []string{w}
		if root, ok := strings.CutPrefix(w, "+"); ok && root != "" {
			if forms = Inflect(root, language); forms == nil {
				return nil, &Error{Text: "+ is not known for language " + language, Hint: "en, id, ms and tl have it; list the forms or use *"}
			}
		}
		if strings.ContainsAny(forms[0], "*^~=|<>{}[]") {
			return nil, &Error{Text: "sign in " + strconv.Quote(w), Hint: "* stands at the end of a word, ^0.5 at the end of a term, = at its start"}
		}
		if len(texts)*len(forms) > MaxForms {
			return nil, &Error{Text: "too many forms: " + strings.Join(words, " "), Hint: "use + on fewer words"}
		}
		var next []string
		for _, t := range texts {
			for _, f := range forms {
				next = append(next, strings.TrimSpace(t+" "+f))
			}
		}
		texts = next
	}
	list := make([]Part, len(texts))
	for i, text := range texts {
		list[i] = p
		list[i].Text = text
	}
	return list, nil
}
