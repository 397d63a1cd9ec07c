package scale

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector"
)

// TestAMinuteOverLoopback is the hour's rules in real time, over real sockets:
// 500 feeds on 125 loopback addresses, 20 of which hang.
func TestAMinuteOverLoopback(t *testing.T) {
	if os.Getenv("KULKUL_EVIDENCE") != "1" {
		t.Skip("takes a minute: set KULKUL_EVIDENCE=1")
	}
	p := newPublishers(scene{feeds: 500, hosts: 125, hanging: 20, gap: 300 * time.Millisecond, floor: time.Second, every: 4 * time.Second,
		unit: time.Second, fault: 3 * time.Second, notice: 200 * time.Millisecond})
	port := ""
	var stops []func()
	for h := range p.hosts {
		ip := fmt.Sprintf("127.77.0.%d", h+1)
		l, err := net.Listen("tcp", ip+":"+port)
		if err != nil {
			t.Fatal(err)
		}
		if port == "" {
			_, port, _ = net.SplitHostPort(l.Addr().String()) // of a listener: well formed
		}
		web := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(h, w, r) })}
		served := make(chan error, 1)
		go func() { served <- web.Serve(l) }()
		stops = append(stops, func() {
			if err := errors.Join(web.Close(), <-served); !errors.Is(err, http.ErrServerClosed) {
				t.Error(err)
			}
		})
	}
	p.address = func(h int) string { return fmt.Sprintf("http://127.77.0.%d:%s", h+1, port) }
	c := collector.DefaultConfig()
	c.Dial.Allow = []string{"127.77.0.0/16"}
	c.HostGap, c.Fetch.Timeout = p.gap, p.fault
	c.Schedule.Floor, c.Schedule.Ceiling, c.Schedule.BackOff = p.floor, time.Minute, time.Hour
	heap()
	began := time.Now()
	w := start(t, t.TempDir(), p, c, nil)
	early := wait(t.Context(), 20*time.Second)
	final := wait(t.Context(), 40*time.Second)
	ended := time.Now()
	w.close()
	for _, stop := range stops {
		stop()
	}
	heap()
	p.verdict(t, began, ended, 10*time.Second)
	t.Logf("heap %d MiB after 20 s, %d MiB after 60 s; %d items taken off the bus", early>>20, final>>20, w.items.Load())
}

// wait gives the heap after some time.
func wait(ctx context.Context, d time.Duration) uint64 {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
	return heap()
}
