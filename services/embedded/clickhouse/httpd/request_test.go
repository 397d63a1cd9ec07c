package httpd

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/compress"
	"github.com/andybalholm/brotli"
	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

func parse(method, target, body string, header map[string]string) (*request, error) {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	for k, v := range header {
		r.Header.Set(k, v)
	}
	return parseRequest(r, false)
}

func TestParseRequest(t *testing.T) {
	for name, c := range map[string]struct {
		target, body string
		sql, format  string
		rows         string // what is left of the body for an insert; "-" for no insert
	}{
		"a body":                      {"/", "SELECT 1", "SELECT 1", "TabSeparated", "-"},
		"a URL":                       {"/?query=SELECT+1", "", "SELECT 1", "TabSeparated", "-"},
		"both":                        {"/?query=SELECT", "1", "SELECT\n1", "TabSeparated", "-"},
		"a format":                    {"/?default_format=Native", "SELECT 1", "SELECT 1", "Native", "-"},
		"an insert with rows":         {"/?query=INSERT+INTO+t+(a,+b)+FORMAT+Native", "rows", "INSERT INTO t (a, b)", "Native", "rows"},
		"an insert over lines":        {"/?query=%20insert%0Ainto%20t%0Aformat%0ACSV%20%3B%20", "rows", " insert\ninto t", "CSV", "rows"},
		"an insert behind comments":   {"/?query=/*+c+*/+--+d%0AINSERT+INTO+t+FORMAT+TSV", "rows", "/* c */ -- d\nINSERT INTO t", "TSV", "rows"},
		"an insert with settings":     {"/?query=INSERT+INTO+t+SETTINGS+a%3D1+FORMAT+TSV", "rows", "INSERT INTO t SETTINGS a=1", "TSV", "rows"},
		"values in the body":          {"/?query=INSERT+INTO+t+VALUES", "(1)", "INSERT INTO t VALUES\n(1)", "TabSeparated", "-"},
		"rows inline":                 {"/", "INSERT INTO t FORMAT CSV\n1,2\n", "INSERT INTO t FORMAT CSV\n1,2\n", "TabSeparated", "-"},
		"a select with a format":      {"/?query=SELECT+1+FORMAT+JSON", "", "SELECT 1 FORMAT JSON", "TabSeparated", "-"},
		"an insert word in a select":  {"/?query=SELECT+'INSERT'+FORMAT+JSON", "", "SELECT 'INSERT' FORMAT JSON", "TabSeparated", "-"},
		"the last of several queries": {"/?query=SELECT+1&query=SELECT+2", "", "SELECT 2", "TabSeparated", "-"},
	} {
		t.Run(name, func(t *testing.T) {
			q, err := parse(http.MethodPost, c.target, c.body, nil)
			if err != nil {
				t.Fatal(err)
			}
			rows := "-"
			if q.rows != nil {
				text, err := io.ReadAll(q.rows)
				if err != nil {
					t.Fatal(err)
				}
				rows = string(text)
			}
			if q.statement.SQL != c.sql || q.statement.Format != c.format || rows != c.rows {
				t.Errorf("got %q, format %q, rows %q", q.statement.SQL, q.statement.Format, rows)
			}
		})
	}
}

func TestParametersOfTheURL(t *testing.T) {
	q, err := parse(http.MethodPost, "/?database=d&param_a=1&param_b=%09&max_threads=1&client_protocol_version=54460&query_id=i"+
		"&compress=1&network_compression_method=ZSTD&user=u&password=p&buffer_size=1&wait_end_of_query=1", "SELECT 1",
		map[string]string{"X-ClickHouse-Format": "JSON"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"max_threads": "1", "network_compression_method": "ZSTD"}
	if diff := cmp.Diff(want, q.access.Settings); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "\t"}, q.statement.Params); diff != "" {
		t.Errorf("parameters (-want +got):\n%s", diff)
	}
	if q.access.Database != "d" || q.protocol != 54460 || q.queryID != "i" || !q.compress || !q.zstd || q.statement.Format != "JSON" || q.access.ReadOnly {
		t.Errorf("the request is %+v", q)
	}
	if q, err = parse(http.MethodGet, "/?query=SELECT+1", "", nil); err != nil || !q.access.ReadOnly {
		t.Errorf("GET: %+v, %v", q, err)
	}
}

func wantCode(t *testing.T, err error, code int) {
	t.Helper()
	var e *chdb.Error
	if !errors.As(err, &e) || e.Code != code {
		t.Errorf("the error is %v, want code %d", err, code)
	}
}

func TestParseRequestRefuses(t *testing.T) {
	_, err := parse(http.MethodPost, "/", " \n", nil)
	wantCode(t, err, 62)
	_, err = parse(http.MethodPost, "/?session_id=x", "SELECT 1", nil)
	wantCode(t, err, 48)
	_, err = parse(http.MethodPost, "/", "x", map[string]string{"Content-Type": "multipart/form-data; boundary=b"})
	wantCode(t, err, 48)
	_, err = parse(http.MethodPost, "/", "x", map[string]string{"Content-Encoding": "lz4"})
	wantCode(t, err, 89)
	_, err = parse(http.MethodPost, "/", "x", map[string]string{"Content-Encoding": "gzip"})
	wantCode(t, err, 89)
	_, err = parse(http.MethodPost, "/", strings.Repeat("x", maxSQL+1), nil)
	wantCode(t, err, 223)
	_, err = parse(http.MethodPost, "/?max_threads=1;readonly=1", "SELECT 1", nil)
	wantCode(t, err, 36)
	_, err = parse(http.MethodPost, "/?decompress=1", "these are no blocks, however long the text", nil)
	wantCode(t, err, 27)
}

func TestDecode(t *testing.T) {
	text := []byte(strings.Repeat("INSERT INTO t VALUES (1)\n", 1000))
	packed := func(pack func(io.Writer) io.WriteCloser) []byte {
		var b bytes.Buffer
		w := pack(&b)
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	blocks := func(method compress.Method) []byte {
		var all []byte
		w := compress.NewWriter(compress.LevelZero, method)
		for half := range 2 {
			if err := w.Compress(text[half*len(text)/2 : (half+1)*len(text)/2]); err != nil {
				t.Fatal(err)
			}
			all = append(all, w.Data...)
		}
		return all
	}
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		blocks   bool
	}{
		"plain":       {text, "", false},
		"identity":    {text, "identity", false},
		"gzip":        {packed(func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }), "gzip", false},
		"deflate":     {packed(func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }), "deflate", false},
		"br":          {packed(func(w io.Writer) io.WriteCloser { return brotli.NewWriter(w) }), "br", false},
		"zstd":        {packed(func(w io.Writer) io.WriteCloser { z, _ := zstd.NewWriter(w); return z }), "zstd", false},
		"lz4 blocks":  {blocks(compress.LZ4), "", true},
		"zstd blocks": {blocks(compress.ZSTD), "", true},
		"no blocks":   {blocks(compress.None), "", true},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := decode(bytes.NewReader(c.body), c.encoding, c.blocks)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, text) {
				t.Errorf("%d bytes, %v", len(got), err)
			}
			if name == "plain" || name == "identity" {
				return
			}
			cut, err := decode(bytes.NewReader(c.body[:len(c.body)-3]), c.encoding, c.blocks)
			if err == nil {
				_, err = io.ReadAll(cut)
			}
			if err == nil {
				t.Error("a body that is cut off reads as whole")
			}
		})
	}
}

func FuzzParseRequest(f *testing.F) {
	f.Add("query=INSERT+INTO+t+FORMAT+Native&decompress=1", []byte("x"), "gzip")
	f.Add("param_a=1&max_threads=x", []byte("SELECT 1"), "")
	f.Fuzz(func(t *testing.T, query string, body []byte, encoding string) {
		r := httptest.NewRequest(http.MethodPost, "/", bytes.NewReader(body))
		r.URL.RawQuery = query
		r.Header["Content-Encoding"] = []string{encoding}
		q, err := parseRequest(r, true)
		if err == nil && q.rows == nil && strings.TrimSpace(q.statement.SQL) == "" {
			t.Error("an empty statement was let through")
		}
	})
}
