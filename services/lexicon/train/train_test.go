package train

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// At the optimum the slope of loss and penalty is nought.
func TestFitIsTheOptimum(t *testing.T) {
	data := table{columns: make([]lexicon.Signal, 2)}
	truth := []bool{false, false, true, false, true, true}
	for x := range truth {
		data.rows = append(data.rows, []value{{0, 1}, {1, float64(x)}})
	}
	w := data.fit(truth, []float64{1, 1}, 3)
	slope := []float64{0, w[1]}
	for i, row := range data.rows {
		wrong := logistic(row, w)
		if truth[i] {
			wrong = 3 * (wrong - 1)
		}
		slope[0] += wrong
		slope[1] += wrong * row[1].value
	}
	if math.Abs(slope[0]) > 1e-6 || math.Abs(slope[1]) > 1e-6 || w[1] < 0.3 {
		t.Errorf("weights %v, slope %v", w, slope)
	}
}

func TestReadLabels(t *testing.T) {
	labels, err := ReadLabels(strings.NewReader("# remark\na\tterrorism,environment\tpapua\nb\t-\t-\n"))
	if err != nil || len(labels) != 2 || len(labels[0].Areas) != 2 || labels[0].Flashpoints[0] != "papua" || labels[1].Areas != nil {
		t.Fatalf("%+v %v", labels, err)
	}
	for text, want := range map[string]string{
		"a\tterorism\t-":      `line 1: unknown label "terorism"`,
		"a\t-\tatlantis":      `line 1: unknown label "atlantis"`,
		"a\t-\t-\n#\na\t-\t-": `line 3: id "a" stands twice`,
		"a -":                 "line 1: want id",
	} {
		if _, err := ReadLabels(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// A model trained on the taxonomy's own files loads with them, is the same
// twice, and learns from its labels: a rule that is always wrong is overruled.
func TestFitGivesAModelThatLoads(t *testing.T) {
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	fsys := os.DirFS(filepath.Join(at, "..", "..", "..", "configs", "taxonomy"))
	x, err := lexicon.Load(fsys)
	if err != nil {
		t.Fatal(err)
	}
	var texts []Text
	for range 12 {
		texts = append(texts,
			Text{lexicon.Text{Title: "Suicide bomber kills nine in Quetta market", Language: "en"}, []string{"terrorism"}},
			Text{lexicon.Text{Title: "Typhoon kills nine in Luzon", Language: "en"}, nil},
			Text{lexicon.Text{Title: "Cabinet meets in Manila", Language: "en"}, nil})
	}
	model := Fit(x, texts)
	if !bytes.Equal(model, Fit(x, texts)) {
		t.Error("not the same twice")
	}
	changed := t.TempDir()
	if err := os.CopyFS(changed, fsys); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(changed, "model.yaml"), model, 0o600); err != nil {
		t.Fatal(err)
	}
	y, err := lexicon.Load(os.DirFS(changed))
	if err != nil {
		t.Fatal(err)
	}
	if y.Version() == x.Version() {
		t.Error("another model, the same version")
	}
	if r := y.Tag(texts[0].Text); len(r.Areas) != 1 || r.Areas[0].ID != "terrorism" {
		t.Errorf("%+v", r)
	}
	if r := y.Tag(texts[1].Text); len(r.Areas) != 0 {
		t.Errorf("overruled in vain: %+v", r)
	}
}
