package feed

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// peerDocument is what feedparser made of a document.
type peerDocument struct {
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Error   string            `json:"error"` // it crashed
	Entries []peerEntry       `json:"entries"`
}

type peerEntry struct {
	Title     string   `json:"title"`
	Link      string   `json:"link"`
	Published *int64   `json:"published"` // seconds since 1970
	Updated   *int64   `json:"updated"`
	Authors   []string `json:"authors"`
	Text      string   `json:"text"` // HTML
}

// askPeer runs feedparser on documents. Where the shared data is present the
// peer has to be as well in CI; elsewhere the test is skipped without it.
func askPeer(tb testing.TB, paths []string, args ...string) []byte {
	tb.Helper()
	const python = "/usr/bin/python3"
	const missing = "Python's feedparser is missing: apt-get update && apt-get install -y python3-feedparser"
	if err := exec.Command(python, "-c", "import feedparser").Run(); err != nil {
		if os.Getenv("CI") != "" || os.Getenv("KULKUL_EVIDENCE") != "" {
			tb.Fatal(missing)
		}
		tb.Skip(missing)
	}
	cmd := exec.Command(python, append([]string{"testdata/peer.py"}, args...)...)
	cmd.Stdin = strings.NewReader(strings.Join(paths, "\n"))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		tb.Fatalf("peer: %v\n%s", err, stderr.String())
	}
	return out
}

func peerDocuments(tb testing.TB, paths []string) []peerDocument {
	tb.Helper()
	dec := json.NewDecoder(bytes.NewReader(askPeer(tb, paths)))
	docs := make([]peerDocument, len(paths))
	for i := range docs {
		if err := dec.Decode(&docs[i]); err != nil {
			tb.Fatalf("peer's answer %d: %v", i, err)
		}
	}
	return docs
}
