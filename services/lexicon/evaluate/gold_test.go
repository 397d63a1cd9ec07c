package evaluate

import (
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// root is the folder that holds go.work.
func root(t testing.TB) string {
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.work")); err == nil {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Skip("no repository around the test")
		}
	}
}

// shared is a file of the shared data; the test is skipped where there is none.
func shared(t testing.TB, name string) *os.File {
	dir := os.Getenv("KULKUL_SHARED")
	if dir == "" {
		dir = filepath.Join(root(t), "..", "shared")
	}
	f, err := os.Open(filepath.Join(dir, name))
	if err != nil {
		t.Skip("shared data absent")
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func taxonomy(t testing.TB) *lexicon.Taxonomy {
	x, err := lexicon.Load(os.DirFS(filepath.Join(root(t), "configs", "taxonomy")))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestGold prints the figures on the labelled sets; KULKUL_EVAL=1 turns it on.
// KULKUL_EVAL_SHOW=<area or flashpoint>, or all, or a language, lists the items
// that came out otherwise than labelled; KULKUL_EVAL_FILE another file;
// KULKUL_EVAL_LANGUAGE=en and KULKUL_EVAL_HALF=0 or 1 keep a part of the items.
func TestGold(t *testing.T) {
	if os.Getenv("KULKUL_EVAL") == "" {
		t.Skip("KULKUL_EVAL is not set")
	}
	files := []string{"gold/open.jsonl", "gold/languages-open.jsonl"}
	if f := os.Getenv("KULKUL_EVAL_FILE"); f != "" {
		files = []string{f}
	}
	x := taxonomy(t)
	for _, name := range files {
		items, err := Read(shared(t, name))
		if err != nil {
			t.Fatal(err)
		}
		outcomes := slices.DeleteFunc(Run(x, items), func(o Outcome) bool {
			language, half := os.Getenv("KULKUL_EVAL_LANGUAGE"), os.Getenv("KULKUL_EVAL_HALF")
			return language != "" && o.Language != language || half != "" && half != strconv.Itoa(part(o.ID))
		})
		fmt.Printf("\n== %s\n", name)
		if err := Measure(outcomes).Print(os.Stdout); err != nil {
			t.Fatal(err)
		}
		for half := range 2 {
			r := Measure(slices.DeleteFunc(slices.Clone(outcomes), func(o Outcome) bool { return part(o.ID) != half }))
			fmt.Printf("half %d: areas micro %.3f macro %.3f, flashpoints micro %.3f, clean %.3f\n",
				half, r.Areas.Micro.Counts.F1(), r.Areas.Macro, r.Flashpoints.Micro.Counts.F1(), float64(r.Clean)/float64(r.Negatives))
		}
		show(x, outcomes, os.Getenv("KULKUL_EVAL_SHOW"))
	}
}

// part splits the items in two halves by their ids.
func part(id string) int {
	h := fnv.New32a()
	h.Write([]byte(id))
	return int(h.Sum32() >> 7 & 1)
}

func show(x *lexicon.Taxonomy, outcomes []Outcome, what string) {
	if what == "" {
		return
	}
	for _, o := range outcomes {
		want, got := append(slices.Clone(o.Areas), o.Flashpoints...), append(slices.Clone(o.GotAreas), o.GotFlashpoints...)
		differs := slices.DeleteFunc(append(slices.Clone(want), got...), func(id string) bool {
			return slices.Contains(want, id) == slices.Contains(got, id)
		})
		if len(differs) == 0 || what != "all" && what != o.Language && !slices.Contains(differs, what) {
			continue
		}
		fmt.Printf("\n%s [%s, %s] %s | %s\n  labels %s\n  tags   %s\n", o.ID, o.Language, o.Source, o.Title, o.Summary, strings.Join(want, " "), strings.Join(got, " "))
		for _, line := range x.Explain(lexicon.Text{Title: o.Title, Summary: o.Summary, Language: o.Language, Source: o.Source}) {
			fmt.Println("    " + line)
		}
	}
}

func TestExamples(t *testing.T) {
	x := taxonomy(t)
	for _, p := range x.CheckExamples() {
		t.Error(p)
	}
	t.Logf("%d examples, %d terms, automaton %d KiB", x.Examples(), x.Terms(), x.Size()>>10)
}
