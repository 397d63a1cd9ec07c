package lexicon

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	cloudflare "github.com/cloudflare/ahocorasick"
	petar "github.com/petar-dambovaliev/aho-corasick"

	"github.com/kulkul-ews/kulkul/services/lexicon/story"
)

// contestant does its work once over all texts, and says what processor time
// that took.
type contestant struct {
	name string
	pass func() time.Duration
	took []time.Duration
}

// TestSpeed measures the scan beside other packages that merely find the same
// terms, and the whole stage, on the news stream: in one run, in turns, so that
// what else the machine does falls on all alike.
func TestSpeed(t *testing.T) {
	if os.Getenv("KULKUL_EVIDENCE") == "" || raced {
		t.Skip("takes a minute; KULKUL_EVIDENCE=1 runs it")
	}
	x := full(t)
	texts := news(t, x, 29180)
	terms := x.automaton.Terms()
	all := []*contestant{
		{name: "scan", pass: timed(func() {
			for k := range texts {
				x.tag(&texts[k], texts[k].Language)
			}
		})},
		{name: "stage, language known", pass: stage(texts, func(text *Text) { x.tag(text, text.Language) })},
		{name: "stage, language detected", pass: stage(texts, func(text *Text) {
			x.Tag(Text{Title: text.Title, Summary: text.Summary})
		})},
	}
	low := lower(texts)
	all = append(all, packages(terms, low)...)
	all = append(all, hyperscan(t, "Hyperscan", terms, low)...)
	all = append(all, hyperscan(t, "Hyperscan, all in one", terms, [][]byte{bytes.Join(low, []byte("\n"))})...)
	for range 11 {
		for _, c := range all {
			c.took = append(c.took, c.pass())
		}
	}
	speed := map[string]float64{}
	for _, c := range all {
		slices.Sort(c.took)
		speed[c.name] = float64(size(texts)) / 1e6 / c.took[len(c.took)/2].Seconds()
		t.Logf("%-26s %7.1f MB of text per second of processor time", c.name, speed[c.name])
	}
	t.Logf("%d texts, %.1f MB, %d terms", len(texts), float64(size(texts))/1e6, len(terms))
	atLeast := func(name string, bound float64) {
		if speed[name] < bound {
			t.Errorf("%s: %.1f MB/s, want %.1f", name, speed[name], bound)
		}
	}
	// The aim is to be as fast; from run to run the figures move by a tenth.
	atLeast("scan", max(speed["BobuSumisu"], speed["cloudflare"], speed["petar-dambovaliev"]))
	atLeast("scan", max(speed["Hyperscan"], speed["Hyperscan, all in one"])/5)
	atLeast("stage, language known", 10)
	atLeast("stage, language detected", 5)
}

func timed(do func()) func() time.Duration {
	return func() time.Duration {
		start := processor()
		do()
		return processor() - start
	}
}

// stage tags all texts and gives each its story, with an index as the tagger
// has it. An item comes every four minutes, as in the stream.
func stage(texts []Text, tag func(*Text)) func() time.Duration {
	docs := make([]story.Doc, len(texts))
	for k, text := range texts {
		docs[k] = story.Doc{Item: fmt.Sprint(k), Source: text.Source, Title: text.Title, Summary: text.Summary,
			Published: time.Unix(0, 0).Add(time.Duration(k) * 4 * time.Minute)}
	}
	return timed(func() {
		index := story.New(story.Options{Window: 10 * 24 * time.Hour, Limit: 500_000})
		for k := range texts {
			tag(&texts[k])
			index.Add(docs[k])
		}
	})
}

// lower are the fields of the texts in lower case: what other packages search.
func lower(texts []Text) [][]byte {
	var low [][]byte
	for _, t := range texts {
		low = append(low, bytes.ToLower([]byte(t.Title)), bytes.ToLower([]byte(t.Summary)))
	}
	return low
}

// packages are Go packages finding terms.
func packages(terms []string, texts [][]byte) []*contestant {
	each := func(name string, match func([]byte)) *contestant {
		return &contestant{name: name, pass: timed(func() {
			for _, text := range texts {
				match(text)
			}
		})}
	}
	cf := cloudflare.NewStringMatcher(terms)
	builder := petar.NewAhoCorasickBuilder(petar.Opts{DFA: true, MatchKind: petar.StandardMatch})
	pe := builder.BuildByte(toBytes(terms))
	bo := bobusumisu.NewTrieBuilder().AddStrings(terms).Build()
	return []*contestant{
		each("cloudflare", func(text []byte) { cf.Match(text) }),
		each("petar-dambovaliev", func(text []byte) {
			for it := pe.IterOverlappingByte(text); it.Next() != nil; {
			}
		}),
		each("BobuSumisu", func(text []byte) { bo.Walk(text, func(_, _, _ int64) bool { return true }) }),
	}
}

// hyperscan is Debian's library finding terms, in a process of its own;
// nothing where there is no compiler or no library.
func hyperscan(t *testing.T, name string, terms []string, texts [][]byte) []*contestant {
	dir := t.TempDir()
	program := filepath.Join(dir, "match")
	if out, err := exec.CommandContext(t.Context(), "cc", "-O2", "-o", program, "testdata/hyperscan/match.c", "-lhs").CombinedOutput(); err != nil {
		t.Logf("without Hyperscan (Debian: libhyperscan-dev): %v\n%s", err, out)
		return nil
	}
	write := func(name string, list [][]byte) string {
		var b []byte
		for _, s := range list {
			b = append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cmd := exec.CommandContext(t.Context(), program, write("terms", toBytes(terms)), write("texts", texts))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("Hyperscan: %v", err)
		}
	})
	answers := bufio.NewReader(out)
	return []*contestant{{name: name, pass: func() time.Duration {
		var matches, took int64
		if _, err := fmt.Fprintln(in); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fscanln(answers, &matches, &took); err != nil {
			t.Fatal(err)
		}
		return time.Duration(took)
	}}}
}
