package e2e

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/cmd/volume"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// page is one kind of request of the console's mark.
type page struct {
	name string
	mark time.Duration
	path func(*rand.Rand) string
}

const pageMark, searchMark = 150 * time.Millisecond, 400 * time.Millisecond

func consolePages(a *volume.Author, p volume.Plan) []page {
	fixed := func(path string) func(*rand.Rand) string { return func(*rand.Rand) string { return path } }
	source := func(r *rand.Rand) string { return p.Sources[r.IntN(len(p.Sources))].ID }
	flashpoint := func(r *rand.Rand) string { return kulkul.Flashpoints()[r.IntN(len(kulkul.Flashpoints()))] }
	area := func(r *rand.Rand) string { return kulkul.Areas()[r.IntN(len(kulkul.Areas()))] }
	return []page{
		{"situation", pageMark, fixed("/")},
		{"flashpoint", pageMark, func(r *rand.Rand) string { return "/flashpoints/" + flashpoint(r) }},
		{"flashpoint, a year", pageMark, func(r *rand.Rand) string { return "/flashpoints/" + flashpoint(r) + "?days=365" }},
		{"alerts", pageMark, fixed("/alerts?show=all")},
		{"items", pageMark, fixed("/items")},
		{"items of a flashpoint", pageMark, func(r *rand.Rand) string { return "/items?flashpoint=" + flashpoint(r) }},
		{"items of a pair", pageMark, func(r *rand.Rand) string { return "/items?flashpoint=" + flashpoint(r) + "&area=" + area(r) }},
		{"items of a source", pageMark, func(r *rand.Rand) string { return "/items?all=1&source=" + source(r) }},
		{"items of a week", pageMark, func(r *rand.Rand) string {
			to := p.Newest - kulkul.Day(r.IntN(max(1, p.Items/p.PerDay-7)))
			return fmt.Sprintf("/items?from=%s&to=%s", to-6, to)
		}},
		{"item", pageMark, func(r *rand.Rand) string { return "/items/" + volume.ID(r.IntN(p.Items)) }},
		{"sources", pageMark, fixed("/sources")},
		{"source", pageMark, func(r *rand.Rand) string { return "/sources/" + source(r) }},
		{"rejections", pageMark, fixed("/rejections")},
		{"system", pageMark, fixed("/system")},
		{"search: frequent word", searchMark, func(r *rand.Rand) string { return "/items?all=1&q=" + a.Word(r, 0, 100) }},
		{"search: rare word", searchMark, func(r *rand.Rand) string { return "/items?all=1&q=" + a.Word(r, 30_000, 60_000) }},
		{"search: two words", searchMark, func(r *rand.Rand) string {
			return "/items?all=1&q=" + a.Word(r, 100, 2000) + "+" + a.Word(r, 100, 2000)
		}},
		{"search: phrase", searchMark, func(r *rand.Rand) string {
			return "/items?all=1&q=%22" + a.Word(r, 0, 300) + "+" + a.Word(r, 0, 300) + "%22"
		}},
		{"search: beginning", searchMark, func(r *rand.Rand) string { return "/items?all=1&q=" + a.Word(r, 5000, 60_000)[:5] + "*" }},
		{"search: word and flashpoint", searchMark, func(r *rand.Rand) string {
			return "/items?q=" + a.Word(r, 0, 3000) + "&flashpoint=" + flashpoint(r)
		}},
	}
}

// TestTheConsoleAnswersOverMillions is the console's mark: every page at 20
// requests a second, all kinds mixed, over as many items as KULKUL_ITEMS says
// (ten million where it is not set). KULKUL_VOLUME names a data folder to keep
// them in from one run to the next; KULKUL_RATE asks at another rate, to see what
// a machine carries.
func TestTheConsoleAnswersOverMillions(t *testing.T) {
	evidence(t)
	items, rate := number(t, "KULKUL_ITEMS", 10_000_000), number(t, "KULKUL_RATE", 20) // requests a second in all
	dir := os.Getenv("KULKUL_VOLUME")
	if dir == "" {
		dir = t.TempDir()
	}
	ids := make([]string, 120)
	for i := range ids {
		ids[i] = fmt.Sprintf("source-%03d", i)
	}
	f := process()
	f.Telemetry.Listen = "127.0.0.1:0"
	u, _ := up(t, dir, f, withSources(t, files(t), sources(ids...)))
	plan := volume.Plan{Seed: 1, Items: items, PerDay: 9000, Newest: kulkul.DayOf(time.Now()) - 1, Tagged: 0.1, Sources: sources(ids...)}
	fill(t, u, &plan)
	cookie := analyst(t, u)
	const each = 120 // requests of each kind
	pages := consolePages(volume.NewAuthor(plan), plan)
	r, n := rand.New(rand.NewPCG(3, 3)), 0
	// What starts is not the day's work: the detector reads a year, pages are cold.
	eventually(t, 2*time.Minute, "the detector having read its counts", func() bool {
		return strings.HasSuffix(strings.TrimSpace(metrics(t, u, "kulkul_detector_ready")), " 1")
	})
	for _, p := range pages {
		if status := status(t, u.Info.Console+p.path(r), cookie); status != http.StatusOK {
			t.Fatalf("%s: %d", p.name, status)
		}
	}
	attacker := vegeta.NewAttacker(vegeta.Workers(8), vegeta.Timeout(30*time.Second))
	took, kinds := map[string][]time.Duration{}, map[string]string{}
	var mu sync.Mutex
	targets := func(target *vegeta.Target) error {
		mu.Lock()
		defer mu.Unlock()
		p := pages[n%len(pages)]
		n++
		*target = vegeta.Target{Method: http.MethodGet, URL: u.Info.Console + p.path(r),
			Header: http.Header{"Cookie": {cookie}, "Accept-Encoding": {"gzip"}}}
		kinds[target.URL] = p.name
		return nil
	}
	answers := 0
	for result := range attacker.Attack(targets, vegeta.Rate{Freq: rate, Per: time.Second}, time.Duration(each*len(pages)/rate)*time.Second, "console") {
		mu.Lock()
		kind := kinds[result.URL]
		mu.Unlock()
		if result.Code != http.StatusOK || result.Error != "" {
			t.Errorf("%s: %s: %d %s", kind, result.URL, result.Code, result.Error)
		}
		if answers++; answers > 5*len(pages) { // nor are connections that open
			took[kind] = append(took[kind], result.Latency)
		}
	}
	for _, p := range pages {
		p95 := percentile(took[p.name], .95)
		t.Logf("%-28s p50 %6v  p95 %6v  worst %6v", p.name, percentile(took[p.name], .5).Round(time.Millisecond),
			p95.Round(time.Millisecond), slices.Max(took[p.name]).Round(time.Millisecond))
		if p95 > p.mark {
			t.Errorf("%s: p95 %v, mark %v", p.name, p95, p.mark)
		}
	}
}

// status asks for a page once.
func status(t *testing.T, url, cookie string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", cookie)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode
}

// number is what a variable of the environment says, or the default.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	if err != nil || n <= 0 {
		t.Fatalf("%s: %q is no number above 0", name, s)
	}
	return n
}

// fill writes the plan's items, unless they are there.
func fill(t *testing.T, u *assemble.Upped, plan *volume.Plan) {
	t.Helper()
	eventually(t, time.Minute, "a taxonomy being active", func() bool { return u.Active.Version() != "" })
	plan.Taxonomy = u.Active.Version()
	if _, err := u.Store.Item(t.Context(), store.All(), plan.Taxonomy, volume.ID(plan.Items-1)); err == nil {
		return
	}
	start := time.Now()
	for batch := range volume.NewAuthor(*plan).Batches() {
		if err := u.Store.Writer().WriteItems(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d items written in %v", plan.Items, time.Since(start).Round(time.Second))
	settle(t, u, *plan)
}

// settle merges each partition's rows into one part, as the tables do by
// themselves with those that are half a day old: what was written in minutes here
// came in over years.
func settle(t *testing.T, u *assemble.Upped, plan volume.Plan) {
	t.Helper()
	start := time.Now()
	oldest := plan.Newest - kulkul.Day(plan.Items/plan.PerDay)
	for table, layout := range map[string]string{"item_tags": "200601", "items": "2006"} {
		done := map[string]bool{}
		for day := oldest; day <= plan.Newest; day++ {
			partition := day.Start().Format(layout)
			if done[partition] {
				continue
			}
			done[partition] = true
			if err := query(t.Context(), u.Info, fmt.Sprintf("OPTIMIZE TABLE %s PARTITION %s FINAL", table, partition)); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("settled in %v", time.Since(start).Round(time.Second))
}

// analyst makes an account and signs it in; it returns the session's cookie.
func analyst(t *testing.T, u *assemble.Upped) string {
	t.Helper()
	desk := accounts.NewDesk(u.Bus, time.Now)
	name, password := fmt.Sprint("analyst-", time.Now().Unix()), "measured with a long password"
	if err := desk.Add(t.Context(), name, kulkul.RoleAdmin, password); err != nil {
		t.Fatal(err)
	}
	token, _, err := desk.SignIn(t.Context(), name, password, "127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	return "kulkul=" + token
}
