package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
)

// TestTheMainJobThroughTheBinary: feeds in, tagged, stored, an alert raised, its
// mail delivered, and exit status 0.
func TestTheMainJobThroughTheBinary(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), binary(t), "up", "--demo", "--once", "--config", filepath.Join(root(t), "configs"))
	cmd.Dir = root(t)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	began := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s\n%s", err, out.String(), errs.String())
	}
	t.Logf("%v\n%s", time.Since(began), out.String())
	for _, want := range []string{"south-china-sea", "MAIL\n  to ", "410", "not a feed", "console  http://127.0.0.1:", "password "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	if strings.Contains(errs.String(), "level=ERROR") {
		t.Errorf("errors were logged:\n%s", errs.String())
	}
}

// TestKilledAndStartedAgain kills the whole process in mid-work; nothing is left
// running on the data, and the next start finds everything.
func TestKilledAndStartedAgain(t *testing.T) {
	bin, data, configs := binary(t), t.TempDir(), filepath.Join(root(t), "configs")
	start := func() *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), bin, "up", "--data", data, "--config", configs)
		cmd.Dir = root(t)
		cmd.Stderr = testWriter{t}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	cmd := start()
	info := runInfo(t, data, cmd.Process.Pid)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it was killed
	eventually(t, 20*time.Second, "the database's child ending with its parent", func() bool {
		return syscall.Kill(info.ClickHouse, 0) != nil
	})
	again := start()
	info = runInfo(t, data, again.Process.Pid)
	eventually(t, 30*time.Second, "the console answering", func() bool {
		resp, err := http.Get(info.Console + "/sign-in")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
	if err := again.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := again.Wait(); err != nil {
		t.Errorf("stopped by a signal it ended with %v", err)
	}
	if _, err := os.Stat(filepath.Join(data, "run.json")); err == nil {
		t.Error("run.json was left behind")
	}
}

// runInfo waits for the process to say where it is reached.
func runInfo(t *testing.T, data string, pid int) assemble.RunInfo {
	t.Helper()
	var info assemble.RunInfo
	eventually(t, time.Minute, "run.json being written", func() bool {
		var err error
		info, err = assemble.ReadRunInfo(data)
		return err == nil && info.PID == pid
	})
	if s, err := os.Stat(filepath.Join(data, "run.json")); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("run.json may be read by others (%v)", err)
	}
	return info
}

func TestCommandsSayWhatIsWrong(t *testing.T) {
	bin := binary(t)
	configs := filepath.Join(root(t), "configs")
	broken := t.TempDir()
	if err := os.CopyFS(broken, os.DirFS(configs)); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"kulkul.yaml":  "bus:\n  ulr: nats://x\n",
		"sources.yaml": "sources:\n  - {id: a, name: A, owner: a, track: \"2\", reliability: B}\n  - {id: a, name: B, owner: b, track: \"2\", reliability: B}\n",
		"people.yaml":  "people:\n  - {id: p, name: P, email: p@x.example, role: eep, deputy: q}\n",
	} {
		if err := os.WriteFile(filepath.Join(broken, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name  string
		args  []string
		in    string
		code  int
		wants []string
	}{
		{"no such command", []string{"fly"}, "", 2, []string{"fly"}},
		{"an unknown flag", []string{"check", "--hard"}, "", 2, []string{"--hard"}},
		{"check of what is sound", []string{"check", "--config", configs}, "", 0, []string{"all good"}},
		{"check of what is not", []string{"check", "--config", broken}, "", 1, []string{
			`kulkul.yaml:2: unknown field "ulr"`, `sources.yaml:3: source id "a" is used twice`, `people.yaml:2: person "p": deputy "q"`}},
		{"check of nothing", []string{"check", "--config", filepath.Join(broken, "none")}, "", 1, []string{"is no folder"}},
		{"a feed that isn't one", []string{"feed", "parse", "-"}, "<html><body>no</body></html>", 1, []string{"not a feed"}},
		{"an empty feed", []string{"feed", "parse", "-"}, "", 1, []string{"empty"}},
		{"a good feed", []string{"feed", "parse", "-"}, `<rss version="2.0"><channel><title>T</title><item><title>One</title><link>http://a.example/1</link></item></channel></rss>`, 0, []string{`"title": "One"`}},
		{"a private address", []string{"feed", "fetch", "http://127.0.0.1:1/feed", "--config", configs}, "", 1, []string{"address refused: 127.0.0.1 is loopback (refused_address)", "next "}},
		{"a private address, for a machine", []string{"feed", "fetch", "--json", "http://127.0.0.1:1/feed", "--config", configs}, "", 1, []string{`"fault": "refused_address"`}},
		{"tags", []string{"tag", "--config", configs}, `{"id":"1","title":"Coast guard vessels collide near Scarborough Shoal in the South China Sea"}` + "\n", 0, []string{`"id":"south-china-sea"`, `"evidence"`}},
		{"tags of no JSON", []string{"tag", "--config", configs}, "one\n", 1, []string{"line 1"}},
		{"tags without a taxonomy", []string{"tag", "--config", t.TempDir()}, "", 1, []string{"no taxonomy"}},
		{"stories", []string{"story"}, `{"id":"1","title":"Ferry runs aground off Tanjung Batu, all safe","published":"2026-01-01"}` + "\n" + `{"id":"2","title":"Ferry runs aground off Tanjung Batu, all safe","published":"2026-01-02"}` + "\n", 0, []string{`"id":"2","story":"`}},
		{"a bad date", []string{"story"}, `{"id":"1","title":"x","published":"soon"}` + "\n", 1, []string{"line 1", "soon"}},
		{"a detector", []string{"detect"}, `{"method":"earsC","params":{"method":"C1"},"counts":[0,0,0,0,0,0,0,5],"freq":365,"start":[2001,1],"range":[8,8]}` + "\n", 0, []string{`"alarm":[1]`}},
		{"an unknown detector", []string{"detect"}, `{"method":"magic","params":{},"counts":[1],"freq":365,"start":[2001,1],"range":[1,1]}` + "\n", 1, []string{`"error"`}},
		{"pushing nowhere", []string{"push", "x.json"}, "", 2, []string{"--url"}},
		{"once without demo", []string{"up", "--once"}, "", 2, []string{"--once"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), bin, c.args...)
			cmd.Stdin = strings.NewReader(c.in)
			out, err := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != c.code {
				t.Errorf("exit status %d (%v), want %d\n%s", code, err, c.code, out)
			}
			for _, want := range c.wants {
				if !strings.Contains(string(out), want) {
					t.Errorf("no %q in:\n%s", want, out)
				}
			}
		})
	}
}

func TestStoriesOfTheSameTextGetOneID(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), binary(t), "story")
	var in strings.Builder
	for n := range 10 {
		fmt.Fprintf(&in, `{"id":"%d","title":"Ferry runs aground off Tanjung Batu, all safe - Paper %d","published":"2026-01-01"}`+"\n", n, n)
	}
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		var v struct{ Story string }
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Fatal(err)
		}
		ids[v.Story] = true
	}
	if len(ids) != 1 {
		t.Errorf("ten copies make %d stories", len(ids))
	}
}
