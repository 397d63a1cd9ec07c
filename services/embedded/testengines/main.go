// Command testengines starts the product's engines for the tests of other
// modules: NATS, ClickHouse and SMTP, each a real one, on free loopback ports,
// in a folder of their own. It prints one line of JSON with their addresses and
// secrets, and ends when its standard input is closed, so that no test leaves
// anything behind.
//
//	testengines [-parts nats,clickhouse,smtp] [-dir DIR]
//
// Without -dir it works in a temporary folder that it removes at the end.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
)

// childArgument makes this program ClickHouse's child process.
const childArgument = "clickhouse-child"

func main() {
	if len(os.Args) == 2 && os.Args[1] == childArgument {
		exit(clickhouse.Child(context.Background(), os.Stdin, os.Stdout))
	}
	parts := flag.String("parts", "nats,clickhouse,smtp", "which engines to start, separated by commas")
	dir := flag.String("dir", "", "where they keep their data; default a temporary folder")
	flag.Parse()
	exit(run(*dir, strings.Split(*parts, ",")))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "testengines:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// run starts the parts, prints where they are and waits for the end.
func run(dir string, parts []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if dir == "" {
		temporary, err := os.MkdirTemp("", "kulkul-engines-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		dir = temporary
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	e := &engines{dir: dir, log: log}
	defer e.stop()
	for _, part := range parts {
		if err := e.start(ctx, strings.TrimSpace(part)); err != nil {
			return err
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(e.addresses); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = io.Copy(io.Discard, os.Stdin)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
	}
	// Better to leave a folder behind than a process.
	time.AfterFunc(endLimit, func() { exit(errors.New("the engines did not end in time")) })
	return nil
}

// endLimit is how long the engines may take to end.
const endLimit = 30 * time.Second
