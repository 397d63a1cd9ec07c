package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// TestBacktestIsRobust replays the shared history with the configuration that
// ships: whole, in halves, and with a fifth of its items left out at random. It
// reports; the marks are the whole history's.
func TestBacktestIsRobust(t *testing.T) {
	if os.Getenv("KULKUL_EVIDENCE") == "" {
		t.Skip("set KULKUL_EVIDENCE=1 to measure")
	}
	const configs, corpus, list = "../../../configs", "../../../../shared/corpora/current-events-2014-2019.jsonl.gz",
		"../../../../shared/detect/onsets-2014-2019.csv"
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("no shared history")
	}
	w := world{}
	taxonomy, err := taxonomyOf(configs)
	if err != nil {
		t.Fatal(err)
	}
	sources, err := sourcesOf(configs)
	if err != nil {
		t.Fatal(err)
	}
	onsets, err := readOnsets(w, list)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(configs, config.IndicatorsFile))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := indicator.Parse(config.IndicatorsFile, raw)
	if err != nil {
		t.Fatal(err)
	}
	in, err := open(w, corpus)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	plain, err := unzipped(in)
	if err != nil {
		t.Fatal(err)
	}
	var lines []textLine
	if err := eachLine(plain, func(l textLine) error { lines = append(lines, l); return nil }); err != nil {
		t.Fatal(err)
	}
	items, err := known(lines, backtest.NewRegister(sources))
	if err != nil {
		t.Fatal(err)
	}
	tagHistory(taxonomy, items)
	placeHistory(items)
	score := func(name string, items []backtest.Item, from, to string) backtest.Scorecard {
		a, _ := kulkul.ParseDay(from)
		b, _ := kulkul.ParseDay(to)
		h, err := backtest.Run(backtest.Config{Indicators: rules, From: a, To: b}, items, func(backtest.Line) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		s := h.Score(onsets)
		t.Logf("%-28s %d of %d found, median delay %g d, %.2f episodes per flashpoint-year", name, s.Found, s.Onsets, *s.MedianDelay, s.Rate)
		return s
	}
	if s := score("whole", items, "2014-01-01", "2019-12-31"); s.Recall < 0.94 || s.Rate > 1 || *s.MedianDelay > 1 {
		t.Errorf("found %.3f, %.2f episodes per flashpoint-year, median delay %g d", s.Recall, s.Rate, *s.MedianDelay)
	}
	score("2014 to 2016", items, "2014-01-01", "2016-12-31")
	score("2017 to 2019", items, "2017-01-01", "2019-12-31")
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 77))
		var some []backtest.Item
		for _, i := range items {
			if r.Float64() >= 0.2 {
				some = append(some, i)
			}
		}
		score("a fifth left out", some, "2014-01-01", "2019-12-31")
	}
}
