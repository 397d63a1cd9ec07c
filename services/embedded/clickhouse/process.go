package clickhouse

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"time"
)

// startError is what a child said about why it cannot serve.
type startError struct {
	text      string
	permanent bool
}

func (e *startError) Error() string { return "the ClickHouse child cannot serve: " + e.text }

// once runs one child from its start to its end. When ctx ends it closes the
// child's standard input and waits for it, up to the child's own limit.
func (s *Supervisor) once(ctx context.Context) error {
	cmd := exec.Command(s.argv[0], s.argv[1:]...)
	cmd.ExtraFiles = []*os.File{s.handed} // listenerFD in the child
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("start the ClickHouse child: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("start the ClickHouse child: %w", err)
	}
	diagnostics, err := cmd.StderrPipe()
	if err != nil {
		return fmt.Errorf("start the ClickHouse child: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return &startError{text: err.Error(), permanent: true}
	}
	s.began(cmd.Process.Pid)
	defer s.ended()

	var readers sync.WaitGroup
	readers.Go(func() { s.logLines(diagnostics) })
	var said error
	readers.Go(func() { said = s.follow(out) })
	closing := context.AfterFunc(ctx, func() { in.Close() })
	if err := json.NewEncoder(in).Encode(s.options); err != nil {
		in.Close()
	}
	killer := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(closeLimit + time.Second)
		defer timer.Stop()
		select {
		case <-timer.C:
			_ = cmd.Process.Kill()
		case <-s.done:
		}
	})
	readers.Wait() // both pipes end with the process
	err = cmd.Wait()
	closing()
	killer()
	return errors.Join(said, err)
}

// follow reads what the child says on standard output until it ends.
func (s *Supervisor) follow(out io.Reader) error {
	dec := json.NewDecoder(out)
	serving := false
	for {
		var r report
		switch err := dec.Decode(&r); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			_, _ = io.Copy(io.Discard, out)
			return fmt.Errorf("read from the ClickHouse child: %w", err)
		case r.Error != "":
			return &startError{text: r.Error, permanent: r.Permanent && !serving}
		case !serving:
			serving = true
			s.serves()
		}
	}
}

// logLines passes on what the engine writes on standard error.
func (s *Supervisor) logLines(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		s.note(lines.Text())
		s.options.Log.Warn("clickhouse", "line", lines.Text())
	}
	_, _ = io.Copy(io.Discard, r) // a line too long for the scanner ends it
}
