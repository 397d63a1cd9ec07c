package httpd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/ClickHouse/ch-go/compress"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/engine"
)

func answer(q *request, write func(*response)) *http.Response {
	rec := httptest.NewRecorder()
	write(newResponse(rec, q))
	return rec.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestAnswers(t *testing.T) {
	plain := &request{statement: engine.Statement{Format: "Native"}, queryID: "id-1"}
	t.Run("blocks", func(t *testing.T) {
		resp := answer(plain, func(out *response) { out.finish(errors.Join(out.write([]byte("ab")), out.write([]byte("c")))) })
		if got := text(t, resp.Body); got != "abc" || resp.StatusCode != 200 || resp.Header.Get("X-ClickHouse-Query-Id") != "id-1" {
			t.Errorf("%s %q %v", resp.Status, got, resp.Header)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		resp := answer(plain, func(out *response) { out.finish(nil) })
		if resp.StatusCode != 200 || resp.Header.Get("Content-Length") != "0" {
			t.Errorf("%s %v", resp.Status, resp.Header)
		}
	})
	t.Run("an insert", func(t *testing.T) {
		resp := answer(plain, func(out *response) { out.inserted(7); out.finish(nil) })
		if got := resp.Header.Get("X-ClickHouse-Summary"); got != `{"written_rows":"7"}` {
			t.Errorf("the summary is %s", got)
		}
	})
	t.Run("an error", func(t *testing.T) {
		resp := answer(plain, func(out *response) { out.finish(chdb.NewError(60, "UNKNOWN_TABLE", "no t")) })
		if got := text(t, resp.Body); resp.StatusCode != 404 || resp.Header.Get("X-ClickHouse-Exception-Code") != "60" ||
			got != "Code: 60. DB::Exception: no t (UNKNOWN_TABLE)\n" {
			t.Errorf("%s %q", resp.Status, got)
		}
	})
	t.Run("an error after blocks", func(t *testing.T) {
		resp := answer(plain, func(out *response) {
			_ = out.write([]byte("block"))
			out.finish(chdb.NewError(395, "THROWN", "late"))
		})
		tag := resp.Header.Get("X-ClickHouse-Exception-Tag")
		want := "block\r\n__exception__\r\n" + tag + "\r\nCode: 395. DB::Exception: late (THROWN)\n40 " + tag + "\r\n__exception__\r\n"
		if got := text(t, resp.Body); got != want || len(tag) != 16 || resp.StatusCode != 200 {
			t.Errorf("%s %q, want %q", resp.Status, got, want)
		}
	})
	for method, zstd := range map[string]bool{"lz4": false, "zstd": true} {
		t.Run("blocks in "+method, func(t *testing.T) {
			q := &request{compress: true, zstd: zstd}
			block := strings.Repeat("block ", 1000)
			resp := answer(q, func(out *response) { out.finish(errors.Join(out.write([]byte(block)), out.write([]byte("x")))) })
			raw := text(t, resp.Body)
			if got := text(t, blockReader{compress.NewReader(strings.NewReader(raw))}); got != block+"x" || len(raw) > 500 {
				t.Errorf("%d bytes in %d", len(got), len(raw))
			}
		})
	}
}

func TestStatusAndCode(t *testing.T) {
	for _, c := range []struct {
		err          error
		code, status int
	}{
		{chdb.NewError(62, "SYNTAX_ERROR", ""), 62, 400},
		{chdb.NewError(81, "UNKNOWN_DATABASE", ""), 81, 404},
		{chdb.NewError(241, "MEMORY_LIMIT_EXCEEDED", ""), 241, 500},
		{chdb.NewError(164, "READONLY", ""), 164, 500},
		{chdb.NewError(516, "AUTHENTICATION_FAILED", ""), 516, 403},
		{chdb.NewError(48, "NOT_IMPLEMENTED", ""), 48, 501},
		{chdb.NewError(223, "QUERY_IS_TOO_LARGE", ""), 223, 413},
		{context.Canceled, 394, 500},
		{errors.New("other"), chdb.UnknownException, 500},
	} {
		e := exception(c.err)
		if e.Code != c.code || status(e.Code) != c.status || !strings.HasPrefix(e.Text, "Code: ") {
			t.Errorf("%v: code %d, status %d, %q", c.err, e.Code, status(e.Code), e.Text)
		}
	}
}

func TestContentType(t *testing.T) {
	for format, want := range map[string]string{
		"Native": "application/octet-stream", "JSONEachRow": "application/json; charset=UTF-8",
		"TSV": "text/tab-separated-values; charset=UTF-8", "CSVWithNames": "text/csv; charset=UTF-8; header=absent",
	} {
		if got := contentType(format); got != want {
			t.Errorf("%s is %s", format, got)
		}
	}
}

func TestHosts(t *testing.T) {
	got := Hosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8123})
	for _, host := range []string{"127.0.0.1:8123", "localhost:8123", "[::1]:8123"} {
		if !slices.Contains(got, host) {
			t.Errorf("%s is not among %v", host, got)
		}
	}
	if got := Hosts(&net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 8123}); got != nil {
		t.Errorf("another address is bound to %v", got)
	}
}

func TestAuthenticate(t *testing.T) {
	h := New(nil, []Account{{User: "w", Password: "pw"}, {User: "r", Password: "pr", Reader: true}}, nil, nil)
	for name, c := range map[string]struct {
		set    func(*http.Request)
		reader bool
		ok     bool
	}{
		"basic":            {func(r *http.Request) { r.SetBasicAuth("w", "pw") }, false, true},
		"the reader":       {func(r *http.Request) { r.SetBasicAuth("r", "pr") }, true, true},
		"headers":          {func(r *http.Request) { r.Header.Set("X-ClickHouse-User", "r"); r.Header.Set("X-ClickHouse-Key", "pr") }, true, true},
		"the URL":          {func(r *http.Request) { r.URL.RawQuery = "user=w&password=pw" }, false, true},
		"nobody":           {func(*http.Request) {}, false, false},
		"another's":        {func(r *http.Request) { r.SetBasicAuth("r", "pw") }, false, false},
		"empty password":   {func(r *http.Request) { r.SetBasicAuth("w", "") }, false, false},
		"part of it":       {func(r *http.Request) { r.SetBasicAuth("w", "p") }, false, false},
		"basic goes first": {func(r *http.Request) { r.SetBasicAuth("w", "x"); r.URL.RawQuery = "user=w&password=pw" }, false, false},
	} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		c.set(r)
		a, err := h.authenticate(r)
		if (err == nil) != c.ok || a.Reader != c.reader {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
		if err != nil {
			wantCode(t, err, 516)
		}
	}
}

func TestIsHello(t *testing.T) {
	if !isHello("SELECT displayName(), version(), revision(), timezone()") || isHello("SELECT version()") {
		t.Error("the client's first question is not told from others")
	}
	if !bytes.Contains(helloBytes(t), []byte("displayName()")) {
		t.Error("the answer does not name its columns")
	}
}

// helloBytes gives the answer to the client's first question in an old and a new
// protocol; the conformance tests read it with the client itself.
func helloBytes(t *testing.T) []byte {
	t.Helper()
	h := New(&engine.Engine{}, nil, nil, nil)
	old, recent := h.hello(0), h.hello(54460)
	if len(recent) <= len(old) {
		t.Errorf("the recent answer (%d bytes) carries no block information beyond the old one (%d)", len(recent), len(old))
	}
	return recent
}
