// Command kulkul is the whole product in one binary: every service, the
// laptop's engines, and the commands for people and scripts.
//
// Exit status: 0 good, 1 failed, 2 misuse. Data goes to standard output,
// diagnostics to standard error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// version is set by the build (-ldflags "-X main.version=…").
var version = "development"

// world is what a command may touch of the outside.
type world struct {
	in       io.Reader
	out, err io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(execute(ctx, os.Args[1:], world{os.Stdin, os.Stdout, os.Stderr}))
}

// misuse marks an error of the command line: exit status 2.
type misuse struct{ error }

func (m misuse) Unwrap() error { return m.error }

// errFailed ends a command that has already said what failed.
var errFailed = errors.New("failed")

// execute runs the command line and gives the exit status.
func execute(ctx context.Context, args []string, w world) int {
	root := newRoot(w)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var wrong misuse
	switch {
	case err == nil:
		return 0
	case errors.As(err, &wrong):
		fmt.Fprintf(w.err, "kulkul: %v\nSee 'kulkul --help'.\n", err)
		return 2
	case errors.Is(err, errFailed):
		return 1
	}
	fmt.Fprintf(w.err, "kulkul: %v\n", err)
	return 1
}
