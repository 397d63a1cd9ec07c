package dial

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"
)

func guard(t *testing.T, allow ...string) *Guard {
	t.Helper()
	g, err := New(Config{Allow: allow, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestCheck(t *testing.T) {
	g := guard(t)
	for address, reason := range map[string]string{
		"8.8.8.8": "", "1.1.1.1": "", "2606:4700::1111": "", "203.119.10.1": "",
		"0.0.0.0": "unspecified", "0.1.2.3": "unspecified", "10.0.0.1": "private", "172.16.0.1": "private",
		"172.31.255.255": "private", "172.32.0.1": "", "192.168.1.1": "private", "127.0.0.1": "loopback",
		"127.255.0.1": "loopback", "169.254.169.254": "metadata", "100.64.0.1": "CGNAT", "100.127.255.255": "CGNAT",
		"100.128.0.1": "", "192.0.0.170": "protocols", "192.0.2.1": "documentation", "198.18.0.1": "benchmarks",
		"224.0.0.1": "multicast", "239.255.255.255": "multicast", "255.255.255.255": "reserved",
		"240.0.0.1": "reserved", "168.63.129.16": "cloud", "192.88.99.1": "6to4",
		"::": "unspecified", "::1": "loopback", "::ffff:127.0.0.1": "loopback", "::ffff:10.0.0.1": "private",
		"::ffff:169.254.169.254": "metadata", "::ffff:8.8.8.8": "", "::127.0.0.1": "disguise",
		"::ffff:0:127.0.0.1": "disguise", "64:ff9b::7f00:1": "loopback", "64:ff9b::a9fe:a9fe": "metadata",
		"64:ff9b::808:808": "", "64:ff9b:1::1": "NAT64", "2002:7f00:1::": "6to4", "2002:808:808::": "6to4",
		"fe80::1": "link-local", "fe80::1%eth0": "zoned", "fd00::1": "private", "fd00:ec2::254": "private",
		"fec0::1": "site-local", "ff02::1": "multicast", "2001:db8::1": "documentation", "2001::1": "Teredo",
		"100::1": "discarded", "3fff::1": "documentation", "5f00::1": "segment",
	} {
		err := g.Check(netip.MustParseAddr(address))
		switch {
		case reason == "" && err != nil:
			t.Errorf("%s: %v", address, err)
		case reason != "" && (!errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), reason)):
			t.Errorf("%s: got %v, want a refusal that says %q", address, err, reason)
		}
	}
	if err := g.Check(netip.Addr{}); !errors.Is(err, ErrRefused) {
		t.Errorf("no address: %v", err)
	}
}

func TestCheckURL(t *testing.T) {
	g := guard(t)
	for address, ok := range map[string]bool{
		"http://example.org/feed": true, "https://example.org:8443/": true, "http://8.8.8.8/": true,
		"ftp://example.org/": false, "file:///etc/passwd": false, "gopher://example.org/": false,
		"http:///path": false, "http:opaque": false, "http://user:pw@example.org/": false, "http://user@example.org/": false,
		"http://127.0.0.1/": false, "http://[::1]/": false, "http://[::ffff:127.0.0.1]/": false,
		"http://example.org:25/": false, "http://example.org:6667/": false, "http://example.org:99999/": false,
		"http://169.254.169.254/latest/meta-data/": false, "http://[fe80::1%25eth0]/": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := g.CheckURL(u); (err == nil) != ok {
			t.Errorf("%s: got %v, want allowed %v", address, err, ok)
		}
	}
	allowed := guard(t, "127.0.0.0/8")
	for _, address := range []string{"http://127.0.0.1:25/", "http://[::ffff:127.9.9.9]/", "http://localhost:25/"} {
		u, _ := url.Parse(address)
		if err := allowed.CheckURL(u); err != nil {
			t.Errorf("%s on the allow-list: %v", address, err)
		}
	}
	u, _ := url.Parse("http://10.0.0.1/")
	if err := allowed.CheckURL(u); !errors.Is(err, ErrRefused) {
		t.Errorf("beside the allow-list: %v", err)
	}
}

func TestNewRefusesBadNetworks(t *testing.T) {
	for _, s := range []string{"", "127.0.0.1", "10.0.0.0/33", "office"} {
		if _, err := New(Config{Allow: []string{s}}); err == nil || !strings.Contains(err.Error(), "CIDR") {
			t.Errorf("%q: %v", s, err)
		}
	}
}

// Whatever spelling leads to loopback, the connection is refused before a
// byte is sent: the server counts none.
func TestDialRefusesLoopbackInEverySpelling(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	client := &http.Client{Transport: guard(t).Transport(), Timeout: 5 * time.Second}
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "127.1", "0x7f.1", "2130706433", "017700000001", "localhost."} {
		resp, err := client.Get("http://" + host + ":" + port + "/")
		if err == nil {
			resp.Body.Close()
			t.Errorf("%s: answered", host)
		}
	}
	if asked != 0 {
		t.Errorf("the server was asked %d times", asked)
	}
}

// A name that resolves to a private address is refused by what it resolves to,
// each time anew.
func TestDialChecksTheResolvedAddress(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "in") }))
	defer server.Close()
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	_, err := guard(t).DialContext(context.Background(), "tcp", "localhost:"+port)
	if !errors.Is(err, ErrRefused) {
		t.Errorf("localhost: got %v", err)
	}
	conn, err := guard(t, "127.0.0.0/8", "::1/128").DialContext(context.Background(), "tcp", "localhost:"+port)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	if _, err := guard(t, "127.0.0.0/8").DialContext(context.Background(), "udp", "127.0.0.1:53"); !errors.Is(err, ErrRefused) {
		t.Errorf("udp: got %v", err)
	}
}

// Each resolved address is judged by itself and none is remembered, so a name
// that answers well at first and with loopback later is refused later.
func TestRebinding(t *testing.T) {
	g := guard(t)
	for _, address := range []string{"127.0.0.1:80", "[::1]:80", "10.0.0.1:443", "[fd00::1]:80"} {
		if err := g.control(context.Background(), "tcp4", address, nil); !errors.Is(err, ErrRefused) {
			t.Errorf("%s after a good answer: %v", address, err)
		}
	}
	for address, ok := range map[string]bool{"9.9.9.9:80": true, "9.9.9.9:25": false, "9.9.9.9": false, "[2620:fe::9]:443": true} {
		if err := g.control(context.Background(), "tcp", address, nil); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestRedirectMeetsTheGuardAgain(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inner server was asked") }))
	defer inner.Close()
	_, port, _ := net.SplitHostPort(inner.Listener.Addr().String())
	outer := httptest.NewServer(http.RedirectHandler("http://127.0.0.2:"+port+"/", http.StatusFound))
	defer outer.Close()
	client := &http.Client{Transport: guard(t, "127.0.0.1/32").Transport()}
	if _, err := client.Get(outer.URL); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v", err)
	}
}

func TestTransportAsksWithoutProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	tr := guard(t).Transport()
	if tr.Proxy != nil || !tr.DisableCompression || tr.MaxResponseHeaderBytes > 1<<20 {
		t.Errorf("transport %+v", tr)
	}
}

// A simulation sees what has passed and nothing else.
func TestThrough(t *testing.T) {
	var seen []string
	g := guard(t, "198.18.0.0/15").Through(func(_ context.Context, _, address string) (net.Conn, error) {
		seen = append(seen, address)
		return nil, io.EOF
	})
	for address, want := range map[string]error{"198.18.0.1:80": io.EOF, "8.8.8.8:443": io.EOF, "8.8.8.8:25": ErrRefused, "127.0.0.1:80": ErrRefused,
		"[::ffff:10.0.0.1]:80": ErrRefused, "localhost:80": ErrRefused} {
		if _, err := g.DialContext(t.Context(), "tcp", address); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", address, err, want)
		}
	}
	if len(seen) != 2 {
		t.Errorf("connected to %v", seen)
	}
}
