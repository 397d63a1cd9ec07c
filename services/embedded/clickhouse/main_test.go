package clickhouse

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// The roles in which this program starts itself.
const (
	asChild  = "as-child"  // the supervised child
	asParent = "as-parent" // a parent with a child, to be killed
	asServer = "as-server" // a service of its own
)

func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	var err error
	switch os.Args[1] {
	case asChild:
		err = Child(context.Background(), os.Stdin, os.Stdout)
	case asParent:
		err = runParent(os.Args[2])
	case asServer:
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		err = Serve(ctx, Options{Dir: os.Args[2]}, func(e Endpoint) { _ = json.NewEncoder(os.Stdout).Encode(e) })
		stop()
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// runParent supervises a child, says where and with which process id, and
// waits to be killed.
func runParent(dir string) error {
	s, err := Supervise(context.Background(), Options{Dir: dir}, os.Args[0], asChild)
	if err != nil {
		return err
	}
	fmt.Println(s.PID(), s.Endpoint().DSN())
	select {}
}

// supervise starts a child that is stopped after the test.
func supervise(t *testing.T, o Options) *Supervisor {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	s, err := Supervise(ctx, o, os.Args[0], asChild)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// try sends one statement, with the parameters of the URL given, and gives the
// answer's text and its code, 0 for none.
func try(ctx context.Context, e Endpoint, user, password, sql, params string) (text string, code int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL+"/?"+params, strings.NewReader(sql))
	if err != nil {
		return "", 0, err
	}
	req.SetBasicAuth(user, password)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", 0, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	code, _ = strconv.Atoi(resp.Header.Get("X-ClickHouse-Exception-Code"))
	if code == 0 && resp.StatusCode != http.StatusOK {
		return "", 0, fmt.Errorf("HTTP %s: %s", resp.Status, body)
	}
	return strings.TrimSpace(string(body)), code, err
}

// ask runs a statement that must succeed.
func ask(t *testing.T, e Endpoint, sql string) string {
	t.Helper()
	text, code, err := try(t.Context(), e, e.User, e.Password, sql, "")
	if err != nil || code != 0 {
		t.Fatalf("%s: %v %s", sql, err, text)
	}
	return text
}

// status reads a figure of a process in KiB, for example VmRSS.
func status(t *testing.T, pid int, field string) int {
	t.Helper()
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), field+":"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("process %d has no %s", pid, field)
	return 0
}

func alive(pid int) bool {
	state, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && !strings.Contains(string(state), ") Z ")
}

// within waits for a condition.
func within(t *testing.T, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(limit); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not within %v: %s", limit, what)
		}
	}
}

// command starts this program in a role, killed after the test, and gives the
// first line that it prints.
func command(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// endpointOf takes a data source name apart.
func endpointOf(t *testing.T, dsn string) Endpoint {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	password, _ := u.User.Password()
	return Endpoint{URL: u.Scheme + "://" + u.Host, User: u.User.Username(), Password: password}
}

func stat(t *testing.T, pid int) string {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
