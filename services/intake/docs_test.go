package intake

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// examples are the shell blocks of the page for partners, in order.
func examples(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "push-api.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for i, part := range strings.Split(string(raw), "```") {
		if script, ok := strings.CutPrefix(part, "sh\n"); ok && i%2 == 1 {
			out = append(out, script)
		}
	}
	return out
}

// Every example of docs/push-api.md does what the page says, with curl.
func TestDocumentedExamples(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl absent")
	}
	w := newWorld(t, nil)
	list := examples(t)
	want := []string{"accepted", "accepted rejected", "accepted", "accepted", ""}
	if len(list) != len(want) {
		t.Fatalf("%d examples, want %d", len(list), len(want))
	}
	env := append(os.Environ(), "URL="+w.url, "KEY="+w.key(nil, "tank"))
	for i, script := range list {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", script)
		cmd.Env = env
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("example %d: %v\n%s", i, err, out)
		}
		var r kulkul.Receipt
		if err := json.Unmarshal(out, &r); err != nil {
			t.Fatalf("example %d: %v\n%s", i, err, out)
		}
		if got := fates(r); got != want[i] {
			t.Errorf("example %d: %s, want %s\n%s", i, got, want[i], out)
		}
		if i == 0 {
			env = append(env, "RECEIPT="+r.ID, "ITEM="+r.Items[0].ID)
		}
	}
	if !strings.Contains(w.logged(), "item withdrawn by its publisher") {
		t.Error("the last example withdraws nothing")
	}
}

// The page lists every code of a problem.
func TestDocumentedCodes(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "push-api.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{codeUnauthorized, codeForbidden, codeSyntax, codeShape, codeMedia, codeLimit, codeEncoding, codeNotFeed,
		codeItems, codeNotFound, codeReused, codeInProgress, codeBadKey, codeQuota, codeBusy, codeFull, codeInternal} {
		if !strings.Contains(string(raw), "`"+code+"`") {
			t.Errorf("code %q is not on the page", code)
		}
	}
}
