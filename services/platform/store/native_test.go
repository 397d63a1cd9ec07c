package store

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
)

// nativeServer starts a ClickHouse server that speaks the native protocol. Any
// version will do for the transport, Debian's too (apt-get install
// clickhouse-server), which is too old for the schema.
func nativeServer(t *testing.T) Config {
	t.Helper()
	binary := os.Getenv("KULKUL_CLICKHOUSE_SERVER")
	if binary == "" {
		var err error
		if binary, err = exec.LookPath("clickhouse-server"); err != nil {
			t.Skip("clickhouse-server absent, and KULKUL_CLICKHOUSE_SERVER is not set")
		}
	}
	dir := t.TempDir()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := listener.Addr().(*net.TCPAddr).Port
	must(t, listener.Close())
	must(t, os.WriteFile(filepath.Join(dir, "users.xml"), []byte(`<yandex><profiles><default/></profiles><users><default>
		<password>s3cret</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota>
		</default></users><quotas><default/></quotas></yandex>`), 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "config.xml"), fmt.Appendf(nil, `<yandex><logger><level>error</level><console>1</console></logger>
		<tcp_port>%d</tcp_port><listen_host>127.0.0.1</listen_host><path>%[2]s/data/</path><tmp_path>%[2]s/tmp/</tmp_path>
		<users_config>users.xml</users_config><default_profile>default</default_profile><default_database>default</default_database>
		<mark_cache_size>67108864</mark_cache_size></yandex>`, port, dir), 0o600))
	server := exec.Command(binary, "--config-file="+filepath.Join(dir, "config.xml"))
	server.Dir = dir
	must(t, server.Start())
	t.Cleanup(func() {
		server.Process.Kill()
		server.Wait()
	})
	c := Config{URL: fmt.Sprintf("clickhouse://127.0.0.1:%d", port), Password: "s3cret", DialTimeout: time.Second}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		s, err := Open(t.Context(), c, prometheus.NewRegistry())
		if err == nil {
			must(t, s.Close())
			return c
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

// The same code that speaks HTTP to the laptop's engine speaks the native
// protocol to a server: blocks in, rows out, values bound, errors, deadlines.
func TestNativeTransport(t *testing.T) {
	c := nativeServer(t)
	s, ctx := open(t, c), t.Context()
	must(t, s.conn.Exec(ctx, `CREATE TABLE probe (n UInt32, day Date, at DateTime, name String, list Array(String))
		ENGINE = ReplacingMergeTree ORDER BY n`))
	type row struct {
		N    uint32
		Day  time.Time
		At   time.Time
		Name string
		List []string
	}
	var want []row
	at := instantOf(t, "2026-01-05 12:34")
	for i := range 1000 {
		want = append(want, row{uint32(i), day(t, "2026-01-05").Start(), at, fmt.Sprint("it's \\", i), []string{"a'", "b\x00"}})
	}
	columns := []column{
		col("n", want, func(r *row) uint32 { return r.N }),
		col("day", want, func(r *row) time.Time { return r.Day }),
		col("at", want, func(r *row) time.Time { return r.At }),
		col("name", want, func(r *row) string { return r.Name }),
		col("list", want, func(r *row) []string { return r.List }),
	}
	batch := func() error { return sendColumns(ctx, s.conn, "probe", columns) }
	must(t, batch())
	must(t, batch()) // twice: the higher version wins, here as there
	var w where
	w.and("n < @limit AND name != @name")
	w.bind("limit", 5)
	w.bind("name", want[2].Name)
	got, err := query(ctx, s, "probe", w.sql("SELECT n, day, at, name, list FROM probe FINAL WHERE {where} ORDER BY n"), w.args,
		func(r driver.Rows, v *row) error { return r.Scan(&v.N, &v.Day, &v.At, &v.Name, &v.List) })
	must(t, err)
	for i := range got {
		got[i].Day, got[i].At = got[i].Day.UTC(), got[i].At.UTC()
	}
	if diff := cmp.Diff([]row{want[0], want[1], want[3], want[4]}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := query(ctx, s, "broken", "SELECT nothing", nil, scanJSON[int]); err == nil || !strings.Contains(err.Error(), "nothing") {
		t.Errorf("got %v, want the server's words", err)
	}
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if _, err := query(short, s, "slow", "SELECT sleep(1) FROM system.numbers LIMIT 10", nil, scanJSON[int]); err == nil {
		t.Error("no error at the deadline")
	}
	must(t, s.Ping(ctx))
	c.Password = "wrong"
	if _, err := Open(ctx, c, prometheus.NewRegistry()); err == nil {
		t.Error("opened with a wrong password")
	}
}
