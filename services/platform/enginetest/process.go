package enginetest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"
)

// startTimeout is how long engines may take to print their addresses; a
// machine busy with other tests is slow.
const startTimeout = 90 * time.Second

// stopTimeout is how long engines may take to end after their input closed.
const stopTimeout = 30 * time.Second

// Process is a running set of engines.
type Process struct {
	Engines Engines

	cmd    *exec.Cmd
	stdin  io.Closer
	stderr *tail
	closed sync.Once
	result error
}

// Launch starts the parts on data in dir. It is for TestMain and for tests
// that end engines on purpose; other tests use Start.
func Launch(parts Part, dir string) (*Process, error) {
	binary, err := build()
	if err != nil {
		return nil, fmt.Errorf("enginetest: %w", err)
	}
	cmd := exec.Command(binary, "-parts", parts.String(), "-dir", dir)
	p := &Process{cmd: cmd, stderr: &tail{}}
	cmd.Stderr = p.stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("enginetest: %w", err)
	}
	p.stdin = stdin
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("enginetest: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("enginetest: start %s: %w", binary, err)
	}
	if err := p.greet(stdout, parts); err != nil {
		err = errors.Join(err, p.Close())
		return nil, fmt.Errorf("enginetest: engines %s did not start: %w\n%s\n"+
			"If the database's library is missing, get it with:\n\tnpm ci --prefix services/embedded/engine",
			parts, err, p.stderr)
	}
	return p, nil
}

// greet reads the one line of addresses.
func (p *Process) greet(stdout io.Reader, parts Part) error {
	type answer struct {
		line []byte
		err  error
	}
	first := make(chan answer, 1)
	go func() { // ends when the line comes or the process ends
		line, err := bufio.NewReader(stdout).ReadBytes('\n')
		first <- answer{line, err}
	}()
	select {
	case a := <-first:
		if a.err != nil {
			return fmt.Errorf("read addresses: %w", a.err)
		}
		if err := json.Unmarshal(a.line, &p.Engines); err != nil {
			return fmt.Errorf("read addresses from %q: %w", a.line, err)
		}
	case <-time.After(startTimeout):
		return fmt.Errorf("no addresses within %s", startTimeout)
	}
	return p.Engines.check(parts)
}

// check reports a part that was asked for and has no address.
func (e Engines) check(parts Part) error {
	for _, c := range []struct {
		part    Part
		address string
	}{{NATS, e.NATS.URL}, {ClickHouse, e.ClickHouse.URL}, {SMTP, e.SMTP.Addr}} {
		if parts&c.part != 0 && c.address == "" {
			return fmt.Errorf("no address of %s", c.part)
		}
	}
	return nil
}

// Close ends the engines by closing their input and waits for them. Engines
// that do not end in time are killed and reported.
func (p *Process) Close() error {
	p.closed.Do(func() {
		p.stdin.Close()
		late := time.AfterFunc(stopTimeout, func() { _ = p.cmd.Process.Kill() })
		err := p.cmd.Wait()
		if !late.Stop() {
			err = errors.Join(err, fmt.Errorf("still running %s after its input closed", stopTimeout))
		}
		if err != nil {
			p.result = fmt.Errorf("enginetest: end engines: %w\n%s", err, p.stderr)
		}
	})
	return p.result
}

// Kill ends the engines' process at once, as a crash would.
func (p *Process) Kill() {
	p.closed.Do(func() {
		_ = p.cmd.Process.Kill() // it may have ended by itself
		_ = p.cmd.Wait()         // it was killed
		p.stdin.Close()
	})
}

// tail keeps the end of what the engines say, for messages.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

// tailSize is how much of it is kept, in bytes.
const tailSize = 8 << 10

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.buf = append(t.buf, b...)
	if over := len(t.buf) - tailSize; over > 0 {
		t.buf = t.buf[over:]
	}
	return len(b), nil
}

// String is the kept text.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.buf))
}
