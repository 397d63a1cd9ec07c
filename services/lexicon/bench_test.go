package lexicon

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
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
			for _, file := range x.examples {
				for _, e := range file.list {
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

// BenchmarkScan is the whole scan: folding, matching, contexts, rules and
// evidence, the language being known. TestSpeed compares it with others.
func BenchmarkScan(b *testing.B) {
	x := full(b)
	texts := news(b, x, 4000)
	b.ReportAllocs()
	start := processor()
	for b.Loop() {
		for k := range texts {
			x.tag(&texts[k], texts[k].Language)
		}
	}
	rate(b, start, size(texts))
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
