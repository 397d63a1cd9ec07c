package e2e

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/embedded/natsd"
)

// natsCommand makes the test binary a NATS server of its own: its folder,
// address and token follow.
const natsCommand = "nats-alone"

// natsAlone serves until its input closes.
func natsAlone(args []string) error {
	s, err := natsd.Start(context.Background(), natsd.Options{Dir: args[0], Listen: true, Addr: args[1], Token: args[2]})
	if err != nil {
		return err
	}
	defer s.Shutdown()
	_, _ = os.Stdin.Read(make([]byte, 1)) // returns when the parent is gone
	return nil
}

// cluster is every part as a process of its own.
type cluster struct {
	engines  assemble.File // where they are
	database *clickhouse.Supervisor
	nats     *program
	services map[string]*program
	mailDir  string

	mu    sync.Mutex // over starting and killing
	ended []string   // services that ended by themselves
}

// tend starts services again that ended by themselves, as every orchestrator
// does: one that comes up while the bus is away may give up.
func (c *cluster) tend(ctx context.Context, t testing.TB) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		c.mu.Lock()
		for name, s := range c.services {
			if _, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", s.cmd.Process.Pid)); err != nil {
				_ = s.cmd.Wait() // how it ended stands in its last words
				c.ended = append(c.ended, name)
				s.start(t)
			}
		}
		c.mu.Unlock()
	}
}

// free is an address that nobody listens on.
func free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// apart starts every part on its own, watching the feeds given.
func apart(t testing.TB, bin string, d *drip) *cluster {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	c := &cluster{engines: process(), services: map[string]*program{}, mailDir: filepath.Join(dir, "mail")}
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelError}))
	c.database, err = clickhouse.Supervise(t.Context(), clickhouse.Options{Dir: filepath.Join(dir, "clickhouse"), Log: log}, self, assemble.ChildCommand)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.database.Stop() })
	box, err := mailbox.Start(mailbox.Options{Dir: c.mailDir, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = box.Shutdown(context.WithoutCancel(t.Context())) })
	addr := free(t)
	const token = "a-token-of-this-test"
	c.nats = &program{bin: self, args: []string{natsCommand, filepath.Join(dir, "nats"), addr, token}}
	c.nats.start(t)
	t.Cleanup(func() { c.nats.kill(t) })

	at := c.database.Endpoint()
	host, port, err := net.SplitHostPort(box.Addr())
	if err != nil {
		t.Fatal(err)
	}
	tokenFile, passwordFile := write(t, filepath.Join(dir, "token"), token), write(t, filepath.Join(dir, "password"), at.Password)
	configs := d.configured(t, fmt.Sprintf("bus: {url: 'nats://%s', token_file: %s}\nstore: {url: '%s', user: %s, password_file: %s}\nnotifier: {mail: {host: %s, port: %s, tls: none}}",
		addr, tokenFile, at.URL, at.User, passwordFile, host, port))
	c.engines.Bus.URL, c.engines.Bus.Token = "nats://"+addr, token
	c.engines.Store.URL, c.engines.Store.User, c.engines.Store.Password = at.URL, at.User, at.Password
	if got := command(t, bin, "migrate", "up", "--cluster", "--config", configs); got.code != 0 {
		t.Fatalf("migrate: %+v", got)
	}
	for _, name := range assemble.Names() {
		p := &program{bin: bin, args: []string{name, "--config", configs}}
		c.services[name] = p
		p.start(t)
		t.Cleanup(func() { p.kill(t) })
	}
	return c
}

// strike kills one part and, where nothing else does, starts it again.
func (c *cluster) strike(t testing.TB, part string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch part {
	case "clickhouse":
		if pid := c.database.PID(); pid != 0 {
			if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
				t.Fatal(err)
			}
		}
	case "nats":
		c.nats.kill(t)
		c.nats.start(t)
	default:
		c.services[part].kill(t)
		c.services[part].start(t)
	}
}

// partsKilled runs the flow in processes of their own, each of which is killed
// so many times at random points while the feeds grow.
func partsKilled(t *testing.T, feeds map[string][]rssItem, kills int, most time.Duration, parts ...string) {
	random, bin := chance(t), binary(t)
	reference := without(t, feeds)
	d := dripped(t, feeds)
	c := apart(t, bin, d)
	tending, leave := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() { c.tend(tending, t) })
	defer watch.Wait()
	defer leave()
	var strikes []string
	for _, part := range parts {
		for range kills {
			strikes = append(strikes, part)
		}
	}
	shuffle(random, strikes)
	for n, part := range strikes {
		d.release((n + 1) * 1000 / len(strikes))
		time.Sleep(time.Duration(random.Int64N(int64(most)))) // the point at which it is killed
		c.strike(t, part)
	}
	p := beside(t, c.engines)
	rest(t, p, d.items)
	look(t, p).holds(t, reference, c.mailDir)
	c.mu.Lock()
	defer c.mu.Unlock()
	t.Logf("%d kills; ended by themselves and started again: %v", len(strikes), c.ended)
}

func shuffle(random *rand.Rand, list []string) {
	random.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
}

// TestPartsKilledAnywhere: each service, the database and the bus as processes
// of their own, killed in mid-work.
func TestPartsKilledAnywhere(t *testing.T) {
	t.Parallel()
	partsKilled(t, invented(8, 12), 1, 2*time.Second, append([]string{"clickhouse", "nats"}, assemble.Names()...)...)
}

// TestPartsKilledAtFiftyPointsOfTheStream is the same at length.
func TestPartsKilledAtFiftyPointsOfTheStream(t *testing.T) {
	evidence(t)
	partsKilled(t, ofTheStream(t, 6000), 50, 2*time.Second, append([]string{"clickhouse", "nats"}, assemble.Names()...)...)
}
