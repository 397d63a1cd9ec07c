package e2e

import (
	"bufio"
	"context"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// viewersMark is what 200 viewers of the live stream may cost.
const (
	viewers     = 200
	viewersMark = 150 // MB
)

// TestTwoHundredViewers is the live stream's mark: the memory of the process
// with 200 open streams over the memory without. The streams are read in the
// same process, so what is measured is more than what the product needs.
func TestTwoHundredViewers(t *testing.T) {
	evidence(t)
	u, _ := up(t, t.TempDir(), process(), withSources(t, files(t), sources("one")))
	cookie := analyst(t, u)
	before := resident(t)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
	ctx, leave := context.WithCancel(t.Context())
	var open, done sync.WaitGroup
	for range viewers {
		open.Add(1)
		done.Go(func() {
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.Info.Console+"/live", nil)
			if err != nil {
				t.Error(err)
				open.Done()
				return
			}
			req.Header.Set("Cookie", cookie)
			resp, err := client.Do(req)
			if err != nil || resp.StatusCode != http.StatusOK {
				t.Errorf("%v %v", resp, err)
				open.Done()
				return
			}
			defer resp.Body.Close()
			lines := bufio.NewScanner(resp.Body)
			lines.Scan()
			open.Done()
			for lines.Scan() {
			}
		})
	}
	open.Wait()
	time.Sleep(30 * time.Second)
	after := resident(t)
	t.Logf("%d viewers: %d MB over %d MB", viewers, after-before, before)
	if after-before > viewersMark {
		t.Errorf("%d viewers cost %d MB, mark %d", viewers, after-before, viewersMark)
	}
	leave()
	done.Wait()
	client.CloseIdleConnections()
}

// resident is the memory of this process in MB, after what is free was given
// back.
func resident(t *testing.T) int {
	t.Helper()
	debug.FreeOSMemory()
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(raw), "VmRSS:")
	kb, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return kb / 1024
}
