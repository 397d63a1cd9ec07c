package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestJudgedStories holds the linking to the pairs that a reader judged: of
// those still linked few are not one story.
func TestJudgedStories(t *testing.T) {
	const corpus, judged = "../../../../shared/corpora/stream.jsonl.gz", "../../lexicon/story/judged.tsv"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no shared archive")
	}
	run := func(args ...string) string {
		var out, errs bytes.Buffer
		root := newRoot(world{in: strings.NewReader(""), out: &out, err: &errs})
		root.SetArgs(append([]string{"eval", "stories"}, args...))
		if err := root.Execute(); err != nil {
			t.Fatalf("%v: %v %s", args, err, errs.String())
		}
		return out.String()
	}
	report := run("--judged", judged, corpus)
	t.Log(report)
	if wrong := strings.Count(report, "wrongly linked"); wrong > 12 || !strings.HasPrefix(report, "linked pairs") {
		t.Errorf("%d linked pairs are not one story", wrong)
	}
	if os.Getenv("KULKUL_EVIDENCE") == "" {
		return // drawing takes ten seconds
	}
	first, second := run("--draw", "200", corpus), run("--draw", "200", corpus)
	if first != second || strings.Count(first, "\tlinked\n") != 200 || strings.Count(first, "\tnear\n") != 200 {
		t.Error("drawn pairs are not 200 and 200, or not the same each time")
	}
}
