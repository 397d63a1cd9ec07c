package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// A correction that is stored becomes a line that eval tags reads: of two on
// one item the later, and the rules' answer is measured against it.
func TestCorrectionsBecomeALabelledSet(t *testing.T) {
	e := enginetest.Start(t, enginetest.ClickHouse).ClickHouse
	c := store.DefaultConfig()
	c.URL, c.User, c.Password = e.URL, e.User, e.Password
	s, err := store.Open(t.Context(), c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	quake := kulkul.Item{ID: "i1", Source: "gazette", Title: "Quake kills nine in Cebu", Language: "en"}
	club := kulkul.Item{ID: "i2", Source: "gazette", Title: "Pirates ransack the Dragons in a five-set final", Language: "en"}
	err = s.Writer().WriteReviews(t.Context(), []kulkul.Review{
		{ID: "r1", Verdict: kulkul.Correct, At: noon, By: "ana", Item: &quake, Areas: []string{"terrorism"}},
		{ID: "r2", Verdict: kulkul.Correct, At: noon.Add(time.Minute), By: "ana", Item: &club},
		{ID: "r3", Verdict: kulkul.Note, At: noon.Add(2 * time.Minute), By: "lee", Text: "a remark"},
		{ID: "r4", Verdict: kulkul.Correct, At: noon.Add(time.Hour), By: "lee", Item: &quake, Areas: []string{"environment"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var set bytes.Buffer
	if err := writeCorrections(t.Context(), s, &set); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(strings.TrimSpace(set.String()), "\n"); len(lines) != 2 || !strings.Contains(lines[0], `"i2"`) || !strings.Contains(lines[1], `"environment"`) {
		t.Fatalf("the set:\n%s", set.String())
	}
	file := filepath.Join(t.TempDir(), "corrections.jsonl")
	if err := os.WriteFile(file, set.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	root := newRoot(world{in: strings.NewReader(""), out: &out, err: &errs})
	root.SetArgs([]string{"eval", "tags", "--config", "../../../configs", "--gold", file})
	if err := root.Execute(); err != nil {
		t.Fatalf("%v %s", err, errs.String())
	}
	for _, want := range []string{"2 items", "environment", "no label, no tag"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the measure lacks %q:\n%s", want, out.String())
		}
	}
}
