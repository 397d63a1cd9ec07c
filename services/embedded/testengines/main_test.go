package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// program builds the command, as other modules' tests do.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "testengines")
	build := exec.Command("go", "build", "-o", path, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return path
}

// begun is a running command.
type begun struct {
	cmd  *exec.Cmd
	in   io.Closer
	line string
	at   addresses
	temp string // the folder in which it makes its temporary one
}

func begin(t *testing.T, path string, args ...string) *begun {
	t.Helper()
	b := &begun{cmd: exec.Command(path, args...), temp: t.TempDir()}
	b.cmd.Env = append(os.Environ(), "TMPDIR="+b.temp)
	b.cmd.Stderr = os.Stderr
	in, err := b.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.in = in
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.cmd.Process.Kill() })
	if b.line, err = bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b.line), &b.at); err != nil {
		t.Fatal(err)
	}
	return b
}

// end closes the command's input and checks that it ends at once and leaves
// nothing in its temporary folder.
func (b *begun) end(t *testing.T) {
	t.Helper()
	began := time.Now()
	b.in.Close()
	if err := b.cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(began); took > 2*time.Second { // it is far less; the machine may be busy
		t.Errorf("it took %v to end", took)
	}
	if left, err := os.ReadDir(b.temp); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func query(t *testing.T, at *clickhouseAddress, user, password, sql string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, at.URL+"/?database="+at.Database, strings.NewReader(sql))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(body))
}

func TestEngines(t *testing.T) {
	path := program(t)
	t.Run("all parts", func(t *testing.T) {
		b := begin(t, path)
		nc, err := nats.Connect(b.at.NATS.URL, nats.Token(b.at.NATS.Token))
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		if got := query(t, b.at.ClickHouse, b.at.ClickHouse.User, b.at.ClickHouse.Password, "SELECT 1"); got != "1" {
			t.Errorf("ClickHouse says %q", got)
		}
		if got := query(t, b.at.ClickHouse, b.at.ClickHouse.ReadUser, b.at.ClickHouse.ReadPassword, "DROP TABLE t"); !strings.Contains(got, "READONLY") {
			t.Errorf("ClickHouse says %q to the reader", got)
		}
		if err := smtp.SendMail(b.at.SMTP.Addr, nil, "a@example.org", []string{"b@example.org"}, []byte("Subject: s\r\n\r\nt\r\n")); err != nil {
			t.Error(err)
		}
		if mails, err := filepath.Glob(filepath.Join(b.at.SMTP.Dir, "new", "*.eml")); err != nil || len(mails) != 1 {
			t.Errorf("the folder holds %v, %v", mails, err)
		}
		b.end(t)
	})
	t.Run("some parts, in a given folder", func(t *testing.T) {
		dir := t.TempDir()
		b := begin(t, path, "-parts", "smtp, nats", "-dir", dir)
		var keys map[string]any
		if err := json.Unmarshal([]byte(b.line), &keys); err != nil || len(keys) != 2 || b.at.ClickHouse != nil {
			t.Errorf("it prints %s, %v", b.line, err)
		}
		b.end(t)
		if _, err := os.Stat(filepath.Join(dir, "nats")); err != nil {
			t.Errorf("the given folder is gone: %v", err)
		}
	})
	t.Run("ends at a signal", func(t *testing.T) {
		b := begin(t, path)
		if err := b.cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		b.end(t)
	})
	t.Run("an unknown part", func(t *testing.T) {
		out, err := exec.Command(path, "-parts", "kafka").CombinedOutput()
		if err == nil || !strings.Contains(string(out), `no part "kafka"`) {
			t.Errorf("it says %q, %v", out, err)
		}
	})
	t.Run("no library", func(t *testing.T) {
		cmd := exec.Command(path)
		cmd.Env = append(os.Environ(), "KULKUL_LIBCHDB=/nowhere")
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "npm ci --prefix services/embedded/engine") {
			t.Errorf("it says %q, %v", out, err)
		}
	})
}
