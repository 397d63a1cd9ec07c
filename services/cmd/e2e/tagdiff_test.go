package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// diffOfTags asks, over the archive that is stored in data and over a file,
// what a stricter area would alter.
func diffOfTags(t *testing.T, bin, data, configs string) {
	t.Helper()
	strict := t.TempDir()
	if err := os.CopyFS(filepath.Join(strict, "taxonomy"), os.DirFS(filepath.Join(configs, "taxonomy"))); err != nil {
		t.Fatal(err)
	}
	area := filepath.Join(strict, "taxonomy", "areas", "maritime-security.yaml")
	rules, err := os.ReadFile(area)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(area, append([]byte("threshold: 0.999\n"), rules...), 0o600); err != nil {
		t.Fatal(err)
	}
	for where, args := range map[string][]string{
		"stored": {"--data", data, "--config", configs},
		"file":   {write(t, filepath.Join(t.TempDir(), "items.jsonl.gz"), archive(t)...)},
	} {
		got := command(t, bin, append([]string{"tag", "--diff", "--list", "3", configs, strict}, args...)...)
		lines := strings.Split(got.out, "\n")
		var row []string
		for _, l := range lines {
			if strings.HasPrefix(l, "maritime-security ") {
				row = strings.Fields(l)
			}
		}
		if got.code != 0 || !strings.HasPrefix(got.out, "41 items under ") || len(row) != 5 || row[2] != "0" || row[3] != "0" || row[4] != row[1] || row[1] == "0" {
			t.Fatalf("%s: exit status %d, row %v\n%s%s", where, got.code, row, got.out, got.err)
		}
		if n := strings.Count(got.out, "  lost maritime-security, "); n != 3 || !strings.Contains(got.out, `ollide`) || !strings.Contains(got.out, " more; --list ") {
			t.Errorf("%s: %d changes listed, want 3 with evidence:\n%s", where, n, got.out)
		}
		// The same folder twice changes nothing.
		if got = command(t, bin, append([]string{"tag", "--diff", configs, configs}, args...)...); got.code != 0 || !strings.Contains(got.out, ": 0 changed\n") {
			t.Errorf("%s: one taxonomy differs from itself: exit status %d\n%s%s", where, got.code, got.out, got.err)
		}
	}
}
