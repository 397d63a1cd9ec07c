package feed

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestSpeed holds the whole way from bytes to entries against gofeed's bare
// parse and against feedparser, on the captured feeds, best of a few rounds
// each, taken in turns so that a busy machine slows all alike.
func TestSpeed(t *testing.T) {
	if os.Getenv("KULKUL_EVIDENCE") == "" {
		t.Skip("set KULKUL_EVIDENCE=1 for figures")
	}
	paths := documents(t, "feeds-open")
	const rounds = 4
	ours, gofeeds, theirs := time.Hour, time.Hour, time.Hour
	for range rounds {
		ours = min(ours, perRun(testing.Benchmark(BenchmarkParse)))
		gofeeds = min(gofeeds, perRun(testing.Benchmark(BenchmarkGofeed)))
		seconds, err := strconv.ParseFloat(strings.TrimSpace(string(askPeer(t, paths, "--time"))), 64)
		if err != nil {
			t.Fatal(err)
		}
		theirs = min(theirs, time.Duration(seconds*float64(time.Second)))
	}
	toGofeed := float64(gofeeds) / float64(ours)
	toPeer := float64(theirs) / float64(ours)
	t.Logf("ours %v, gofeed %v, feedparser %v: %.2f × gofeed's speed, %.1f × feedparser's", ours, gofeeds, theirs, toGofeed, toPeer)
	if toGofeed < 0.6 {
		t.Errorf("%.2f of gofeed's speed, want at least 0.6", toGofeed)
	}
	if toPeer < 10 {
		t.Errorf("%.1f × feedparser's speed, want at least 10", toPeer)
	}
}

func perRun(r testing.BenchmarkResult) time.Duration { return time.Duration(r.NsPerOp()) }
