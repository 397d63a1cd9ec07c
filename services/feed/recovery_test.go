package feed

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// goldenXML reads the invented XML documents.
func goldenXML(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("testdata/golden/*.xml")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents: %v", err)
	}
	docs := make(map[string]string)
	for _, path := range paths {
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		docs[filepath.Base(path)] = string(body)
	}
	return docs
}

var entryEnd = regexp.MustCompile(`(?i)</(?:item|entry)>`)

// TestTruncatedAnywhere cuts documents at many places: what was whole before
// the cut is read as in the whole document, and never more entries come out
// than went in.
func TestTruncatedAnywhere(t *testing.T) {
	for name, body := range goldenXML(t) {
		if strings.HasPrefix(name, "broken") || name == "identities.xml" { // these have no clear ends, or keys that need the rest
			continue
		}
		whole := parse(t, body, Options{URL: "https://golden.example/f"})
		for cut := 0; cut < len(body); cut += 17 {
			d, err := Parse([]byte(body[:cut]), Options{URL: "https://golden.example/f"})
			if err != nil {
				continue // before the root
			}
			ends := len(entryEnd.FindAllString(body[:cut], -1))
			if len(d.Items) < ends || len(d.Items) > ends+1 {
				t.Fatalf("%s cut at %d: %d entries, %d are whole", name, cut, len(d.Items), ends)
			}
			for i := range ends {
				got, want := d.Items[i], whole.Items[i]
				got.Language, want.Language = "", "" // the feed's may come later
				if diff := difference(got, want); diff != "" {
					t.Fatalf("%s cut at %d, entry %d: %s", name, cut, i, diff)
				}
			}
		}
	}
}

// TestWithoutSomeTag drops one tag at a time: the other entries stay as they
// were.
func TestWithoutSomeTag(t *testing.T) {
	tag := regexp.MustCompile(`</?(?:title|link|description|guid|pubDate|item|b|i|p|category)>`)
	body := goldenXML(t)["rss20-newsroom.xml"]
	for _, at := range tag.FindAllStringIndex(body, -1) {
		broken := body[:at[0]] + body[at[1]:]
		d, err := Parse([]byte(broken), Options{URL: "https://golden.example/f"})
		if err != nil {
			t.Fatalf("without %s at %d: %v", body[at[0]:at[1]], at[0], err)
		}
		if n := len(d.Items); n < 1 || n > 2 {
			t.Errorf("without %s at %d: %d entries", body[at[0]:at[1]], at[0], n)
		}
		if n := len(d.Items); n == 2 && d.Items[0].GUID == "" && d.Items[1].GUID == "" {
			t.Errorf("without %s at %d no entry kept its guid", body[at[0]:at[1]], at[0])
		}
	}
}

// TestSameInAnyCharset writes documents in every Unicode encoding: they read
// alike.
func TestSameInAnyCharset(t *testing.T) {
	utf16 := func(s string, high, low int) []byte {
		out := make([]byte, 0, 2*len(s))
		for _, c := range s {
			if c > 0xFFFF {
				c = '?'
			}
			pair := [2]byte{}
			pair[high], pair[low] = byte(c>>8), byte(c)
			out = append(out, pair[:]...)
		}
		return out
	}
	for name, body := range goldenXML(t) {
		want := parse(t, body, Options{})
		for label, b := range map[string][]byte{"utf-16be": utf16(body, 0, 1), "utf-16le": utf16(body, 1, 0), "marked": []byte("\uFEFF" + body)} {
			got, err := Parse(b, Options{})
			if err != nil || len(got.Items) != len(want.Items) {
				t.Errorf("%s in %s: %d entries, %v", name, label, len(got.Items), err)
				continue
			}
			for i := range want.Items {
				if diff := difference(got.Items[i], want.Items[i]); diff != "" {
					t.Errorf("%s in %s, entry %d: %s", name, label, i, diff)
				}
			}
		}
	}
}

// TestNoise overwrites bytes at random: whatever comes out is sound.
func TestNoise(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, body := range goldenXML(t) {
		for range 50 {
			b := []byte(body)
			for range 1 + random.IntN(8) {
				b[random.IntN(len(b))] = byte(random.IntN(256))
			}
			d, err := Parse(b, Options{})
			if err != nil {
				continue
			}
			for i, p := range d.Problems {
				if p.Code == "" || p.Reason == "" || p.Index >= len(d.Items) {
					t.Errorf("%s: problem %d is %+v of %d entries", name, i, p, len(d.Items))
				}
			}
		}
	}
}
