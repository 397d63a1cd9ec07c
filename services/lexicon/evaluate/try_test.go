package evaluate

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/lexicon"
)

// TestTry explains one text: KULKUL_TRY='en|title|summary'.
func TestTry(t *testing.T) {
	parts := strings.Split(os.Getenv("KULKUL_TRY")+"||", "|")
	if parts[0] == "" {
		t.Skip("KULKUL_TRY is not set")
	}
	text := lexicon.Text{Language: parts[0], Title: parts[1], Summary: parts[2]}
	x := taxonomy(t)
	for _, line := range x.Explain(text) {
		fmt.Println(line)
	}
}

// TestCorpus tags an unlabelled archive, KULKUL_CORPUS=stream.jsonl.gz, and
// prints how often each tag is given, by language, and with KULKUL_EVAL_SHOW=<tag> (and
// KULKUL_EVAL_LANGUAGE=<code>) the texts that get it with the words that did it.
func TestCorpus(t *testing.T) {
	name := os.Getenv("KULKUL_CORPUS")
	if name == "" {
		t.Skip("KULKUL_CORPUS is not set")
	}
	z, err := gzip.NewReader(shared(t, "corpora/"+name))
	if err != nil {
		t.Fatal(err)
	}
	x := taxonomy(t)
	counts, all := map[string]map[string]int{}, map[string]int{}
	what, language := os.Getenv("KULKUL_EVAL_SHOW"), os.Getenv("KULKUL_EVAL_LANGUAGE")
	lines := json.NewDecoder(z)
	for lines.More() {
		var o Item
		if err := lines.Decode(&o); err != nil {
			t.Fatal(err)
		}
		all[o.Language]++
		r := x.Tag(lexicon.Text{Title: o.Title, Summary: o.Summary, Language: o.Language, Source: o.Source})
		for _, tag := range slices.Concat(r.Areas, r.Flashpoints) {
			if counts[tag.ID] == nil {
				counts[tag.ID] = map[string]int{}
			}
			counts[tag.ID][o.Language]++
			if tag.ID != what || language != "" && o.Language != language {
				continue
			}
			fmt.Printf("%.2f [%s] %s | %.160s\n", tag.Score, o.Language, o.Title, o.Summary)
			for _, e := range tag.Evidence {
				fmt.Printf("       %s: %s\n", e.Rule, e.Text)
			}
		}
	}
	fmt.Println("items", all)
	for id, c := range counts {
		fmt.Println(id, c)
	}
}
