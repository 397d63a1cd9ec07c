package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/detect/backtest"
	"github.com/kulkul-ews/kulkul/services/detect/indicator"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

type backtestOptions struct {
	items, indicators, from, to, score, html string
}

func backtestCommand(w world) *cobra.Command {
	var o backtestOptions
	c := &cobra.Command{
		Use:   "backtest [--items FILE] --from D --to D",
		Short: "replay history through tagging, detection and alert life, with no look-ahead",
		Long: `Prints alert events as JSON Lines {"at","state","flashpoint","area","level","episode","reason"}, then one line
{"scorecard":{…}}. Items are JSON Lines as 'kulkul tag' reads them, gzipped or not; source may name several
publishers, split at ';'. An item dated to the day is known from the end of that day. Without --items the stored
history is replayed.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return runBacktest(c, w, o) },
	}
	f := c.Flags()
	f.StringVar(&o.items, "items", "", "history, JSON Lines, .gz or not; - for standard input")
	f.StringVar(&o.indicators, "indicators", "", "indicators (default indicators.yaml of the configuration)")
	f.StringVar(&o.from, "from", "", "first day replayed, YYYY-MM-DD")
	f.StringVar(&o.to, "to", "", "last day replayed")
	f.StringVar(&o.score, "score", "", "onsets to be found: CSV with flashpoint, onset, name")
	f.StringVar(&o.html, "html", "", "write the report here")
	dataFlag(c)
	return c
}

func runBacktest(c *cobra.Command, w world, o backtestOptions) error {
	from, err := kulkul.ParseDay(o.from)
	if err != nil {
		return misuse{fmt.Errorf("--from: %w", err)}
	}
	to, err := kulkul.ParseDay(o.to)
	if err != nil {
		return misuse{fmt.Errorf("--to: %w", err)}
	}
	rules, err := readIndicators(c, o.indicators)
	if err != nil {
		return err
	}
	var onsets []backtest.Onset
	if o.score != "" {
		if onsets, err = readOnsets(w, o.score); err != nil {
			return err
		}
	}
	items, err := readHistory(c, w, o, to)
	if err != nil {
		return err
	}
	out := newLineWriter(w.out)
	h, err := backtest.Run(backtest.Config{Indicators: rules, From: from, To: to}, items, func(l backtest.Line) error { return out.write(l) })
	if err != nil {
		return errors.Join(err, out.flush())
	}
	if err := out.write(map[string]backtest.Scorecard{"scorecard": h.Score(onsets)}); err != nil {
		return err
	}
	if o.html != "" {
		if err := writeReport(o.html, h, onsets); err != nil {
			return err
		}
	}
	return out.flush()
}

func readIndicators(c *cobra.Command, path string) (indicator.Indicators, error) {
	if path == "" {
		path = filepath.Join(configDir(c), config.IndicatorsFile)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return indicator.Indicators{}, fmt.Errorf("read indicators: %w", err)
	}
	return indicator.Parse(path, raw)
}

func readOnsets(w world, path string) ([]backtest.Onset, error) {
	r, err := open(w, path)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	onsets, err := backtest.ReadOnsets(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return onsets, nil
}

func writeReport(path string, h *backtest.History, onsets []backtest.Onset) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return h.WriteReport(f, onsets)
}
