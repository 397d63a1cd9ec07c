package terms

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// forms writes a term's forms out: parts joined by " ~n ", * for open ones, _
// for edges.
func forms(t Term) []string {
	var list []string
	for _, form := range t.Forms {
		var s strings.Builder
		for k, p := range form {
			if k > 0 {
				s.WriteString(" ~" + string(rune('0'+t.Gaps[k-1])) + " ")
			}
			if p.StartEdge {
				s.WriteByte('_')
			}
			s.WriteString(p.Text)
			if p.Open {
				s.WriteByte('*')
			}
			if p.EndEdge {
				s.WriteByte('_')
			}
		}
		list = append(list, s.String())
	}
	return list
}

func TestParse(t *testing.T) {
	tests := []struct {
		raw, language string
		want          []string
		weight        float64
		exact         bool
	}{
		{"fishing boat", "en", []string{"fishing boat"}, 1, false},
		{"  drill* ^0.4 ", "en", []string{"drill*"}, 0.4, false},
		{"=LAC", "en", []string{"LAC"}, 1, true},
		{"recall* ~3 ambassador", "en", []string{"recall* ~3 ambassador"}, 1, false},
		{"milit* group*", "en", []string{"milit* ~0 group*"}, 1, false},
		{"a* ~2 b ~4 c", "en", []string{"a* ~2 b ~4 c"}, 1, false},
		{"_핵_", "ko", []string{"_핵_"}, 1, false},
		{"+try boats", "en", []string{"try boats", "tried boats", "tries boats", "trying boats"}, 1, false},
		{"+ram ~2 ship", "en", []string{"ram ~2 ship", "rammed ~2 ship", "ramming ~2 ship", "rams ~2 ship", "ramed ~2 ship", "raming ~2 ship"}, 1, false},
	}
	for _, tt := range tests {
		got, err := Parse(tt.raw, tt.language)
		if err != nil {
			t.Errorf("%q: %v", tt.raw, err)
			continue
		}
		have := forms(got)
		slices.Sort(have)
		slices.Sort(tt.want)
		if !slices.Equal(have, tt.want) || got.Weight != tt.weight || got.Exact != tt.exact {
			t.Errorf("%q: %q weight %v exact %v", tt.raw, have, got.Weight, got.Exact)
		}
	}
}

func TestParseErrors(t *testing.T) {
	tests := []struct{ raw, language, want string }{
		{"", "en", "empty"}, {"bomb ^2", "en", "weight"}, {"bomb ^x", "en", "weight"}, {"~3 bomb", "en", "gap at the end"},
		{"bomb ~3", "en", "gap at the end"}, {"a ~1 b ~1 c ~1 d ~1 e", "en", "more than three gaps"},
		{"+бомба", "ru", "+ is not known"}, {"bo*mb", "en", "sign in"}, {"bomb=x", "en", "sign in"},
		{"+serang +serang +serang", "id", "too many forms"},
	}
	for _, tt := range tests {
		_, err := Parse(tt.raw, tt.language)
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Text, tt.want) {
			t.Errorf("%q: %v, want %q", tt.raw, err, tt.want)
		}
	}
}

func TestInflect(t *testing.T) {
	tests := []struct {
		language, word string
		some           []string // among the forms
		none           []string // not among them
	}{
		{"en", "attack", []string{"attack", "attacks", "attacked", "attacking"}, []string{"attackked"}},
		{"en", "seize", []string{"seizes", "seized", "seizing"}, []string{"seizeing"}},
		{"en", "deny", []string{"denies", "denied", "denying"}, []string{"denys"}},
		{"en", "clash", []string{"clashes", "clashed"}, []string{"clashs"}},
		{"en", "stop", []string{"stopped", "stopping"}, nil},
		{"en", "deploy", []string{"deploys", "deployed"}, []string{"deploies"}},
		{"id", "serang", []string{"menyerang", "diserang", "serangan", "penyerangan", "terserang"}, []string{"menserang"}},
		{"id", "tembak", []string{"menembak", "ditembak", "penembakan", "tembakan"}, []string{"mentembak"}},
		{"id", "bunuh", []string{"membunuh", "dibunuh", "pembunuhan", "terbunuh"}, nil},
		{"ms", "culik", []string{"menculik", "diculik", "penculikan"}, nil},
		{"id", "kejar", []string{"mengejar", "pengejaran"}, nil},
		{"ms", "latih", []string{"melatih", "dilatih", "latihan"}, nil},
		{"tl", "dakip", []string{"dinakip", "nadakip", "dumakip", "dakipin"}, nil},
		{"tl", "away", []string{"nag-away", "umaway"}, nil},
	}
	for _, tt := range tests {
		have := Inflect(tt.word, tt.language)
		if have[0] != tt.word {
			t.Errorf("%s: first form %q", tt.word, have[0])
		}
		for _, w := range tt.some {
			if !slices.Contains(have, w) {
				t.Errorf("%s: %s not among %q", tt.word, w, have)
			}
		}
		for _, w := range tt.none {
			if slices.Contains(have, w) {
				t.Errorf("%s: %s among the forms", tt.word, w)
			}
		}
	}
	if Inflect("bombe", "fr") != nil {
		t.Error("French has no forms here")
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a ~3 b", "+x* ^0.5", "=A_", "_", "*", "+", "^", "~", "+a +b +c"} {
		f.Add(s, "en")
		f.Add(s, "tl")
	}
	f.Fuzz(func(t *testing.T, raw, language string) {
		term, err := Parse(raw, language)
		if err != nil {
			return
		}
		if len(term.Forms) == 0 || len(term.Forms) > MaxForms {
			t.Fatalf("%q: %d forms", raw, len(term.Forms))
		}
		for _, form := range term.Forms {
			if len(form) != len(term.Gaps)+1 {
				t.Fatalf("%q: %d parts, %d gaps", raw, len(form), len(term.Gaps))
			}
		}
	})
}
