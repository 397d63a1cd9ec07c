package evaluate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/lexicon/story"
)

func TestMeasureStories(t *testing.T) {
	noon := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	docs := map[string]story.Doc{}
	for id, title := range map[string]string{
		"a": "Ferry runs aground off Tanjung Batu, all passengers safe",
		"b": "Ferry runs aground off Tanjung Batu, all passengers safe - Gazette",
		"c": "Council of the port votes on new pilot fees",
		"d": "Ferry aground at Tanjung Batu: everyone is safe",
	} {
		docs[id] = story.Doc{Item: id, Owner: id, Title: title, Published: noon}
	}
	verdicts, err := ReadVerdicts(strings.NewReader("# remark\na\tb\tsame\na\tc\tother\na\td\tsame\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := MeasureStories(docs, 72*time.Hour, verdicts)
	if err != nil || r.Linked != 1 || r.LinkedSame != 1 || r.Near != 2 || r.NearSame != 1 || len(r.Missed) != 1 {
		t.Errorf("%+v %v", r, err)
	}
	if _, err := MeasureStories(docs, time.Hour, []Verdict{{"a", "x", true}}); err == nil || !strings.Contains(err.Error(), "x") {
		t.Errorf("an unknown item: %v", err)
	}
	for text, want := range map[string]string{"a\tb\tmaybe": "line 1: want two ids", "a\tb\tsame\na\tb\tother": "line 2: the pair stands twice"} {
		if _, err := ReadVerdicts(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	list := []story.Doc{docs["a"], docs["b"], docs["c"], docs["d"]}
	if got := DrawPairs(list, 72*time.Hour, 5); !slices.Contains(got, Drawn{"a", "b", true}) {
		t.Errorf("drawn %v", got)
	}
}
