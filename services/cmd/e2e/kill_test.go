package e2e

import (
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// chance is a source of random points whose seed is told, and can be given.
func chance(t testing.TB) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if given := os.Getenv("KULKUL_SEED"); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("KULKUL_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

// program is a process of the product that is started and killed.
type program struct {
	bin   string
	args  []string
	cmd   *exec.Cmd
	stdin io.Closer // closes with the test
}

func (p *program) start(t testing.TB) {
	t.Helper()
	p.cmd = exec.CommandContext(t.Context(), p.bin, p.args...)
	p.cmd.Dir, p.cmd.Stderr = root(t), testWriter{t}
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

// kill ends it with the signal that cannot be caught.
func (p *program) kill(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait() // it was killed
}

// stop lets it end.
func (p *program) stop(t testing.TB) {
	t.Helper()
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("%v ended with %v", p.args, err)
	}
}

// orphans are the processes that run a program.
func orphans(bin string) []string {
	exes, _ := filepath.Glob("/proc/[0-9]*/exe")
	return slices.DeleteFunc(exes, func(exe string) bool {
		at, err := os.Readlink(exe)
		return err != nil || at != bin
	})
}

// outcome is what a run of the flow left behind.
type outcome struct {
	rows   int               // of items
	items  map[string]int    // rows by item
	alerts map[string]string // level reached, by flashpoint and area
	told   map[string]bool   // recipient, flashpoint and episode of what was sent
	owed   map[string]string // notification that was sent, by Message-ID
}

// look reads the outcome of a flow that has come to rest.
func look(t testing.TB, p *assemble.Process) outcome {
	t.Helper()
	o := outcome{items: map[string]int{}, alerts: map[string]string{}, told: map[string]bool{}, owed: map[string]string{}}
	for _, i := range rows(t, p) {
		o.rows++
		o.items[i.Item]++
	}
	alerts, err := p.Store.Alerts(t.Context(), store.AlertFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range alerts {
		if a.Inhibited != "" {
			// A part explains it, and nobody is told; its level follows the steps
			// in which the numbers rose.
			o.alerts[a.Key.Flashpoint+"/"+a.Key.Area+"/"+a.Key.Group+" "+strconv.Itoa(a.Episode)] = "inhibited"
			continue
		}
		o.alerts[a.Key.Flashpoint+"/"+a.Key.Area+"/"+a.Key.Group+" "+strconv.Itoa(a.Episode)] = a.Level.String()
	}
	deliveries, err := p.Store.Deliveries(t.Context(), store.DeliveryFilter{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, d := range deliveries {
		if d.Status != "sent" {
			t.Errorf("delivery %s to %s: %s %s", d.Notification, d.Recipient, d.Status, d.Error)
		}
		what := fmt.Sprintf("%s %s %d %s", d.Recipient, d.Flashpoint, d.Episode, d.Notification)
		if seen[what] {
			t.Errorf("%s is owed twice", what)
		}
		seen[what] = true
		o.owed[d.MessageID] = what
		// Whether somebody is told first or of a worsening follows the steps in
		// which the numbers rose; that he is told does not.
		o.told[fmt.Sprintf("%s %s %d", d.Recipient, d.Flashpoint, d.Episode)] = true
	}
	return o
}

// holds compares a run with kills to one without, and its mails to what was
// owed: each at least once, and none that was not owed.
func (o outcome) holds(t testing.TB, reference outcome, mailDir string) {
	t.Helper()
	if o.rows != reference.rows || len(o.items) != len(reference.items) {
		t.Errorf("%d rows of %d items, want %d of %d", o.rows, len(o.items), reference.rows, len(reference.items))
	}
	if !maps.Equal(o.alerts, reference.alerts) {
		t.Errorf("alerts %v, without kills %v", o.alerts, reference.alerts)
	}
	if !maps.Equal(o.told, reference.told) || len(o.told) == 0 {
		t.Errorf("told %v, without kills %v", o.told, reference.told)
	}
	list, total, err := mailbox.Folder{Dir: mailDir}.List(0, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	came := map[string]int{}
	for _, m := range list {
		came[m.MessageID]++
	}
	for id, what := range o.owed {
		if came[id] == 0 {
			t.Errorf("no mail came of %s", what)
		}
	}
	for id := range came {
		if o.owed[id] == "" {
			t.Errorf("a mail came that is in no ledger: %s", id)
		}
	}
	t.Logf("%d items, alerts %v, %d mails of %d Message-IDs", o.rows, o.alerts, total, len(came))
}

// without runs the flow undisturbed.
func without(t testing.TB, feeds map[string][]rssItem) outcome {
	t.Helper()
	d := dripped(t, feeds)
	d.release(1000)
	f := process()
	policy := &f.Collector.Schedule
	policy.Floor, policy.Ceiling, policy.Jitter, policy.Adapt = time.Second, time.Second, 0, 0
	u, stop := up(t, t.TempDir(), f, withSources(t, files(t), d.sources))
	defer stop()
	rest(t, u.Process, d.items)
	return look(t, u.Process)
}

// rest waits until every item is stored and nothing is left to do.
func rest(t testing.TB, p *assemble.Process, items int) {
	t.Helper()
	eventually(t, 10*time.Minute, fmt.Sprintf("storing %d items", items), func() bool { return len(rows(t, p)) >= items })
	eventually(t, 2*time.Minute, "a delivery", func() bool {
		list, err := p.Store.Deliveries(t.Context(), store.DeliveryFilter{})
		return err == nil && len(list) > 0
	})
	settled(t, p.Bus)
}

// beside opens the engines of a running process.
func beside(t testing.TB, f assemble.File) *assemble.Process {
	t.Helper()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	p, err := assemble.Open(t.Context(), "test", f, seed(files(t)), log, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // the engines may be gone before
	return p
}

// killed runs the flow in `kulkul up` that is killed at so many random points
// while the feeds grow.
func killed(t *testing.T, feeds map[string][]rssItem, kills int) {
	random, bin, data := chance(t), binary(t), t.TempDir()
	reference := without(t, feeds)
	d := dripped(t, feeds)
	up := &program{bin: bin, args: []string{"up", "--data", data, "--config", d.configured(t, "")}}
	for n := range kills {
		d.release((n + 1) * 1000 / kills)
		up.start(t)
		after := time.Duration(random.Int64N(int64(6 * time.Second)))
		time.Sleep(after) // the point at which it is killed
		up.kill(t)
		eventually(t, 30*time.Second, "the end of every process", func() bool { return len(orphans(bin)) == 0 })
	}
	up.start(t)
	var info assemble.RunInfo
	eventually(t, time.Minute, "run.json", func() bool {
		var err error
		info, err = assemble.ReadRunInfo(data)
		return err == nil && info.PID == up.cmd.Process.Pid
	})
	f := process()
	info.Apply(&f)
	p := beside(t, f)
	rest(t, p, d.items)
	o := look(t, p)
	up.stop(t)
	o.holds(t, reference, info.Mailbox)
	if left := orphans(bin); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestKilledAnywhere: after kill -9 in mid-work every item is there once, every
// alert as without it, every mail once by its Message-ID.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel() // it waits most of the time, for messages that were out to come again
	killed(t, invented(8, 12), 4)
}

// TestKilledAtFiftyPointsOfTheStream is the same at length.
func TestKilledAtFiftyPointsOfTheStream(t *testing.T) {
	evidence(t)
	killed(t, ofTheStream(t, 6000), 50)
}
