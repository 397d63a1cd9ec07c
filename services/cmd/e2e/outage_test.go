package e2e

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// signedIn is a browser of the first administrator.
func signedIn(t *testing.T, u *assemble.Upped) *http.Client {
	t.Helper()
	users, err := u.Bus.Bucket(t.Context(), bus.BucketUsers)
	if err != nil {
		t.Fatal(err)
	}
	const name, password = "operator", "a long enough password"
	if err := accounts.Add(t.Context(), users, name, kulkul.RoleAdmin, password, time.Now()); err != nil {
		t.Fatal(err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	resp, err := c.PostForm(u.Info.Console+"/signin", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode >= 400 {
		t.Fatalf("sign-in: %s answered %s", resp.Request.URL, resp.Status)
	}
	return c
}

func opened(t *testing.T, c *http.Client, at string) string {
	t.Helper()
	resp, err := c.Get(at)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// outage holds ClickHouse still under load, and ends it by the signal given.
func outage(t *testing.T, lasting time.Duration, end syscall.Signal) {
	u, _ := up(t, t.TempDir(), process(), withSources(t, files(t), sources("press")))
	p, browser := newPartner(t, u, "press"), signedIn(t, u)
	p.push(t, 0, "Harbour report number 0 of the season")
	eventually(t, time.Minute, "the first item being stored", func() bool { return len(stored(t, u)) == 1 })
	if text := opened(t, browser, u.Info.Console+"/system"); strings.Contains(text, "ClickHouse does not answer") || !strings.Contains(text, "archiving") {
		t.Fatalf("the system page before: %s", text)
	}

	pid := u.Engines.ClickHouse.PID()
	if err := syscall.Kill(pid, syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	stopped, load := time.Now(), newLoad(p)
	eventually(t, time.Minute, "the console saying so", func() bool {
		return strings.Contains(opened(t, browser, u.Info.Console+"/system"), "ClickHouse does not answer")
	})
	time.Sleep(time.Until(stopped.Add(lasting))) // this long it stands still
	if lasting > 6*time.Minute {
		if text := opened(t, browser, u.Info.Console+"/system"); !strings.Contains(text, "none done since") {
			t.Errorf("after %v no stage is stalled: %s", lasting, text)
		}
	}
	pushed, slowest := load.stop()
	states, err := u.Bus.Streams(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if s.Name == bus.TaggedItem && int(s.Messages) < pushed {
			t.Errorf("%d messages wait in TAGGED, %d were pushed", s.Messages, pushed)
		}
	}
	if err := syscall.Kill(pid, end); err != nil {
		t.Fatal(err)
	}
	again := time.Now()
	eventually(t, 5*time.Minute, "all being stored", func() bool {
		list, err := u.Store.SourceActivity(t.Context(), 0, 1<<20)
		n := uint64(0)
		for _, a := range list {
			n += uint64(a.Items)
		}
		// A batch's documents are stored before its tags.
		return err == nil && n >= uint64(1+pushed) && len(stored(t, u)) >= 1+pushed
	})
	caught := time.Since(again)
	if n := len(stored(t, u)); n != 1+pushed {
		t.Errorf("%d items, want %d", n, 1+pushed)
	}
	if list, err := u.Store.Rejections(t.Context(), store.RejectionFilter{}); err != nil || len(list) > 0 {
		t.Errorf("%d rejections, error %v", len(list), err)
	}
	eventually(t, time.Minute, "the console saying that all is well", func() bool {
		text := opened(t, browser, u.Info.Console+"/system")
		return strings.Contains(text, "archiving") && !strings.Contains(text, "ClickHouse does not answer") && !strings.Contains(text, "stalled")
	})
	t.Logf("ClickHouse stood still for %v: %d items pushed meanwhile, each accepted within %v; all stored %v after it was back", lasting, pushed, slowest.Round(time.Millisecond), caught.Round(time.Millisecond))
}

// load pushes items until it is stopped.
type load struct {
	stop func() (pushed int, slowest time.Duration)
}

func newLoad(p partner) load {
	ctx, cancel := context.WithCancel(context.Background())
	type result struct {
		pushed  int
		slowest time.Duration
	}
	done := make(chan result)
	go func() {
		var r result
		for ctx.Err() == nil {
			began := time.Now()
			body := fmt.Sprintf(`[{"id":"load-%d","title":"Harbour report number %d of the night","link":"https://press.example/load-%d","published":%q,"language":"en"}]`,
				r.pushed, r.pushed, r.pushed, time.Now().UTC().Format(time.RFC3339))
			if status, err := p.post(context.Background(), "/v1/items", body); err != nil || status >= 300 {
				time.Sleep(time.Second) // as Retry-After has it
				continue
			}
			r.pushed, r.slowest = r.pushed+1, max(r.slowest, time.Since(began))
			time.Sleep(20 * time.Millisecond)
		}
		done <- r
	}()
	return load{func() (int, time.Duration) {
		cancel()
		r := <-done
		return r.pushed, r.slowest
	}}
}

// TestClickHouseStandsStill: while ClickHouse does not answer, and is then
// killed, the flow waits, says so, and loses nothing.
func TestClickHouseStandsStill(t *testing.T) {
	t.Parallel()
	outage(t, 5*time.Second, syscall.SIGKILL)
}

// TestClickHouseStandsStillForTenMinutes is the same at length; it wakes up
// again.
func TestClickHouseStandsStillForTenMinutes(t *testing.T) {
	evidence(t)
	outage(t, 10*time.Minute, syscall.SIGCONT)
}
