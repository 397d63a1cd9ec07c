// Package dial is the one way out to an address that somebody gave: a feed, a
// hub, a webhook.
//
// In: an address out of a configuration, a feed or a redirect. Out: a
// connection to a public host, or ErrRefused. Called by the collector's
// fetcher, the intake's WebSub subscriber and the notifier's webhooks; nothing
// else may connect to an address that came from outside.
//
// The check is made on the address that is connected to, after the name was
// resolved and for each try, so that a name which resolves to something else
// the second time, or a redirect, meets it again.
package dial

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ErrRefused is wrapped by every refusal of an address.
var ErrRefused = errors.New("address refused")

// Config says what is open beside the public internet. The zero value opens
// nothing else.
type Config struct {
	// Allow lists CIDRs ("127.0.0.0/8", "10.1.2.3/32") that are open although
	// they are private, on any port: for tests and for publishers in-house.
	Allow []string `yaml:"allow"`
	// Timeout bounds one try to connect; 0: 10 s.
	Timeout time.Duration `yaml:"timeout"`
}

// Guard opens connections to addresses that may be asked. Safe for concurrent
// use.
type Guard struct {
	allow   []netip.Prefix
	closed  []block
	dialer  net.Dialer
	connect Connect
}

// Connect makes a connection to a numeric address.
type Connect func(ctx context.Context, network, address string) (net.Conn, error)

// New makes a guard. The error names a CIDR that is none.
func New(c Config) (*Guard, error) {
	g := &Guard{closed: blocks()}
	for _, s := range c.Allow {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("allowed network %q: want a CIDR such as 10.0.0.0/8: %w", s, err)
		}
		g.allow = append(g.allow, p.Masked())
	}
	timeout := c.Timeout
	if timeout <= 0 {
		timeout = 10 * time.Second
	}
	g.dialer = net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second, ControlContext: g.control}
	return g, nil
}

// Through gives a guard that judges as g does and leaves the connecting to
// connect, which sees only what has passed; names are refused. It is for
// simulations of hosts that are not there.
func (g *Guard) Through(connect Connect) *Guard {
	other := *g
	other.connect = connect
	return &other
}

// DialContext connects as net.Dialer does, to addresses that Check and the port
// rule let pass.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if g.connect != nil {
		if err := g.control(ctx, network, address, nil); err != nil {
			return nil, err
		}
		return g.connect(ctx, network, address)
	}
	return g.dialer.DialContext(ctx, network, address)
}

// control sees each resolved address before it is connected to.
func (g *Guard) control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if !strings.HasPrefix(network, "tcp") {
		return fmt.Errorf("%w: network %s", ErrRefused, network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrRefused, address)
	}
	if g.allowed(ap.Addr()) {
		return nil
	}
	if err := g.Check(ap.Addr()); err != nil {
		return err
	}
	return checkPort(ap.Port())
}

// Check says whether an IP address may be connected to: nil, or ErrRefused with
// the reason.
func (g *Guard) Check(a netip.Addr) error {
	if g.allowed(a) {
		return nil
	}
	if reason := closed(g.closed, a); reason != "" {
		return fmt.Errorf("%w: %s is %s", ErrRefused, a, reason)
	}
	return nil
}

func (g *Guard) allowed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range g.allow {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// CheckURL says early, before any name is resolved, whether an address can be
// asked at all: http or https, a host, no user in it, no refused literal
// address and no refused port.
func (g *Guard) CheckURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("%w: scheme %q is neither http nor https", ErrRefused, u.Scheme)
	}
	if u.Hostname() == "" || u.Opaque != "" {
		return fmt.Errorf("%w: no host", ErrRefused)
	}
	if u.User != nil {
		return fmt.Errorf("%w: it holds a user", ErrRefused)
	}
	a, err := netip.ParseAddr(u.Hostname())
	if err == nil {
		if g.allowed(a) {
			return nil
		}
		if err := g.Check(a); err != nil {
			return err
		}
	}
	if u.Port() == "" {
		return nil
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return fmt.Errorf("%w: port %s", ErrRefused, u.Port())
	}
	if a.IsValid() || len(g.allow) == 0 {
		return checkPort(uint16(port))
	}
	return nil // a name may resolve to an allowed address: control decides
}

// Transport is an http.Transport that connects through the guard: HTTP/1.1 and
// HTTP/2, no proxy (it would resolve names itself), small response headers, no
// transparent decompression.
func (g *Guard) Transport() *http.Transport {
	return &http.Transport{
		DialContext: g.DialContext, ForceAttemptHTTP2: true, DisableCompression: true,
		TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: 20 * time.Second,
		MaxResponseHeaderBytes: 64 << 10, MaxIdleConns: 128, MaxIdleConnsPerHost: 1,
		IdleConnTimeout: 15 * time.Second, ReadBufferSize: 16 << 10,
	}
}
