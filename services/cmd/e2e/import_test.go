package e2e

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// archive is a history with a burst of four days up to yesterday, which would
// be an alert if it were news, and an item of an earlier year.
func archive(t testing.TB) []string {
	t.Helper()
	sources := []string{"amti", "Invented Gazette", "海洋观察"}
	var lines []string
	add := func(id, source, published, title string) {
		raw, err := json.Marshal(map[string]string{"id": id, "source": source, "published": published, "title": title,
			"summary": "Vessels collided in the South China Sea, crews say."})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(raw))
	}
	for day := 1; day <= 4; day++ {
		for n := range 10 {
			add(fmt.Sprintf("burst-%d-%d", day, n), sources[n%3], time.Now().UTC().AddDate(0, 0, -day).Format(time.DateOnly),
				fmt.Sprintf("Coast guard vessels collide near Second Thomas Shoal, report %d%d", day, n))
		}
	}
	add("old", "amti", "2019-07-03T10:00:00Z", "Survey ship enters the waters off Vanguard Bank")
	return lines
}

// write makes a file of lines, gzipped where its name says so.
func write(t testing.TB, path string, lines ...string) string {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text := []byte(strings.Join(lines, "\n"))
	if !strings.HasSuffix(path, ".gz") {
		_, err = f.Write(text)
	} else {
		z := gzip.NewWriter(f)
		if _, err = z.Write(text); err == nil {
			err = z.Close()
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// silent reports a fault where anything was alerted or mailed. That the rules
// have yet to learn may be told: it is a notice, and no mail.
func silent(t testing.TB, u *assemble.Upped) {
	t.Helper()
	messages := map[string]uint64{}
	states, err := u.Bus.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		messages[s.Name] = s.Messages
	}
	if n := messages[bus.Deliveries]; n > 0 {
		t.Errorf("%d deliveries", n)
	}
	var notices []kulkul.Notice
	eventually(t, time.Minute, "nothing but notices being told", func() bool {
		if notices, err = u.Store.Notices(t.Context(), store.NoticeFilter{}); err != nil {
			t.Fatal(err)
		}
		return uint64(len(notices)) == messages[bus.Alerts]
	})
	for _, n := range notices {
		if n.Kind != "learning" {
			t.Errorf("notice %s: %s", n.Kind, n.Text)
		}
	}
	events, err := u.Store.AlertEvents(t.Context(), store.AlertFilter{})
	if err != nil || len(events) > 0 {
		t.Errorf("%d alert events, error %v", len(events), err)
	}
}

// folder writes the files of a configuration into a folder.
func folder(t testing.TB, list map[string][]byte) string {
	t.Helper()
	dir := t.TempDir()
	for name, data := range list {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestHistoryIsImportedAndNotNotified: on engines of its own, then beside a
// running `kulkul up`; bad lines are set aside; nothing is alerted, neither by
// the import nor when the detector starts on the imported series.
func TestHistoryIsImportedAndNotNotified(t *testing.T) {
	bin, data, dir := binary(t), t.TempDir(), t.TempDir()
	quiet := withSources(t, files(t), []kulkul.Source{{ID: "amti", Name: "AMTI", Owner: "amti", Country: "US", Track: kulkul.Track2, Reliability: "B"}})
	configs := folder(t, quiet)
	lines := archive(t)
	n := len(lines)
	bad := []string{`{"id":"x",`, `{"id":"no-date","source":"amti","title":"T"}`, `{"id":"ahead","source":"amti","title":"T","published":"2190-01-01"}`,
		`{"id":"no-source","title":"T","published":"2020-01-01"}`, `{"source":"amti","title":"T","published":"2020-01-01"}`}
	path := write(t, filepath.Join(dir, "history.jsonl.gz"), append(append([]string{}, bad...), lines...)...)

	got := command(t, bin, "import", "--data", data, "--config", configs, path)
	t.Logf("%s%s", got.out, got.err)
	if got.code != 1 || !strings.Contains(got.out, fmt.Sprintf("%d items: %d new", n, n)) || !strings.Contains(got.out, fmt.Sprintf("%d stored, %d of them relevant", n, n)) {
		t.Fatalf("import alone: exit status %d", got.code)
	}
	for _, want := range []string{"source invented-gazette is not in sources.yaml: \"Invented Gazette\", 12 items", "海洋观察", "5 lines set aside in " + path + ".rejected"} {
		if !strings.Contains(got.out, want) {
			t.Errorf("the summary does not say %q", want)
		}
	}
	aside, err := os.ReadFile(path + ".rejected")
	if err != nil || strings.Count(string(aside), "\n") != len(bad) {
		t.Errorf("set aside (%v):\n%s", err, aside)
	}
	for i := range bad {
		if !strings.Contains(string(aside), fmt.Sprintf(`{"line":%d,"reason":"`, i+1)) || !strings.Contains(got.err, fmt.Sprintf("line %d: ", i+1)) {
			t.Errorf("line %d is not named", i+1)
		}
	}

	diffOfTags(t, bin, data, configs)

	u, _ := up(t, data, process(), quiet)
	more := write(t, filepath.Join(dir, "more.jsonl"), append(lines, strings.ReplaceAll(lines[0], "burst-1-0", "one-more"))...)
	got = command(t, bin, "import", "--data", data, "--config", configs, more)
	t.Logf("%s%s", got.out, got.err)
	if got.code != 0 || !strings.Contains(got.out, fmt.Sprintf("%d items: 1 new, 0 revised, %d unchanged", n+1, n)) {
		t.Errorf("import beside a running process: exit status %d", got.code)
	}
	list := stored(t, u)
	for _, o := range list {
		if !o.Retrospective || o.Entered != o.Day {
			t.Errorf("%s of %s: retrospective %v, entered %s, counts on %s", o.Item, o.Source, o.Retrospective, o.Entered, o.Day)
		}
	}
	if len(list) != n+1 {
		t.Errorf("%d items stored, want %d", len(list), n+1)
	}
	time.Sleep(3 * time.Second) // what the detector and the notifier would need
	silent(t, u)
}
