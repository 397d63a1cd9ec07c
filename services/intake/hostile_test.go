package intake

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"
)

// What comes over the wire that no HTTP client would send is answered or cut
// off, and the next push goes through.
func TestHostileConnections(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	head := "POST /v1/items HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key + "\r\nContent-Type: application/json\r\n"
	for name, c := range map[string]struct {
		sent string
		want []string // status lines that are right
	}{
		"not HTTP":             {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", []string{"400"}},
		"no host":              {"GET /v1/openapi.json HTTP/1.1\r\n\r\n", []string{"400"}},
		"two hosts":            {"GET /v1/openapi.json HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", []string{"400"}},
		"header flood":         {"GET / HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("X-A: "+strings.Repeat("y", 1000)+"\r\n", 100) + "\r\n", []string{"431"}},
		"long address":         {"GET /" + strings.Repeat("a", 100_000) + " HTTP/1.1\r\nHost: x\r\n\r\n", []string{"431", "414"}},
		"lengths that differ":  {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", []string{"400"}},
		"length and chunks":    {head + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", []string{"400"}},
		"negative length":      {head + "Content-Length: -5\r\n\r\n", []string{"400"}},
		"unknown transfer":     {head + "Transfer-Encoding: gzip\r\n\r\n", []string{"501", "400"}},
		"chunk that is none":   {head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n", []string{"400"}},
		"header with a break":  {"GET / HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n", []string{"400"}},
		"header without colon": {"GET / HTTP/1.1\r\nHost: x\r\nhello\r\n\r\n", []string{"400"}},
		"huge announced":       {head + "Content-Length: 99999999999\r\n\r\n", []string{"413"}},
		"number overflows":     {head + "Content-Length: 99999999999999999999999\r\n\r\n", []string{"400"}},
		"unknown method":       {"BREW /v1/items HTTP/1.1\r\nHost: x\r\n\r\n", []string{"404", "405"}},
		"trace":                {"TRACE /v1/items HTTP/1.1\r\nHost: x\r\n\r\n", []string{"404", "405"}},
		"connect":              {"CONNECT 10.0.0.1:80 HTTP/1.1\r\nHost: 10.0.0.1:80\r\n\r\n", []string{"404"}},
		"proxy request":        {"GET http://10.0.0.1/ HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n", []string{"404"}},
		"up and out":           {"GET /v1/receipts/..%2f..%2f..%2fetc%2fpasswd HTTP/1.1\r\nHost: x\r\n\r\n", []string{"404"}},
		"null in the path":     {"GET /v1/receipts/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", []string{"401"}},
		"another's path":       {"GET /etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", []string{"404"}},
	} {
		strays, requests := w.metric("kulkul_intake_strays_total", ""), w.metric("kulkul_intake_requests_total", "")
		good := w.metric("kulkul_intake_requests_total", "result=ok")
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		go io.WriteString(conn, c.sent) // the server may close before all is sent
		line, err := bufio.NewReader(conn).ReadString('\n')
		conn.Close()
		ok := false
		for _, want := range c.want {
			ok = ok || strings.HasPrefix(line, "HTTP/1.1 "+want)
		}
		if !ok {
			t.Errorf("%s: %q, %v; want %v", name, line, err, c.want)
		}
		w.until(name+" is counted", func() bool {
			return w.metric("kulkul_intake_strays_total", "") == strays+1 || w.metric("kulkul_intake_requests_total", "") == requests+1
		})
		if w.metric("kulkul_intake_requests_total", "result=ok") != good {
			t.Errorf("%s: counted as a good request", name)
		}
	}
	if s := w.ask("POST", "/v1/items", key, `{"id":"a","title":"A"}`); s.status != 202 {
		t.Errorf("afterwards: %d %s", s.status, s)
	}
}

// Bodies made to cost time, memory or the store's order are refused with what
// is wrong, and what is harmless in them comes in clean.
func TestHostileBodies(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Requests = 1000 })
	key := w.key(nil, "tank")
	many := func(n int, s string) string { return strings.TrimSuffix(strings.Repeat(s+",", n), ",") }
	for name, c := range map[string]struct {
		path, body string
		status     int
		code       string // of the problem, or of the item's first fault
	}{
		"deep lists":          {"items", strings.Repeat("[", 1e6), 413, codeLimit},
		"deep objects":        {"items", strings.Repeat(`{"a":`, 1e5), 413, codeLimit},
		"many members":        {"items", `{` + many(5000, `"a":1`) + `}`, 413, codeLimit},
		"many items":          {"items", `[` + many(10_000, `{"id":"a","title":"A"}`) + `]`, 413, codeLimit},
		"member twice":        {"items", `{"id":"a","title":"A","title":"B"}`, 422, "duplicate"},
		"endless number":      {"items", `{"id":` + strings.Repeat("9", 1e5) + `,"title":"A"}`, 422, "type"},
		"exponent":            {"items", `{"id":1e999999999,"title":"A"}`, 422, "type"},
		"title of a number":   {"items", `{"id":"a","title":7}`, 422, "type"},
		"prototype":           {"items", `{"__proto__":{"x":1},"id":"a","title":"A"}`, 422, "unknown"},
		"long id":             {"items", `{"id":"` + strings.Repeat("i", 5000) + `","title":"A"}`, 422, "length"},
		"long title":          {"items", `{"id":"a","title":"` + strings.Repeat("t", 5000) + `"}`, 422, "length"},
		"many authors":        {"items", `{"id":"a","title":"A","authors":[` + many(500, `"x"`) + `]}`, 422, "length"},
		"script link":         {"items", `{"link":"javascript:alert(1)","title":"A"}`, 422, "value"},
		"file link":           {"items", `{"link":"file:///etc/passwd","title":"A"}`, 422, "value"},
		"link with a user":    {"items", `{"link":"https://a:b@tank.example/","title":"A"}`, 422, "value"},
		"control characters":  {"items", `{"id":"a","title":"\u0000\u0007"}`, 422, "required"},
		"year 9999":           {"items", `{"id":"a","title":"A","published":"9999-12-31"}`, 422, "value"},
		"year 0":              {"items", `{"id":"a","title":"A","published":"0000-01-01"}`, 422, "value"},
		"unknown handling":    {"items", `{"id":"a","title":"A","handling":"everyone"}`, 422, "value"},
		"entity bomb":         {"feeds", `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">` + entities() + `]><rss version="2.0"><channel><item><title>&j;</title></item></channel></rss>`, 0, ""},
		"entity from a file":  {"feeds", `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss version="2.0"><channel><item><guid>x</guid><title>T&x;</title></item></channel></rss>`, 0, ""},
		"entity from the net": {"feeds", `<?xml version="1.0"?><!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><rss version="2.0"><channel><item><guid>n</guid><title>N</title></item></channel></rss>`, 0, ""},
		"deep mark-up":        {"feeds", `<rss version="2.0"><channel>` + strings.Repeat("<a>", 1e5), 0, ""},
		"many entries":        {"feeds", `<rss version="2.0"><channel>` + strings.Repeat(`<item><title>T</title></item>`, 20_000) + `</channel></rss>`, 0, ""},
		"a picture":           {"feeds", "\x89PNG\r\n\x1a\n" + strings.Repeat("\x00\xff", 1000), 422, codeNotFeed},
		"an archive":          {"feeds", "PK\x03\x04" + strings.Repeat("\x00", 1000), 422, codeNotFeed},
	} {
		counted := func(result string) float64 { return w.metric("kulkul_intake_requests_total", "result="+result) }
		problem, all, items := counted(c.code), w.metric("kulkul_intake_requests_total", ""), w.metric("kulkul_intake_items_total", "fate=rejected")
		start, before := time.Now(), allocated()
		s := w.ask("POST", "/v1/"+c.path, key, c.body)
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
		if grown := allocated() - before; grown > 512<<20 {
			t.Errorf("%s: %d MiB were allocated", name, grown>>20)
		}
		if got := w.metric("kulkul_intake_requests_total", ""); got != all+1 {
			t.Errorf("%s: counted %v times", name, got-all)
		}
		if c.status == 0 {
			if s.status/100 == 5 || bytes.Contains(s.body, []byte("root:")) {
				t.Errorf("%s: %d %.300s", name, s.status, s)
			}
			continue
		}
		code := s.problem.code()
		if code == codeItems {
			code = s.problem.Errors[0].Code
		}
		if s.status != c.status || code != c.code {
			t.Errorf("%s: %d %s, want %d %s: %.300s", name, s.status, code, c.status, c.code, s)
		}
		if counted(c.code) != problem+1 && w.metric("kulkul_intake_items_total", "fate=rejected") == items {
			t.Errorf("%s: counted neither as %s nor as a rejected item", name, c.code)
		}
	}
	if s := w.ask("POST", "/v1/items", key, `{"id":"after","title":"After"}`); s.status != 202 {
		t.Errorf("afterwards: %d %s", s.status, s)
	}
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// entities is the classic: each is ten of the one before.
func entities() string {
	var b strings.Builder
	for c := 'b'; c <= 'j'; c++ {
		fmt.Fprintf(&b, `<!ENTITY %c "%s">`, c, strings.Repeat(fmt.Sprintf("&%c;", c-1), 10))
	}
	return b.String()
}

// Ids that are paths lead nowhere, under whatever spelling, and are counted.
func TestHostilePaths(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Requests = 1000 })
	key := w.key(nil, "tank")
	for i, path := range []string{"/v1/receipts/..%2f..%2fkeys", "/v1/receipts/%2e%2e", "/v1/receipts/a%00b", "/v1/receipts/*", "/v1/receipts/%3e",
		"/v1/receipts/$KV.keys.%3e", "/v1/receipts/" + strings.Repeat("a", 4000), "/v1/receipts/a.b", "/v1/receipts/%ff%fe", "/v1/receipts/a%0d%0ab"} {
		before := w.metric("kulkul_intake_requests_total", "result="+codeNotFound)
		if s := w.ask("GET", path, key, ""); s.status != 404 || w.metric("kulkul_intake_requests_total", "result="+codeNotFound) != before+1 {
			t.Errorf("read %d %q: %d %.200s", i, path, s.status, s)
		}
		path = strings.Replace(path, "receipts", "items", 1)
		before = w.metric("kulkul_intake_requests_total", "result="+codeNotFound)
		if s := w.ask("DELETE", path, key, ""); s.status != 404 || w.metric("kulkul_intake_requests_total", "result="+codeNotFound) != before+1 {
			t.Errorf("delete %d %q: %d %.200s", i, path, s.status, s)
		}
	}
}

// A client that sends its body a byte at a time holds one place and no more.
func TestSlowBody(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.Concurrent = 2 })
	key := w.key(nil, "tank")
	r, pipe := io.Pipe()
	req, err := http.NewRequest("POST", w.url+"/v1/items", r)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	done := make(chan int, 1)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			done <- 0
			return
		}
		resp.Body.Close()
		done <- resp.StatusCode
	}()
	io.WriteString(pipe, `{"id":`)
	for i := range 5 {
		if s := w.ask("POST", "/v1/items", key, fmt.Sprintf(`{"id":"%d","title":"T"}`, i)); s.status != 202 {
			t.Errorf("beside it: %d %s", s.status, s)
		}
	}
	pipe.Close()
	if status := <-done; status != 400 {
		t.Errorf("the slow one ends with %d", status)
	}
}
