package feed

import (
	"bytes"
	"os"
	"testing"

	"github.com/mmcdole/gofeed"
)

// load reads the captured feeds that both parsers take.
func load(b *testing.B) (bodies [][]byte, size int64) {
	b.Helper()
	for _, path := range documents(b, "feeds-open") {
		body, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
			continue
		}
		bodies = append(bodies, body)
		size += int64(len(body))
	}
	return bodies, size
}

// BenchmarkParse is everything: charset, mending, parsing, dates, sanitising,
// text.
func BenchmarkParse(b *testing.B) {
	bodies, size := load(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, body := range bodies {
			if _, err := Parse(body, Options{URL: "https://feeds.example/feed"}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

// BenchmarkGofeed is gofeed's own parse of the same documents.
func BenchmarkGofeed(b *testing.B) {
	bodies, size := load(b)
	b.SetBytes(size)
	b.ReportAllocs()
	for b.Loop() {
		for _, body := range bodies {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	}
}
