package clickhouse

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestAccess checks, on one server, who may do what.
func TestAccess(t *testing.T) {
	s := supervise(t, Options{Dir: t.TempDir()})
	at := s.Endpoint()
	ask(t, at, "CREATE TABLE t (n UInt64, file String) ENGINE = MergeTree ORDER BY n")
	ask(t, at, "INSERT INTO t VALUES (1, 'a file(x)')")
	t.Run("what a reader may", func(t *testing.T) { readerMay(t, at) })
	t.Run("what a reader may not", func(t *testing.T) { readerMayNot(t, at) })
	t.Run("what nobody may", func(t *testing.T) { nobodyMay(t, at) })
	t.Run("requests", func(t *testing.T) { requests(t, at) })
	if got := ask(t, at, "SELECT count() FROM t"); got != "1" {
		t.Errorf("the table holds %s rows after all that, want 1", got)
	}
}

func readerMay(t *testing.T, at Endpoint) {
	for sql, want := range map[string]string{
		"SELECT n FROM t": "1",
		"SELECT file FROM t -- a column of that name":                "a file(x)",
		"SELECT n AS file FROM t":                                    "1",
		"SELECT count() FROM t WHERE file LIKE '%file(%'":            "1",
		"/* file('x') */ SELECT 1":                                   "1",
		"WITH f AS (SELECT 1 AS x) SELECT x FROM f":                  "1",
		"SELECT sum(number) FROM numbers(4)":                         "6",
		"SHOW TABLES":                                                "t",
		"EXISTS TABLE t":                                             "1",
		"SELECT getSetting('readonly')":                              "1",
		"SELECT count() FROM system.tables WHERE database='default'": "1",
	} {
		text, code, err := try(t.Context(), at, at.Reader, at.ReaderPassword, sql, "max_execution_time=10&output_format_json_quote_64bit_integers=1")
		if err != nil || code != 0 || text != want {
			t.Errorf("%s gives %q, %v, want %q", sql, text, err, want)
		}
	}
}

func readerMayNot(t *testing.T, at Endpoint) {
	outfile := filepath.Join(t.TempDir(), "out")
	for _, c := range []struct {
		sql, params string
		code        int
	}{
		{"INSERT INTO t VALUES (2, '')", "", 164},
		{"2\t\n", "query=INSERT+INTO+t+FORMAT+TSV", 164},
		{"CREATE TABLE u (n UInt8) ENGINE = Memory", "", 164},
		{"CREATE TEMPORARY TABLE u (n UInt8)", "", 164},
		{"CREATE VIEW v AS SELECT 1", "", 164},
		{"DROP TABLE t", "", 164},
		{"ALTER TABLE t DELETE WHERE 1", "", 164},
		{"TRUNCATE TABLE t", "", 164},
		{"OPTIMIZE TABLE t", "", 164},
		{"SYSTEM SHUTDOWN", "", 164},
		{"KILL QUERY WHERE 1", "", 164},
		{"SET readonly = 0", "", 164},
		{"SET ROLE ALL", "", 164},
		{"USE system", "", 164},
		{"GRANT ALL ON *.* TO default", "", 164},
		{"BACKUP TABLE t TO File('/tmp/x')", "", 164},
		{"SELECT 1 INTO OUTFILE '" + outfile + "'", "", 164},
		{"SELECT 1 SETTINGS readonly = 0", "", 164},
		{"SELECT 1", "readonly=0", 164},
		{"SELECT 1", "max_memory_usage=100000000000", 164},
		{"SELECT 1", "dialect=prql", 164},
		{"SELECT 1", "allow_experimental_eval_table_function=1", 164},
		{"SELECT 1; DROP TABLE t", "", 62},
		{"SELEC 1", "", 62},
		{"SELECT * FROM file('/etc/passwd', 'LineAsString')", "", 497},
		{"SELECT * FROM `/etc/passwd`", "", 497},
		{"DESCRIBE TABLE file('/etc/passwd')", "", 497},
		{"SELECT * FROM {p:Identifier}", "param_p=/etc/passwd", 497},
		{"SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')", "", 497},
		{"SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'CSV', 'a String')", "", 497},
		{"SELECT * FROM remote('127.0.0.1', 'system.one')", "", 497},
		{"SELECT * FROM executable('id', 'TSV', 'a String')", "", 497},
		{"SELECT * FROM sqlite('/tmp/x.db', 't')", "", 497},
		{"SELECT * FROM mysql('127.0.0.1:1', 'd', 't', 'u', 'p')", "", 497},
		{"SELECT * FROM filesystem('/etc')", "", 497},
		{"SELECT * FROM eval('select 1')", "", 497},
		{"SELECT file('/etc/hostname')", "", 497},
		{"SELECT file('/etc/hostname')", "offset=1", 497},
		{"SELECT `file`('/etc/hostname')", "", 497},
		{`SELECT "fi\x6ce"('/etc/hostname')`, "", 497},
		{"SELECT “file”(‘/etc/hostname’)", "", 497},
		{"SELECT file /* */ ('/etc/hostname')", "", 497},
		{"SELECT a$b$, file('/etc/hostname'), $b$ x $b$ FROM t", "", 497},
		{"SELECT * APPLY(file) FROM t", "", 497},
		{"SELECT * APPLY file FROM t", "", 497},
		{"SELECT arrayMap(x -> file(x), ['/etc/hostname'])", "", 497},
		{"EXPLAIN SELECT file('/etc/hostname')", "", 497},
		{"SELECT * FROM system.users", "", 497},
		{"SELECT aiGenerate('x')", "", 497},
	} {
		text, code, err := try(t.Context(), at, at.Reader, at.ReaderPassword, c.sql, c.params)
		if err != nil || code != c.code {
			t.Errorf("%s (%s) gives code %d, %v, %q, want code %d", c.sql, c.params, code, err, text, c.code)
		}
		if strings.Contains(text, "root:") {
			t.Errorf("%s shows a file", c.sql)
		}
	}
	if _, err := os.Stat(outfile); err == nil {
		t.Error("a reader wrote a file")
	}
}

func nobodyMay(t *testing.T, at Endpoint) {
	for _, c := range []struct {
		user, password, sql, params string
		code                        int
	}{
		{at.User, "wrong", "SELECT 1", "", 516},
		{at.User, "", "SELECT 1", "", 516},
		{at.Reader, at.Password, "SELECT 1", "", 516},
		{"default", "", "SELECT 1", "", 516},
		{"", "", "SELECT 1", "", 516},
		{at.User, at.Password, "SELECT 1 INTO OUTFILE '/tmp/x'", "", 358},
		{at.User, at.Password, "SELECT 1; SELECT 2", "", 62},
		{at.User, at.Password, " ", "", 62},
		{at.User, at.Password, "SELECT 1", "session_id=x", 48},
		{at.User, at.Password, "SELECT 1", "no_such_setting=1", 115},
		{at.User, at.Password, "SELECT 1", "bad-name=1", 115},
		{at.User, at.Password, "SELECT 1", "database=nothing", 81},
	} {
		if text, code, err := try(t.Context(), at, c.user, c.password, c.sql, c.params); err != nil || code != c.code {
			t.Errorf("%s as %q (%s) gives code %d, %v, %q, want code %d", c.sql, c.user, c.params, code, err, text, c.code)
		}
	}
}

// requests checks what is no statement, and what carries one oddly.
func requests(t *testing.T, at Endpoint) {
	for name, c := range map[string]struct {
		method, path, body string
		header             map[string]string
		anonymous          bool
		status             int
		contains           string
	}{
		"ping":                  {method: "GET", path: "/ping", anonymous: true, status: 200, contains: "Ok."},
		"root":                  {method: "GET", path: "/", anonymous: true, status: 200, contains: "Ok."},
		"another path":          {method: "GET", path: "/play", status: 404},
		"another method":        {method: "PUT", path: "/?query=SELECT+1", status: 405},
		"another host":          {method: "POST", path: "/", body: "SELECT 1", header: map[string]string{"Host": "example.org"}, status: 421},
		"another port":          {method: "POST", path: "/", body: "SELECT 1", header: map[string]string{"Host": "127.0.0.1:1"}, status: 421},
		"GET reads":             {method: "GET", path: "/?query=SELECT+40%2B2", status: 200, contains: "42"},
		"GET changes nothing":   {method: "GET", path: "/?query=DROP+TABLE+t", status: 500, contains: "READONLY"},
		"no password":           {method: "POST", path: "/", body: "SELECT 1", anonymous: true, status: 403, contains: "AUTHENTICATION_FAILED"},
		"headers for the user":  {method: "POST", path: "/", body: "SELECT 1", anonymous: true, header: map[string]string{"X-ClickHouse-User": at.User, "X-ClickHouse-Key": at.Password}, status: 200, contains: "1"},
		"the URL for the user":  {method: "POST", path: "/?user=" + at.User + "&password=" + at.Password, body: "SELECT 1", anonymous: true, status: 200, contains: "1"},
		"a format in the query": {method: "POST", path: "/", body: "SELECT 1 AS a FORMAT JSONEachRow", status: 200, contains: `{"a":1}`},
		"a default format":      {method: "POST", path: "/?default_format=JSONEachRow", body: "SELECT 1 AS a", status: 200, contains: `{"a":1}`},
		"query and body":        {method: "POST", path: "/?query=SELECT", body: "7", status: 200, contains: "7"},
		"an unknown encoding":   {method: "POST", path: "/", body: "SELECT 1", header: map[string]string{"Content-Encoding": "snappy"}, status: 500, contains: "snappy"},
		"a broken encoding":     {method: "POST", path: "/", body: "SELECT 1", header: map[string]string{"Content-Encoding": "gzip"}, status: 500, contains: "not gzip"},
		"external tables":       {method: "POST", path: "/?query=SELECT+1", body: "x", header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}, status: 501},
		"an unknown table":      {method: "POST", path: "/", body: "SELECT * FROM u", status: 404, contains: "Code: 60."},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), c.method, at.URL+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			if !c.anonymous {
				req.SetBasicAuth(at.User, at.Password)
			}
			for k, v := range c.header {
				req.Header.Set(k, v)
			}
			req.Host = c.header["Host"]
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != c.status || !strings.Contains(string(body), c.contains) {
				t.Errorf("got %s %q, want %d with %q", resp.Status, body, c.status, c.contains)
			}
		})
	}
}
