package feed

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the conformance section of docs/collection.md")

// tally counts agreements.
type tally struct{ agree, all int }

func (t *tally) add(same bool) {
	t.all++
	if same {
		t.agree++
	}
}

func (t tally) percent() float64 { return 100 * float64(t.agree) / float64(max(1, t.all)) }

// verdicts is what a corpus came to.
type verdicts struct {
	fields   map[string]*tally // count, title, link, date, author, text
	disagree map[string]int    // "document field" → how many; bound fields only
	crashed  []string          // documents on which the peer failed
}

// bound are the fields whose agreement is promised; the others are reported.
var bound = []string{"count", "title", "link", "date"}

func (v *verdicts) total() tally {
	var t tally
	for _, f := range bound {
		t.agree += v.fields[f].agree
		t.all += v.fields[f].all
	}
	return t
}

// TestConformance holds every document of the corpora against feedparser: the
// number of entries, and of each entry that the peer sees the title (as plain
// words), the link (letter by letter) and the date (the publication's, or else
// the update's, to the second). The disagreements are those of
// docs/collection.md, which also says who is right.
func TestConformance(t *testing.T) {
	var section strings.Builder
	for _, corpus := range []struct {
		name  string
		floor float64 // percent of all fields
	}{{"feeds-open", 99.3}, {"feedparser-open", 98}} {
		v := conform(t, corpus.name)
		total := v.total()
		t.Logf("%s: %d of %d fields agree, %.2f %%", corpus.name, total.agree, total.all, total.percent())
		if total.percent() < corpus.floor {
			t.Errorf("%s: %.2f %% of the fields agree, want at least %g %%", corpus.name, total.percent(), corpus.floor)
		}
		describe(&section, corpus.name, v)
		for key := range v.disagree {
			if _, ok := settled[key]; !ok {
				t.Errorf("disagreement that nobody has judged: %s", key)
			}
		}
	}
	document(t, section.String())
}

func conform(t *testing.T, corpus string) *verdicts {
	paths := documents(t, corpus)
	v := &verdicts{fields: map[string]*tally{}, disagree: map[string]int{}}
	for _, f := range []string{"count", "title", "link", "date", "author", "text"} {
		v.fields[f] = &tally{}
	}
	root := filepath.Dir(shared(t, "corpora", corpus))
	for _, peer := range peerDocuments(t, paths) {
		name, _ := filepath.Rel(root, peer.Path)
		if peer.Error != "" {
			v.crashed = append(v.crashed, name)
			continue
		}
		body, err := os.ReadFile(peer.Path)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := Parse(body, Options{ContentType: peer.Headers["content-type"], URL: peer.Headers["content-location"]})
		if err != nil && len(peer.Entries) > 0 {
			t.Errorf("%s: %v", name, err)
		}
		v.compare(name, peer, doc)
	}
	return v
}

func (v *verdicts) compare(name string, peer peerDocument, doc Document) {
	note := func(field string, same bool) {
		v.fields[field].add(same)
		if !same && slices.Contains(bound, field) {
			v.disagree[name+" "+field]++
		}
	}
	note("count", len(peer.Entries) == len(doc.Items))
	for i, p := range peer.Entries {
		if i >= len(doc.Items) {
			for _, f := range bound[1:] {
				note(f, false)
			}
			continue
		}
		e := doc.Items[i]
		note("title", plainWords(p.Title) == plainWords(e.Title))
		note("link", strings.TrimSpace(p.Link) == e.Link)
		note("date", sameDate(p, e))
		note("author", slices.Equal(set(p.Authors), set(e.Authors)))
		text := squeeze(stripped(p.Text))
		note("text", text == squeeze(e.Text) || text == squeeze(e.Summary))
	}
}

func sameDate(p peerEntry, e Entry) bool {
	theirs := p.Published
	if theirs == nil {
		theirs = p.Updated
	}
	if theirs == nil || !e.hasPublished {
		return theirs == nil && !e.hasPublished
	}
	return *theirs == e.Published.Unix()
}

var (
	tags    = regexp.MustCompile(`<[^>]*>`)
	scripts = regexp.MustCompile(`(?is)<(script|style)[^>]*>.*?</(script|style)>`)
)

// stripped takes the tags and references out of what the peer gives as HTML.
func stripped(s string) string {
	return html.UnescapeString(tags.ReplaceAllString(scripts.ReplaceAllString(s, ""), ""))
}

func plainWords(s string) string { return strings.Join(strings.Fields(stripped(s)), " ") }

// squeeze drops the white space, which the two lay out differently.
func squeeze(s string) string {
	return strings.NewReplacer("\u00AD", "", "\uFEFF", "").Replace(strings.Join(strings.Fields(s), ""))
}

func set(list []string) []string {
	var out []string
	for _, s := range list {
		if s = plainWords(s); s != "" {
			out = append(out, s)
		}
	}
	sort.Strings(out)
	return slices.Compact(out)
}

// describe writes a corpus's figures and disagreements as Markdown.
func describe(w *strings.Builder, corpus string, v *verdicts) {
	total := v.total()
	fmt.Fprintf(w, "\n### %s\n\n**%.2f %%** of %d fields agree.\n\n| field | agree | of | %% | |\n|---|---:|---:|---:|---|\n",
		corpus, total.percent(), total.all)
	for _, f := range []string{"count", "title", "link", "date", "author", "text"} {
		t, remark := v.fields[f], "bound"
		if !slices.Contains(bound, f) {
			remark = "reported"
		}
		fmt.Fprintf(w, "| %s | %d | %d | %.2f | %s |\n", f, t.agree, t.all, t.percent(), remark)
	}
	if len(v.crashed) > 0 {
		fmt.Fprintf(w, "\nThe peer itself fails on %d documents, which are left out:\n\n", len(v.crashed))
		for _, name := range v.crashed {
			fmt.Fprintf(w, "* `%s`\n", strings.TrimPrefix(name, corpus+"/"))
		}
	}
	keys := make([]string, 0, len(v.disagree))
	for k := range v.disagree {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	fmt.Fprint(w, "\n| document | field | times | right | why |\n|---|---|---:|---|---|\n")
	for _, k := range keys {
		name, field, _ := strings.Cut(strings.TrimPrefix(k, corpus+"/"), " ")
		j := settled[k]
		fmt.Fprintf(w, "| `%s` | %s | %d | %s | %s |\n", name, field, v.disagree[k], j.right, j.why)
	}
}

// document holds the section of docs/collection.md to what was found.
func document(t *testing.T, section string) {
	const from, to = "<!-- conformance: written by go test -run Conformance -update -->\n", "<!-- end of conformance -->"
	path := filepath.Join("..", "..", "docs", "collection.md")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := bytes.Cut(text, []byte(from))
	old, after, ok2 := bytes.Cut(rest, []byte(to))
	if !ok || !ok2 {
		t.Fatalf("%s has lost its conformance marks", path)
	}
	if *update {
		out := string(before) + from + section + "\n" + to + string(after)
		if err := os.WriteFile(path, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if strings.TrimSpace(string(old)) != strings.TrimSpace(section) {
		t.Errorf("%s is out of date: go test -run Conformance -update", path)
	}
}
