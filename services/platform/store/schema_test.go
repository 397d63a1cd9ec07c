package store

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the schema's snapshots anew")

// The statements that run on a server and on a cluster are read by people in
// testdata; a change of the schema shows there.
func TestSchemaSnapshots(t *testing.T) {
	files, err := loadSchema(schemaFiles)
	must(t, err)
	for name, cluster := range map[string]string{"server": "", "cluster": "kulkul"} {
		var b strings.Builder
		for _, f := range files {
			statements, err := f.statements(cluster)
			must(t, err)
			b.WriteString("-- " + f.name + "\n")
			for _, sql := range statements {
				b.WriteString(strings.TrimSpace(sql) + ";\n")
			}
			b.WriteString("\n")
		}
		path := filepath.Join("testdata", "schema."+name+".sql")
		if *update {
			must(t, os.WriteFile(path, []byte(b.String()), 0o644))
			continue
		}
		want, err := os.ReadFile(path)
		must(t, err)
		if diff := cmp.Diff(string(want), b.String()); diff != "" {
			t.Errorf("%s (go test -update writes it anew; -want +got):\n%s", path, diff)
		}
	}
}

// Every step can be run again, and is one statement as its file has it.
func TestSchemaIsIdempotent(t *testing.T) {
	files, err := loadSchema(schemaFiles)
	must(t, err)
	comment := regexp.MustCompile(`--.*`)
	for _, f := range files {
		for _, cluster := range []string{"", "c"} {
			statements, err := f.statements(cluster)
			must(t, err)
			for _, sql := range statements {
				if strings.Contains(comment.ReplaceAllString(sql, ""), ";") || strings.Contains(sql, "{{") {
					t.Errorf("%s: more than one statement, or an open template", f.name)
				}
				if !strings.Contains(sql, "IF NOT EXISTS") && !strings.Contains(sql, "IF EXISTS") {
					t.Errorf("%s cannot be run twice", f.name)
				}
				if (cluster != "") != strings.Contains(sql, "ON CLUSTER 'c'") {
					t.Errorf("%s on cluster %q:\n%s", f.name, cluster, sql)
				}
			}
		}
	}
}

// On a cluster every table with rows replaces by the same key as on a server,
// on every replica, and is spread by a value that its versions share.
func TestClusterTables(t *testing.T) {
	files, err := loadSchema(schemaFiles)
	must(t, err)
	engine := regexp.MustCompile(`ENGINE = (\S.*)`)
	for _, f := range files[1:] {
		statements, err := f.statements("c")
		must(t, err)
		if strings.Contains(statements[0], "CREATE VIEW") {
			continue
		}
		if len(statements) != 2 {
			t.Errorf("%s: %d statements, want the table and its face", f.name, len(statements))
			continue
		}
		if e := engine.FindStringSubmatch(statements[0]); e == nil || !strings.HasPrefix(e[1], "ReplicatedReplacingMergeTree") {
			t.Errorf("%s: engine %v", f.name, e)
		}
		if e := engine.FindStringSubmatch(statements[1]); e == nil || !strings.HasPrefix(e[1], "Distributed('c', currentDatabase(), ") {
			t.Errorf("%s: face %v", f.name, e)
		}
	}
}

// The cluster's statements are ones that the engine understands.
func TestClusterSyntax(t *testing.T) {
	s := migrated(t)
	files, err := loadSchema(schemaFiles)
	must(t, err)
	for _, f := range files {
		statements, err := f.statements("c")
		must(t, err)
		for _, sql := range statements {
			if err := s.conn.Exec(t.Context(), "EXPLAIN AST "+sql); err != nil {
				t.Errorf("%s: %v", f.name, err)
			}
		}
	}
}

// What the engine made of the schema is what the files say.
func TestTablesExist(t *testing.T) {
	s := migrated(t)
	rows, err := s.conn.Query(t.Context(), "SELECT name, engine FROM system.tables WHERE database = currentDatabase() ORDER BY name")
	must(t, err)
	defer rows.Close()
	var got []string
	for rows.Next() {
		var name, engine string
		must(t, rows.Scan(&name, &engine))
		got = append(got, name+" "+engine)
	}
	want := []string{
		"alert_events ReplacingMergeTree", "assessments View", "audit ReplacingMergeTree",
		"config_versions ReplacingMergeTree", "deliveries ReplacingMergeTree", "fetches ReplacingMergeTree",
		"health ReplacingMergeTree", "item_tags ReplacingMergeTree", "items ReplacingMergeTree",
		"notices ReplacingMergeTree", "rejections ReplacingMergeTree", "reviews ReplacingMergeTree",
		"schema_migrations ReplacingMergeTree", "story_aliases ReplacingMergeTree",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
