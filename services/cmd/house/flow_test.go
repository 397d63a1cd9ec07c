package house

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

var update = flag.Bool("update", false, "write the tables of docs/flow.md anew")

// TestFlowTellsTheTruth keeps the tables of docs/flow.md equal to the code.
// `go test ./house -update` writes them anew.
func TestFlowTellsTheTruth(t *testing.T) {
	path := filepath.Join(root(t), "docs", "flow.md")
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	for marker, table := range map[string]string{"streams": streamsTable(), "buckets": bucketsTable()} {
		begin, end := "<!-- "+marker+": begin -->\n", "<!-- "+marker+": end -->"
		before, rest, found := strings.Cut(text, begin)
		have, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("docs/flow.md has no %s table between its markers", marker)
		}
		if have == table {
			continue
		}
		if !*update {
			t.Errorf("the %s table of docs/flow.md is not the code's; `go test ./services/cmd/house -update` writes it", marker)
		}
		text = before + begin + table + end + after
	}
	if *update {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func streamsTable() string {
	var b strings.Builder
	b.WriteString("| Stream | Subjects | Published by | Durable consumers | Keeps |\n|---|---|---|---|---|\n")
	streams, _ := bus.Topology()
	for _, s := range streams {
		durables := make([]string, len(s.Durables))
		for i, d := range s.Durables {
			durables[i] = d.Name
			if len(d.Subjects) > 0 {
				durables[i] += " (" + code(d.Subjects) + ")"
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", s.Name, code(s.Subjects), strings.Join(s.Publishers, ", "), strings.Join(durables, ", "), keeps(s))
	}
	return b.String()
}

func keeps(s bus.Stream) string {
	size := fmt.Sprintf("%d MiB", s.MaxBytes>>20)
	switch {
	case s.Interest:
		return "until all durables have acknowledged; full at " + size
	case s.LastOnly:
		return "the last message of each subject, " + days(s.MaxAge)
	}
	return days(s.MaxAge) + ", " + size
}

func days(d time.Duration) string { return fmt.Sprintf("%d days", int(d.Hours()/24)) }

func code(list []string) string { return "`" + strings.Join(list, "` `") + "`" }

func bucketsTable() string {
	var b strings.Builder
	b.WriteString("| Bucket | Written by | Keeps |\n|---|---|---|\n")
	_, buckets := bus.Topology()
	for _, k := range buckets {
		keep := "for ever"
		if k.TTL > 0 {
			keep = k.TTL.String()
			if k.TTL >= 24*time.Hour {
				keep = days(k.TTL)
			}
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.Name, strings.Join(k.Writers, ", "), keep)
	}
	return b.String()
}

// TestFlowNamesEveryTable keeps the list of tables in docs/flow.md equal to the
// schema's.
func TestFlowNamesEveryTable(t *testing.T) {
	base := root(t)
	raw, err := os.ReadFile(filepath.Join(base, "docs", "flow.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, section, found := strings.Cut(string(raw), "## Tables\n")
	if !found {
		t.Fatal("docs/flow.md has no section on tables")
	}
	told := map[string]bool{}
	for line := range strings.Lines(section) {
		cells := strings.Split(line, "|")
		if len(cells) < 2 {
			continue
		}
		for _, m := range regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(cells[1], -1) {
			told[m[1]] = true
		}
	}
	made := map[string]bool{}
	files, err := filepath.Glob(filepath.Join(base, "services", "platform", "store", "schema", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		sql, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`CREATE TABLE IF NOT EXISTS \{\{local "([a-z_]+)"`).FindAllStringSubmatch(string(sql), -1) {
			made[m[1]] = true
		}
	}
	if len(made) == 0 {
		t.Fatal("no table found in the schema")
	}
	for name := range made {
		if !told[name] {
			t.Errorf("docs/flow.md does not name the table %s", name)
		}
	}
	for name := range told {
		if !made[name] {
			t.Errorf("docs/flow.md names a table %s that the schema does not make", name)
		}
	}
}
