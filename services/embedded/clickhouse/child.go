package clickhouse

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// listenerFD is where a supervised child finds the listener of its parent.
const listenerFD = 3

// report is the one line that a child writes: its endpoint when it serves, or
// why it cannot.
type report struct {
	Endpoint
	Error string `json:"error,omitempty"`
	// Permanent says that another attempt would fail alike.
	Permanent bool `json:"permanent,omitempty"`
}

// Child is the whole life of a supervised child process. It reads one line
// with its Options from in, writes one line of JSON with its endpoint to out
// once it serves, and ends when in is closed: so it outlives no parent, however
// that one ended. It ignores interrupts from the terminal, which go to the
// parent too.
func Child(ctx context.Context, in io.Reader, out io.Writer) error {
	signal.Ignore(syscall.SIGINT, syscall.SIGHUP)
	yieldMemory()
	lines := bufio.NewReader(in)
	o, err := readOptions(lines)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		// The parent writes nothing more; what ends is the pipe.
		_, _ = io.Copy(io.Discard, lines)
		cancel()
		// A database that does not close must not keep its path.
		time.Sleep(closeLimit)
		os.Exit(3)
	}()
	tell := json.NewEncoder(out)
	err = serveInherited(ctx, o, func(e Endpoint) { _ = tell.Encode(report{Endpoint: e}) })
	if err != nil {
		_ = tell.Encode(report{Error: err.Error(), Permanent: !errors.Is(err, chdb.ErrOpen)})
	}
	return err
}

// serveInherited serves on the listener that the parent has handed over.
func serveInherited(ctx context.Context, o Options, ready func(Endpoint)) error {
	if err := leaveFiles(o.Dir); err != nil {
		return err
	}
	l, err := inheritedListener()
	if err != nil {
		return err
	}
	defer l.Close()
	return serve(ctx, o, l, ready)
}

// leaveFiles moves the process into an empty folder. The engine takes the files
// of its working directory for tables of the default database, so that a table
// could not be made where a file of its name lies.
func leaveFiles(dir string) error {
	empty := filepath.Join(dir, "empty")
	if err := os.MkdirAll(empty, 0o700); err != nil {
		return fmt.Errorf("make the ClickHouse child's working directory: %w", err)
	}
	if err := os.Chdir(empty); err != nil {
		return fmt.Errorf("enter the ClickHouse child's working directory: %w", err)
	}
	return nil
}

// closeLimit is how long a child may take to close its database.
const closeLimit = 20 * time.Second

func readOptions(lines *bufio.Reader) (Options, error) {
	line, err := lines.ReadBytes('\n')
	if err != nil {
		return Options{}, fmt.Errorf("read the options of the ClickHouse child from standard input: %w", err)
	}
	var o Options
	if err := json.Unmarshal(line, &o); err != nil {
		return Options{}, fmt.Errorf("read the options of the ClickHouse child: %w", err)
	}
	return o, nil
}

func inheritedListener() (net.Listener, error) {
	file := os.NewFile(listenerFD, "listener")
	defer file.Close()
	l, err := net.FileListener(file)
	if err != nil {
		return nil, fmt.Errorf("take over the parent's listener: %w", err)
	}
	return l, nil
}
