package lexicon

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	bobusumisu "github.com/BobuSumisu/aho-corasick"
	cloudflare "github.com/cloudflare/ahocorasick"
	petar "github.com/petar-dambovaliev/aho-corasick"
)

// repository is the folder that holds go.work.
func repository(t testing.TB) string {
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; at != filepath.Dir(at); at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.work")); err == nil {
			return at
		}
	}
	t.Skip("no repository around the test")
	return ""
}

func full(t testing.TB) *Taxonomy {
	x, err := Load(os.DirFS(filepath.Join(repository(t), "configs", "taxonomy")))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// news are real items where the shared data is there, else the taxonomy's own
// examples.
func news(t testing.TB, x *Taxonomy, most int) []Text {
	dir := os.Getenv("KULKUL_SHARED")
	if dir == "" {
		dir = filepath.Join(repository(t), "..", "shared")
	}
	var list []Text
	f, err := os.Open(filepath.Join(dir, "corpora", "stream.jsonl.gz"))
	if err != nil {
		for len(list) < most {
			for _, file := range x.files {
				for _, e := range file.Examples {
					list = append(list, Text{Title: e.Title, Summary: e.Summary, Language: e.Language})
				}
			}
		}
		return list[:most]
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for d := json.NewDecoder(z); d.More() && len(list) < most; {
		var item struct{ Title, Summary, Language string }
		if err := d.Decode(&item); err != nil {
			t.Fatal(err)
		}
		list = append(list, Text{Title: item.Title, Summary: item.Summary, Language: item.Language})
	}
	return list
}

func size(texts []Text) int64 {
	n := 0
	for _, x := range texts {
		n += len(x.Title) + len(x.Summary) + len(x.Body)
	}
	return int64(n)
}

// BenchmarkScan compares the whole scan (folding, matching, contexts, rules and
// evidence) with other packages merely finding the same terms in text that is
// already in lower case.
func BenchmarkScan(b *testing.B) {
	x := full(b)
	texts := news(b, x, 4000)
	terms := x.automaton.Terms()
	b.Logf("%d terms", len(terms))
	var low [][]byte
	for _, t := range texts {
		low = append(low, bytes.ToLower([]byte(t.Title)), bytes.ToLower([]byte(t.Summary)))
	}
	b.Run("kulkul", func(b *testing.B) {
		b.ReportAllocs()
		start := processor()
		for b.Loop() {
			for k := range texts {
				x.tag(&texts[k], texts[k].Language)
			}
		}
		rate(b, start, size(texts))
	})
	each := func(name string, match func([]byte)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			start := processor()
			for b.Loop() {
				for _, text := range low {
					match(text)
				}
			}
			rate(b, start, size(texts))
		})
	}
	cf := cloudflare.NewStringMatcher(terms)
	each("cloudflare", func(text []byte) { cf.Match(text) })
	builder := petar.NewAhoCorasickBuilder(petar.Opts{DFA: true, MatchKind: petar.StandardMatch})
	pe := builder.BuildByte(toBytes(terms))
	each("petar-dambovaliev", func(text []byte) {
		for it := pe.IterOverlappingByte(text); it.Next() != nil; {
		}
	})
	bo := bobusumisu.NewTrieBuilder().AddStrings(terms).Build()
	each("bobusumisu", func(text []byte) { bo.Walk(text, func(_, _, _ int64) bool { return true }) })
}

func toBytes(terms []string) [][]byte {
	list := make([][]byte, len(terms))
	for k, t := range terms {
		list[k] = []byte(t)
	}
	return list
}

func BenchmarkTag(b *testing.B) {
	x := full(b)
	texts := news(b, x, 4000)
	b.ReportAllocs()
	start := processor()
	for b.Loop() {
		for _, t := range texts {
			x.Tag(t)
		}
	}
	rate(b, start, size(texts))
}

// processor is the time the process has had on a processor: fairer than the
// clock on a busy machine.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func rate(b *testing.B, start time.Duration, bytes int64) {
	b.ReportMetric(float64(b.N)*float64(bytes)/1e6/(processor()-start).Seconds(), "MB/cpu-s")
}
