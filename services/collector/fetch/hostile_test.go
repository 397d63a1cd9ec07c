package fetch

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// raw serves whatever bytes a test writes.
func raw(t testing.TB, answer func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { // ends with its connection, which the client closes
				defer c.Close()
				if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
					answer(c)
				}
			}()
		}
	}()
	t.Cleanup(func() { l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func zeros(n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	block := make([]byte, 1<<20)
	for range n >> 20 {
		z.Write(block)
	}
	z.Close()
	return b.Bytes()
}

// Publishers that mean harm, or whose server is broken, cost a bounded time and
// bounded memory, and each gets the fault that says what it did.
func TestHostilePublishers(t *testing.T) {
	say := func(s string) func(net.Conn) { return func(c net.Conn) { io.WriteString(c, s) } }
	head := "HTTP/1.1 200 OK\r\n"
	gzipped := func(body []byte) func(net.Conn) {
		return func(c net.Conn) {
			fmt.Fprintf(c, head+"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n", len(body))
			c.Write(body)
		}
	}
	bomb := zeros(200 << 20)
	for name, x := range map[string]struct {
		answer func(net.Conn)
		faults []Fault
	}{
		"closes at once":     {say(""), []Fault{Protocol, Connect}},
		"not HTTP":           {say("SSH-2.0-OpenSSH_9.6\r\n"), []Fault{Protocol}},
		"bad status line":    {say("HTTP/1.1 two hundred\r\n\r\n"), []Fault{Protocol}},
		"bad header":         {say(head + "no colon here\r\n\r\n"), []Fault{Protocol}},
		"header flood":       {func(c net.Conn) { flood(c, head, "X-Flood: "+strings.Repeat("y", 1000)+"\r\n") }, []Fault{Protocol}},
		"one endless header": {func(c net.Conn) { flood(c, head+"X: ", strings.Repeat("y", 4096)) }, []Fault{Protocol}},
		"endless 1xx":        {func(c net.Conn) { flood(c, "", "HTTP/1.1 100 Continue\r\n\r\n") }, []Fault{Protocol}},
		"never answers":      {func(c net.Conn) { time.Sleep(3 * time.Second) }, []Fault{Timeout}},
		"slow header":        {func(c net.Conn) { drip(c, head+"X-Slow: "+strings.Repeat("z", 1000)) }, []Fault{Timeout}},
		"slow body":          {func(c net.Conn) { drip(c, head+"\r\n"+strings.Repeat("z", 1000)) }, []Fault{Timeout}},
		"endless body":       {func(c net.Conn) { flood(c, head+"\r\n", strings.Repeat("z", 4096)) }, []Fault{TooBig}},
		"endless chunks": {func(c net.Conn) {
			flood(c, head+"Transfer-Encoding: chunked\r\n\r\n", "1000\r\n"+strings.Repeat("z", 4096)+"\r\n")
		}, []Fault{TooBig}},
		"huge announced":          {say(head + "Content-Length: 52428800\r\n\r\n"), []Fault{TooBig}},
		"negative length":         {say(head + "Content-Length: -1\r\n\r\n"), []Fault{Protocol}},
		"two lengths":             {say(head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxx"), []Fault{Protocol}},
		"shorter than announced":  {say(head + "Content-Length: 100\r\n\r\nshort"), []Fault{Cut}},
		"chunks stop":             {say(head + "Transfer-Encoding: chunked\r\n\r\nff\r\nshort"), []Fault{Cut}},
		"bad chunk":               {say(head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"), []Fault{Protocol, Coding}},
		"gzip bomb":               {gzipped(bomb), []Fault{Bomb}},
		"gzip in gzip bomb":       {func(c net.Conn) { c.Write(append([]byte(head+"Content-Encoding: gzip, gzip\r\n\r\n"), twice(bomb)...)) }, []Fault{Bomb}},
		"many codings":            {say(head + "Content-Encoding: gzip, gzip, gzip, gzip\r\n\r\nx"), []Fault{Coding}},
		"unknown coding":          {say(head + "Content-Encoding: exe\r\n\r\nx"), []Fault{Coding}},
		"not gzip":                {say(head + "Content-Encoding: gzip\r\n\r\nplain text and no gzip"), []Fault{Coding}},
		"cut gzip":                {gzipped(bomb[:100]), []Fault{Cut}},
		"redirect to itself":      {say("HTTP/1.1 302 F\r\nLocation: /\r\n\r\n"), []Fault{Redirects}},
		"redirect to a socket":    {say("HTTP/1.1 302 F\r\nLocation: unix:///var/run/docker.sock\r\n\r\n"), []Fault{Refused}},
		"redirect to metadata":    {say("HTTP/1.1 302 F\r\nLocation: http://169.254.169.254/\r\n\r\n"), []Fault{Refused}},
		"redirect to mapped":      {say("HTTP/1.1 302 F\r\nLocation: http://[::ffff:10.0.0.1]/\r\n\r\n"), []Fault{Refused}},
		"redirect to NAT64":       {say("HTTP/1.1 302 F\r\nLocation: http://[64:ff9b::a00:1]/\r\n\r\n"), []Fault{Refused}},
		"redirect to decimal":     {say("HTTP/1.1 302 F\r\nLocation: http://167772161/\r\n\r\n"), []Fault{Refused, DNS}},
		"redirect to octal":       {say("HTTP/1.1 302 F\r\nLocation: http://012.0.0.1/\r\n\r\n"), []Fault{Refused, DNS}},
		"redirect to a mail port": {say("HTTP/1.1 302 F\r\nLocation: http://8.8.8.8:25/\r\n\r\n"), []Fault{Refused}},
		"redirect with a user":    {say("HTTP/1.1 302 F\r\nLocation: http://a:b@10.0.0.1/\r\n\r\n"), []Fault{Refused}},
		"redirect with CRLF":      {say("HTTP/1.1 302 F\r\nLocation: http://127.0.0.1/%0d%0aX:y\r\n\r\n"), []Fault{Connect, Protocol}},
		"redirect to a script":    {say("HTTP/1.1 302 F\r\nLocation: javascript:alert(1)\r\n\r\n"), []Fault{Refused}},
		"redirect to data":        {say("HTTP/1.1 302 F\r\nLocation: data:text/xml,<rss/>\r\n\r\n"), []Fault{Refused}},
		"refresh is no redirect":  {say("HTTP/1.1 204 N\r\nRefresh: 0; url=http://10.0.0.1/\r\n\r\n"), []Fault{Status}},
		"switches protocols":      {say("HTTP/1.1 101 S\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n"), []Fault{Status, Protocol}},
	} {
		t.Run(name, func(t *testing.T) {
			// A second is enough for who says nothing; the others must fail by what
			// they say, however busy the machine is.
			patience := 30 * time.Second
			if slices.Contains(x.faults, Timeout) {
				patience = time.Second
			}
			f := fetcher(t, func(c *Config) { c.Timeout = patience })
			url := raw(t, x.answer)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			res := do(t, f, Request{URL: url})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			ok := false
			for _, want := range x.faults {
				ok = ok || res.Fault == want
			}
			if !ok || res.Err == nil || len(res.Body) > 0 {
				t.Errorf("fault %q (%v) with %d bytes, want %v", res.Fault, res.Err, len(res.Body), x.faults)
			}
			if n := counted(t, f, res.Fault); n != 1 {
				t.Errorf("counted %v times as %s", n, res.Fault)
			}
			if took > patience+2*time.Second {
				t.Errorf("it took %s", took)
			}
			if grown := int64(after.TotalAlloc - before.TotalAlloc); grown > 200<<20 {
				t.Errorf("%d MiB were allocated", grown>>20)
			}
		})
	}
}

func twice(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b)
	z.Close()
	return out.Bytes()
}

// flood writes a start and then a piece again and again until nobody listens.
func flood(c net.Conn, start, piece string) {
	if _, err := io.WriteString(c, start); err != nil {
		return
	}
	for {
		if _, err := io.WriteString(c, piece); err != nil {
			return
		}
	}
}

// drip writes one byte at a time until nobody listens.
func drip(c net.Conn, s string) {
	for i := range len(s) {
		if _, err := io.WriteString(c, s[i:i+1]); err != nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Addresses that can't be asked are refused before anything is sent.
func TestHostileAddresses(t *testing.T) {
	f := fetcher(t, nil)
	for address, want := range map[string]Fault{
		"":                                  Refused,
		"feed.xml":                          Refused,
		"//example.org/feed":                Refused,
		"http://":                           Refused,
		"http:///feed":                      Refused,
		"ftp://example.org/feed":            Refused,
		"file:///etc/passwd":                Refused,
		"gopher://127.0.0.1:70/_x":          Refused,
		"http://user:pass@example.org/feed": Refused,
		"http://10.0.0.1/":                  Refused,
		"http://192.168.1.1/admin":          Refused,
		"http://172.20.0.1/":                Refused,
		"http://100.64.0.1/":                Refused,
		"http://0.0.0.0/":                   Refused,
		"http://[::]/":                      Refused,
		"http://[fd00::1]/":                 Refused,
		"http://[fe80::1%25lo]/":            Refused,
		"http://[::ffff:192.168.0.1]/":      Refused,
		"http://[2002:a00:1::]/":            Refused,
		"http://224.0.0.251/":               Refused,
		"http://255.255.255.255/":           Refused,
		"http://8.8.8.8:22/":                Refused,
		"http://8.8.8.8:6667/":              Refused,
		"http://exa mple.org/":              Refused,
		"http://example.org:port/":          Refused,
		"http://%31%30.0.0.1/":              Refused,
		"\x00http://example.org/":           Refused,
		"http://127.0.0.1:1/":               Connect,
	} {
		before := counted(t, f, want)
		if res := do(t, f, Request{URL: address}); res.Fault != want || res.Err == nil || counted(t, f, want) != before+1 {
			t.Errorf("%q: %q, %v", address, res.Fault, res.Err)
		}
	}
}
