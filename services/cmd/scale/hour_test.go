package scale

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/collector"
	"github.com/kulkul-ews/kulkul/services/embedded/natsd"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// pipes is a listener whose connections are pipes in memory: the only thing of
// HTTP that virtual time does not allow is the socket.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}
func (l *pipes) Close() error   { close(l.done); return nil }
func (l *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (l *pipes) connect(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case l.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// TestAnHourOfThousandsOfFeeds: no host twice at once, none without the gap, no
// feed before floor, schedule, ttl, Cache-Control, Retry-After or back-off
// allow; hosts that hang don't delay the others; memory stays as it is.
func TestAnHourOfThousandsOfFeeds(t *testing.T) {
	sc := scene{feeds: 400, hosts: 100, hanging: 16}
	if os.Getenv("KULKUL_EVIDENCE") == "1" {
		sc = scene{feeds: 5000, hosts: 1250, hanging: 200}
	}
	sc.gap, sc.floor, sc.every, sc.unit, sc.fault = 2*time.Second, 5*time.Minute, 10*time.Minute, time.Minute, 30*time.Second
	holder := hold(t)
	defer holder.Shutdown()
	dir, began := t.TempDir(), time.Now()
	heap()
	synctest.Test(t, func(t *testing.T) { hour(t, dir, sc) })
	heap()
	t.Logf("an hour took %s", time.Since(began).Round(time.Second))
}

// hold starts a server that does nothing: NATS keeps one coarse clock for all
// the streams of a process, which must not begin in virtual time.
func hold(t *testing.T) *natsd.Server {
	t.Helper()
	s, err := natsd.Start(t.Context(), natsd.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	c := bus.DefaultConfig()
	c.InProcess = s.Provider()
	b, err := bus.Connect(t.Context(), "hold", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	b.Close()
	return s
}

func hour(t *testing.T, dir string, sc scene) {
	p := newPublishers(sc)
	first := netip.MustParseAddr("198.18.0.1").As4() // 198.18.0.0/15: kept for benchmarks
	p.address = func(h int) string { return fmt.Sprintf("http://%d.%d.%d.%d", first[0], first[1], h/200, 1+h%200) }
	hosts := map[string]int{}
	for h := range sc.hosts {
		hosts[p.address(h)[len("http://"):]] = h
	}
	l := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(hosts[r.Host], w, r) })}
	served := make(chan error, 1)
	go func() { served <- web.Serve(l) }()

	c := collector.DefaultConfig()
	c.Dial.Allow = []string{"198.18.0.0/15"}
	began := time.Now()
	w := start(t, dir, p, c, l.connect)
	time.Sleep(20 * time.Minute)
	early := heap()
	time.Sleep(40 * time.Minute)
	ended, final := time.Now(), heap()
	w.close()
	if err := errors.Join(web.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
	p.verdict(t, began, ended, 90*time.Second)
	if final > early*3/2+32<<20 {
		t.Errorf("heap %d MiB after an hour, %d MiB after 20 minutes", final>>20, early>>20)
	}
	t.Logf("heap %d MiB after 20 minutes, %d MiB after an hour; %d items taken off the bus", early>>20, final>>20, w.items.Load())
}

// verdict tells what was wrong, if anything.
func (p *publishers) verdict(t *testing.T, began, ended time.Time, patience time.Duration) {
	t.Helper()
	late, behaving := p.late(began, ended, patience)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, wrong := range append(p.wrong, late...) {
		if i < 20 {
			t.Error(wrong)
		}
	}
	hung := 0
	for n := range p.feeds {
		if p.kind(n) == "hangs" {
			hung += len(p.asked[fmt.Sprint(n)])
		}
	}
	if hung == 0 || behaving == 0 {
		t.Errorf("%d questions to hanging hosts, %d behaving feeds", hung, behaving)
	}
	t.Logf("%d questions for %d feeds on %d hosts in %s, %d of them to %d hosts that hang; %d violations; %d of %d behaving feeds late",
		p.total, p.feeds, p.hosts, ended.Sub(began).Round(time.Second), hung, p.hanging, len(p.wrong), len(late), behaving)
}
