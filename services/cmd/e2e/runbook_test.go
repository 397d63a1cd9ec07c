package e2e

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRunbookNamesWhatIsThere: the runbook knows every rule that pages, and
// names only rules and panels that exist. Its metrics are among the questions
// that the running product is asked.
func TestRunbookNamesWhatIsThere(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root(t), "docs", "runbook.md"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	asks := strings.Builder{}
	rules := map[string]bool{}
	for _, q := range questions(t) {
		asks.WriteString(q.expr + " ")
		if _, name, ok := strings.Cut(q.where, "rules.yml: "); ok {
			rules[name] = true
			if !strings.Contains(text, name) {
				t.Errorf("the runbook does not speak of rule %s", name)
			}
		}
	}
	for _, name := range regexp.MustCompile(`\bKulkul[A-Z]\w+`).FindAllString(text, -1) {
		if !rules[name] {
			t.Errorf("the runbook speaks of rule %s, which is not there", name)
		}
	}
	for _, name := range regexp.MustCompile(`\bkulkul_\w+`).FindAllString(text, -1) {
		if !strings.Contains(asks.String(), name) && name != "kulkul_tagger_retagged_items_total" {
			t.Errorf("the runbook speaks of metric %s, which no board or rule asks for", name)
		}
	}
}
