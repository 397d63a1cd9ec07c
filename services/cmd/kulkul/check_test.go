package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheckHoldsRetentionAgainstTheBaseline: what the rules compare with must
// not be thrown away.
func TestCheckHoldsRetentionAgainstTheBaseline(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join("..", "..", "..", "configs"))); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"retention: {item_tags: 2400h}":               "retention of item_tags: 2400h0m0s is less than the 401 days",
		"retention: {items: 9599h}":                   "retention of items: 9599h0m0s is less than the 401 days",
		"retention: {item: 24000h}":                   `retention of "item"`,
		"retention: {item_tags: 9624h, fetches: 48h}": "",
	} {
		if err := os.WriteFile(filepath.Join(dir, "kulkul.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var said []string
		for _, err := range checkAll(dir) {
			said = append(said, err.Error())
		}
		if all := strings.Join(said, "\n"); (want == "") != (all == "") || !strings.Contains(all, want) {
			t.Errorf("%s: said %q, want %q", text, all, want)
		}
	}
}
