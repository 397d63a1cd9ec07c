package e2e

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// TestJourneysOverTheRealStream walks the console of a whole running product with
// a browser: ten days of real feeds are in it, moved so that they end today, and
// partners push until alerts are open. It is the walks of services/console/browser
// in every look (desktop, laptop, phone, dark, light), with the keyboard alone
// and without script, with axe-core on every page. KULKUL_SHOTS names a folder
// for pictures.
func TestJourneysOverTheRealStream(t *testing.T) {
	evidence(t)
	for _, program := range []string{"node", "chromium"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(err)
		}
	}
	feeds, n := stream(t)
	moved(t, feeds)
	p := publish(t, feeds)
	for i, s := range p.sources {
		p.sources[i].Name, p.sources[i].Since = host(s.Name), time.Now().AddDate(-1, 0, 0).UTC().Truncate(24*time.Hour)
	}
	ids := []string{"p-one", "p-two", "p-three", "p-four", "p-five"}
	u, _ := up(t, t.TempDir(), process(), withSources(t, files(t), append(p.sources, sources(ids...)...)))
	eventually(t, 5*time.Minute, "storing every item", func() bool { return len(stored(t, u)) >= n })
	raise(t, u, ids)
	const password = "walked with a long password"
	desk := accounts.NewDesk(u.Bus, time.Now)
	for _, role := range kulkul.Roles() {
		if err := desk.Add(t.Context(), "the-"+string(role), role, password); err != nil {
			t.Fatal(err)
		}
	}
	alerts, err := u.Store.Alerts(t.Context(), store.AlertFilter{States: []kulkul.State{kulkul.Firing}, Limit: 10})
	if err != nil || len(alerts) < 2 {
		t.Fatalf("%d alerts are open, want 2 or more (%v)", len(alerts), err)
	}
	place := alerts[0].Key.Flashpoint
	for _, a := range alerts {
		if a.Key.Flashpoint != kulkul.Any {
			place = a.Key.Flashpoint
		}
	}
	paths := []string{"/", "/alerts", "/alerts?show=all&explained=1", "/alerts/" + alerts[0].ID(), "/alerts/" + alerts[1].ID(), "/items", "/items?q=Taiwan",
		"/flashpoints/" + place, "/flashpoints/korean-peninsula?days=180", "/flashpoints/taiwan-strait/attribution", "/bulletins",
		"/sources", "/sources/add", "/sources/" + p.sources[0].ID, "/keys", "/rejections", "/tuning", "/tuning/edit?file=indicators.yaml", "/system",
		"/account", "/accounts", "/outbox"}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"../../console/browser/journeys.mjs"}, paths...)...)
	walks := "accessible,light,keyboard,older,plain,replay,zoom,weekly,correct,silence,tuning,second,source,reader,stranger,key"
	if some := os.Getenv("WALKS"); some != "" {
		walks = some
	}
	cmd.Env = append(os.Environ(), "CONSOLE_URL="+u.Info.Console, "CONSOLE_PASSWORD="+password, "EVERY_LOOK=1", "WALK_WORDS=Taiwan",
		"INTAKE_URL="+u.Info.Intake, "WALK_FEED="+walkedFeed(t), "WALK_SOURCES="+strings.Join(ids, " "), "WALKS="+walks)
	out, err := cmd.CombinedOutput()
	t.Logf("%d items of %d feeds, %d alerts, %d pages\n%s", n, len(feeds), len(alerts), len(paths), out)
	if err != nil {
		t.Error(err)
	}
	if !strings.Contains(walks, "silence") {
		return
	}
	// The walk set a silence and ended it: what is open is told anew.
	box := mailbox.Folder{Dir: u.Engines.MailDir}
	eventually(t, 30*time.Second, "the mail that follows the end of a silence", func() bool {
		mails, _, err := box.List(0, 50)
		return err == nil && slices.ContainsFunc(mails, func(m mailbox.Summary) bool { return strings.HasSuffix(m.Subject, "open after a silence") })
	})
}

// walkedFeed serves a feed that no source of the stream has, and gives its address.
func walkedFeed(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Walked Feed</title><link>https://walked.example/</link>
<item><title>Pilots board late at the outer anchorage</title><guid>1</guid></item><item><title>A buoy is lit again</title><guid>2</guid></item></channel></rss>`)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/feed"
}

// host is the publisher's name in a feed's address.
func host(feed string) string {
	u, err := url.Parse(feed)
	if err != nil {
		return feed
	}
	return strings.TrimPrefix(u.Host, "www.")
}

// moved shifts what the feeds say so that the newest is an hour old.
func moved(t *testing.T, feeds map[string][]rssItem) {
	t.Helper()
	var newest time.Time
	each := func(do func(*rssItem, time.Time)) {
		for _, items := range feeds {
			for i := range items {
				at, err := time.Parse(time.RFC1123Z, items[i].Date)
				if err != nil {
					t.Fatal(err)
				}
				do(&items[i], at)
			}
		}
	}
	each(func(_ *rssItem, at time.Time) {
		if at.After(newest) {
			newest = at
		}
	})
	by := time.Since(newest) - time.Hour
	each(func(i *rssItem, at time.Time) { i.Date = at.Add(by).Format(time.RFC1123Z) })
}

// raise pushes reports of three places until each has been mailed about.
func raise(t *testing.T, u *assemble.Upped, ids []string) {
	t.Helper()
	var partners []partner
	for _, id := range ids {
		partners = append(partners, newPartner(t, u, id))
	}
	partners[0].past(t)
	box := mailbox.Folder{Dir: u.Engines.MailDir}
	for place, headline := range []string{
		"Coast guard vessels collide near Scarborough Shoal in the South China Sea, witness number ",
		"Shots are exchanged across the Line of Control in Kashmir, says village ",
		"Rohingya families flee fighting in Rakhine state toward Cox's Bazar, says camp ",
	} {
		_, before, err := box.List(0, 1)
		if err != nil {
			t.Fatal(err)
		}
		for n, p := range partners {
			began := time.Now()
			p.report(t, place*10+n, headline+[]string{"one at dawn", "two before noon prayers", "three while ships waited", "four as talks stalled", "five under rain"}[n], began)
			if mailed(t, box, before, began.Add(5*time.Second)) {
				break
			}
		}
	}
}
