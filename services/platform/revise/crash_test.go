package revise

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

// The environment of the process that is killed: where its bus is.
const (
	envURL   = "KULKUL_REVISE_URL"
	envToken = "KULKUL_REVISE_TOKEN"
	envRound = "KULKUL_REVISE_ROUND"
)

const edited = 30 // items that change with every step of the writer

func edition(round string, step int) []kulkul.Item {
	items := make([]kulkul.Item, edited)
	for i := range items {
		items[i] = item(i, fmt.Sprintf("Round %s, edition %d", round, step))
	}
	return items
}

// TestWriterToKill is the process that TestKilledAtAnyMoment kills: it publishes
// new editions of its items as fast as it can.
func TestWriterToKill(t *testing.T) {
	if os.Getenv(envURL) == "" {
		t.Skip("runs only as a child of TestKilledAtAnyMoment")
	}
	c := bus.DefaultConfig()
	c.URL, c.Token = os.Getenv(envURL), os.Getenv(envToken)
	b, err := bus.Connect(t.Context(), "writer", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	r := open(t, b)
	fmt.Println("writing")
	for step := range 10_000 {
		publish(t, r, edition(os.Getenv(envRound), step)...)
	}
}

// However often a writer is killed (SIGKILL) while what it publishes changes:
// a revision stands for one content, and the last content comes through as the
// last revision.
func TestKilledAtAnyMoment(t *testing.T) {
	e := enginetest.Start(t, enginetest.NATS)
	c := bus.DefaultConfig()
	c.URL, c.Token = e.NATS.URL, e.NATS.Token
	b, err := bus.Connect(t.Context(), "test", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	random := rand.New(rand.NewPCG(7, 11))
	for round := range 8 {
		kill(t, fmt.Sprint(round), time.Duration(random.IntN(60_000))*time.Microsecond, envURL+"="+e.NATS.URL, envToken+"="+e.NATS.Token)
	}
	r := open(t, b)
	publish(t, r, edition("last", 0)...)
	titles, last := map[string]string{}, map[string]kulkul.Item{}
	doubled := 0
	ended := 0
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	err = b.Consume(ctx, bus.Collected, bus.Tagger, bus.Batch{Size: 500, Linger: 10 * time.Millisecond}, func(_ context.Context, batch []bus.Delivered) error {
		for _, d := range batch {
			var it kulkul.Item
			if err := d.Decode(&it); err != nil {
				return err
			}
			version := fmt.Sprint(it.ID, "/", it.Revision)
			if was, ok := titles[version]; ok && was != it.Title {
				t.Errorf("%s is %q and %q", version, was, it.Title)
			} else if ok {
				doubled++
			}
			titles[version] = it.Title
			if it.Revision >= last[it.ID].Revision {
				last[it.ID] = it
			}
			if it.Title == edition("last", 0)[0].Title {
				ended++
			}
			if err := d.Ack(); err != nil {
				return err
			}
		}
		if ended == edited {
			cancel()
		}
		return nil
	}, func(err error) { t.Error(err) })
	if err != nil || ended != edited {
		t.Fatalf("%d items of the last edition came, want %d (%v)", ended, edited, err)
	}
	for id, it := range last {
		if it.Title != edition("last", 0)[0].Title {
			t.Errorf("%s ends with %q", id, it.Title)
		}
	}
	t.Logf("%d revisions of %d items by 8 writers that were killed; %d messages came twice", len(titles), edited, doubled)
}

// kill runs a writer and kills it some time after it began.
func kill(t *testing.T, round string, after time.Duration, env ...string) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run", "^TestWriterToKill$", "-test.v")
	child.Env = append(os.Environ(), append(env, envRound+"="+round)...)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	began := false
	for lines := bufio.NewScanner(out); !began && lines.Scan(); {
		began = lines.Text() == "writing"
	}
	if !began {
		t.Error("the writer did not begin")
	}
	time.Sleep(after)
	_ = child.Process.Kill() // it may have failed by itself, which the count shows
	_ = child.Wait()         // "signal: killed"
}
