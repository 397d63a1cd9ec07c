package console

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// chromium is what the browser's scripts need beside themselves. Where it is
// missing the test is skipped, and fails in CI.
func chromium(t *testing.T) {
	t.Helper()
	missing := func(what string) {
		if os.Getenv("CI") == "true" {
			t.Fatal(what)
		}
		t.Skip(what)
	}
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	if _, err := exec.LookPath("chromium"); err != nil {
		missing("chromium is missing: apt-get install chromium")
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing("node is missing: apt-get install nodejs")
	}
	if _, err := os.Stat("browser/node_modules/playwright-core"); err != nil {
		missing("playwright-core is missing: npm ci --prefix services/console/browser")
	}
	if here.service.assets.Name("htmx.js") == "" {
		missing("the pages' scripts are missing: services/console/assets/build")
	}
}

// walkedFeed is what a walk looks at and adds.
const walkedFeed = `<rss version="2.0"><channel><title>Walked Feed</title><link>https://walked.example/</link>
<item><title>Pilots board late at the outer anchorage</title><guid>1</guid></item><item><title>A buoy is lit again</title><guid>2</guid></item></channel></rss>`

// People's journeys in a real browser, over real engines.
func TestJourneys(t *testing.T) {
	chromium(t)
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute)
	defer cancel()
	ticking := make(chan struct{})
	go func() { // news on the bus, for pages that follow live
		defer close(ticking)
		for ctx.Err() == nil {
			m, err := bus.NewMessage(bus.AlertSubject(kulkul.Firing, kulkul.High), "", kulkul.AlertEvent{})
			if err == nil {
				err = here.bus.Publish(ctx, m)
			}
			if err != nil && ctx.Err() == nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
		}
	}()
	cmd := exec.CommandContext(ctx, "node", append([]string{"browser/journeys.mjs"}, here.paths()...)...)
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = io.WriteString(w, walkedFeed)
	}))
	defer feed.Close()
	cmd.Env = append(os.Environ(), "CONSOLE_URL="+here.base, "CONSOLE_PASSWORD="+password, "WALK_FEED="+feed.URL+"/feed", "WALK_PROVIDER=1")
	out, err := cmd.CombinedOutput()
	cancel()
	<-ticking
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	} else {
		t.Logf("%s", out)
	}
}
