package e2e

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// said is what a command printed and how it ended.
type said struct {
	out, err string
	code     int
}

// command runs the binary to its end.
func command(t testing.TB, bin string, args ...string) said {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), bin, args...)
	cmd.Dir = root(t)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return said{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// change edits a file of a folder.
func change(t testing.TB, path string, edit func(string) string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(edit(string(raw))), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestTheRunningConfigurationAndItsFiles: export, edit, diff, import and diff
// again, beside a running `kulkul up`, which follows; then without one.
func TestTheRunningConfigurationAndItsFiles(t *testing.T) {
	bin, data, dir := binary(t), t.TempDir(), filepath.Join(t.TempDir(), "exported")
	u, stop := up(t, data, process(), files(t))
	kulkul := func(args ...string) said {
		return command(t, bin, append([]string{"config", "--data", data, "--config", filepath.Join(root(t), "configs")}, args...)...)
	}
	if got := kulkul("export", dir); got.code != 0 || !strings.Contains(got.out, "version 1") {
		t.Fatalf("export: %+v", got)
	}
	if got := kulkul("diff", dir); got.code != 0 || got.out != "" {
		t.Errorf("what was just exported differs: %+v", got)
	}
	if got := kulkul("import", dir); got.code != 0 || !strings.Contains(got.out, "version 1 is the same") {
		t.Errorf("importing the same: %+v", got)
	}

	people := filepath.Join(dir, config.PeopleFile)
	change(t, people, func(s string) string { return "# a remark\n" + s })
	if got := kulkul("diff", dir); got.code != 1 || !strings.Contains(got.out, "--- "+people+"\n+++ running version 1/people.yaml\n@@ -1,4 +1,3 @@\n-# a remark\n") {
		t.Errorf("diff of an edited file: %+v", got)
	}
	if got := kulkul("export", dir); got.code != 1 || !strings.Contains(got.err, "--force") {
		t.Errorf("export over an edited file: %+v", got)
	}
	if got := kulkul("import", dir, "--why", "a remark is missing"); got.code != 0 || !strings.Contains(got.out, "a remark is missing") {
		t.Fatalf("import: %+v", got)
	}
	eventually(t, 10*time.Second, "the running process following", func() bool { return u.Settings.Current().Version == 2 })
	history, err := u.Settings.History(t.Context())
	if err != nil || len(history) != 2 || history[0].Why != "a remark is missing" || history[0].By == "" || history[0].By == "kulkul" {
		t.Errorf("history %+v, error %v", history, err)
	}

	stop()
	if got := kulkul("diff"); got.code != 1 || !strings.Contains(got.out, "\n+# a remark\n") {
		t.Errorf("with no process running, drift from the files: %+v", got)
	}
	change(t, people, func(s string) string { return strings.TrimPrefix(s, "# a remark\n") })
	if got := kulkul("export", dir, "--force"); got.code != 0 {
		t.Errorf("export by force: %+v", got)
	}
	if raw, err := os.ReadFile(people); err != nil || !bytes.HasPrefix(raw, []byte("# a remark\n")) {
		t.Errorf("export by force left the file as it was (%v)", err)
	}
}

// TestImportRefusesFaultsWithFileAndLine: each fault is named, all at once, and
// nothing is touched: no engine is started for it.
func TestImportRefusesFaultsWithFileAndLine(t *testing.T) {
	bin, dir := binary(t), t.TempDir()
	for path, raw := range files(t) {
		at := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	change(t, filepath.Join(dir, config.SourcesFile), func(s string) string { return "unknown: 1\n" + s })
	change(t, filepath.Join(dir, config.IndicatorsFile), func(s string) string { return "unknown: 1\n" + s })
	change(t, filepath.Join(dir, "taxonomy/flashpoints/sabah.yaml"), func(s string) string { return "unknown: 1\n" + s })
	if err := os.Remove(filepath.Join(dir, config.PeopleFile)); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(t.TempDir(), "data")
	got := command(t, bin, "config", "import", "--data", data, dir)
	if got.code != 1 {
		t.Errorf("exit status %d, want 1", got.code)
	}
	for _, want := range []string{"sources.yaml:1: ", "indicators.yaml:1: ", "taxonomy/flashpoints/sabah.yaml:1: ", "people.yaml: file is missing"} {
		if !strings.Contains(got.err, want) {
			t.Errorf("no word of %q in:\n%s", want, got.err)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was opened for a configuration with faults")
	}
}
