package store

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

//go:embed schema/*.sql
var schemaFiles embed.FS

// schemaFile is one step of the schema: one idempotent statement, written for
// a single server and for a cluster alike.
type schemaFile struct {
	number   int
	name     string
	checksum string // SHA-256 of the text, hexadecimal
	text     string
}

// loadSchema reads NNNN_name.sql files, numbered from 1 without a gap.
func loadSchema(files fs.FS) ([]schemaFile, error) {
	names, err := fs.Glob(files, "schema/*.sql") // sorted
	if err != nil {
		return nil, fmt.Errorf("list the schema: %w", err)
	}
	pattern := regexp.MustCompile(`^([0-9]{4})_[a-z0-9_]+\.sql$`)
	var out []schemaFile
	for i, n := range names {
		name := path.Base(n)
		match := pattern.FindStringSubmatch(name)
		if match == nil {
			return nil, fmt.Errorf("schema file %s: want NNNN_name.sql", name)
		}
		number, err := strconv.Atoi(match[1])
		if err != nil || number != i+1 {
			return nil, fmt.Errorf("schema file %s: want number %04d", name, i+1)
		}
		text, err := fs.ReadFile(files, n)
		if err != nil {
			return nil, fmt.Errorf("read schema file %s: %w", name, err)
		}
		sum := sha256.Sum256(text)
		out = append(out, schemaFile{number, name, hex.EncodeToString(sum[:]), string(text)})
	}
	return out, nil
}

// statements writes the file for a server (cluster empty) or a cluster: the
// statement itself and, where the table is sharded, the face that spreads it.
func (f schemaFile) statements(cluster string) ([]string, error) {
	r := renderer{cluster: cluster}
	t, err := template.New(f.name).Funcs(template.FuncMap{
		"on_cluster": r.onCluster,
		"local":      r.local,
		"replicated": r.replicated,
		"everywhere": r.everywhere,
		"sharded_by": r.shardedBy,
	}).Parse(f.text)
	if err != nil {
		return nil, fmt.Errorf("schema file %s: %w", f.name, err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, nil); err != nil {
		return nil, fmt.Errorf("schema file %s: %w", f.name, err)
	}
	out := []string{tidy(b.String())}
	if r.cluster != "" && r.shardKey != "" {
		out = append(out, r.face())
	}
	return out, nil
}

// tidy drops empty lines and trailing blanks, which the template leaves where
// it has nothing to say.
func tidy(sql string) string {
	var lines []string
	for line := range strings.Lines(sql) {
		if line = strings.TrimRight(line, " \n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

// renderer gives the words in which a server and a cluster differ.
type renderer struct {
	cluster  string
	table    string
	shardKey string
}

// onCluster runs the statement on every machine.
func (r *renderer) onCluster() string {
	if r.cluster == "" {
		return ""
	}
	return "ON CLUSTER '" + r.cluster + "'"
}

// local names the table that keeps the rows; on a cluster, readers and the
// writer use its face instead, which has the plain name.
func (r *renderer) local(table string) string {
	r.table = table
	if r.cluster == "" {
		return table
	}
	return table + "_local"
}

// replicated is the engine whose rows every replica of a shard keeps; path and
// replica name come from the server's default_replica_path and macros.
func (r *renderer) replicated(engine string) string {
	if r.cluster == "" {
		return engine
	}
	return "Replicated" + engine
}

// everywhere is the engine whose rows every replica of every shard keeps.
func (r *renderer) everywhere(engine string) string {
	if r.cluster == "" {
		return engine
	}
	name, arguments, _ := strings.Cut(strings.TrimSuffix(engine, ")"), "(")
	place := "'/clickhouse/tables/{database}/{table}', '{shard}-{replica}'"
	if arguments != "" {
		place += ", " + arguments
	}
	return "Replicated" + name + "(" + place + ")"
}

// shardedBy notes by which expression the table's rows spread over shards: one
// that is the same for all versions of a row.
func (r *renderer) shardedBy(key string) string {
	r.shardKey = key
	return ""
}

// face is the table over all shards.
func (r *renderer) face() string {
	return fmt.Sprintf("CREATE TABLE IF NOT EXISTS %[1]s ON CLUSTER '%[2]s' AS %[1]s_local\n"+
		"ENGINE = Distributed('%[2]s', currentDatabase(), %[1]s_local, %[3]s)\n", r.table, r.cluster, r.shardKey)
}
