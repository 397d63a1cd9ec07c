package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/embedded/mailbox"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// answers asks a data folder, on which nothing runs, everything that can be
// asked: what the store answers, and every key with its value and revision.
func answers(t *testing.T, dir string) map[string]string {
	t.Helper()
	ctx, f := t.Context(), process()
	unlock, err := assemble.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	e, err := assemble.StartEngines(ctx, dir, f.Embedded, false, log)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Stop(); err != nil {
			t.Error(err)
		}
	}()
	if err := e.Apply(&f); err != nil {
		t.Fatal(err)
	}
	p, err := assemble.Open(ctx, "test", f, seed(files(t)), log, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}()
	out := map[string]string{}
	say := func(what string, v any, err error) {
		raw, failed := json.Marshal(v)
		if err != nil || failed != nil {
			t.Fatalf("%s: %v, %v", what, err, failed)
		}
		out[what] = string(raw)
	}
	asks(ctx, p, say)
	_, buckets := bus.Topology()
	for _, k := range buckets {
		if k.Name == bus.BucketLeases {
			continue
		}
		bucket, err := p.Bus.Bucket(ctx, k.Name)
		if err != nil {
			t.Fatal(err)
		}
		entries, err := bucket.Load(ctx, ">")
		slices.SortFunc(entries, func(a, b bus.Entry) int { return strings.Compare(a.Key, b.Key) })
		say("bucket "+k.Name, entries, err)
	}
	return out
}

// asks puts the store's questions.
func asks(ctx context.Context, p *assemble.Process, say func(what string, v any, err error)) {
	s, taxonomy, today := p.Store, p.Active.Version(), kulkul.DayOf(time.Now())
	say("taxonomy", taxonomy, nil)
	say("configuration", p.Settings.Current().Files, nil)
	history, err := p.Settings.History(ctx)
	say("history of the configuration", history, err)
	page, err := s.Items(ctx, store.ItemQuery{View: store.All(), Taxonomy: taxonomy, Limit: 500})
	say("items", page, err)
	found, err := s.Items(ctx, store.ItemQuery{View: store.All(), Taxonomy: taxonomy, Text: "shoal", Limit: 500})
	say("items by a word", found, err)
	observations, err := s.Observations(ctx, taxonomy, 0, today+1, store.ObservationFilter{Untagged: true})
	slices.SortFunc(observations, func(a, b kulkul.Observation) int { return strings.Compare(a.Item, b.Item) })
	say("observations", observations, err)
	aliases, err := s.Aliases(ctx)
	say("aliases", aliases, err)
	counts, err := s.Counts(ctx, taxonomy, today-30, today, store.CountFilter{})
	say("series", counts, err)
	alerts, err := s.Alerts(ctx, store.AlertFilter{})
	say("alerts", alerts, err)
	events, err := s.AlertEvents(ctx, store.AlertFilter{})
	say("alert events", events, err)
	notices, err := s.Notices(ctx, store.NoticeFilter{})
	say("notices", notices, err)
	reviews, err := s.Reviews(ctx, store.ReviewFilter{})
	say("reviews", reviews, err)
	deliveries, err := s.Deliveries(ctx, store.DeliveryFilter{})
	say("deliveries", deliveries, err)
	fetches, err := s.Fetches(ctx, store.FetchFilter{})
	say("fetches", fetches, err)
	health, err := s.Health(ctx)
	say("health", health, err)
	rejections, err := s.Rejections(ctx, store.RejectionFilter{})
	say("rejections", rejections, err)
	audit, err := s.Audit(ctx, store.AuditFilter{})
	say("audit", audit, err)
	versions, err := s.ConfigVersions(ctx, 0)
	say("configuration versions", versions, err)
	migrations, err := s.Status(ctx)
	say("migrations", migrations, err)
}

// settled waits until no durable has anything left to do.
func settled(t testing.TB, b *bus.Bus) {
	t.Helper()
	// What was out for acknowledgement at a crash comes again after some seconds.
	eventually(t, 3*time.Minute, "every durable having nothing left to do", func() bool {
		states, err := b.Streams(t.Context())
		if err != nil {
			return false
		}
		for _, s := range states {
			for _, d := range s.Durables {
				if d.Waiting > 0 || d.Out > 0 {
					return false
				}
			}
		}
		return true
	})
}

// headlines cross the threshold of one flashpoint.
func cross(t *testing.T, partners []partner, round int) {
	t.Helper()
	words := []string{"at dawn", "before noon prayers", "while ships waited", "as talks stalled again", "under heavy rain"}
	for n, p := range partners {
		p.push(t, round*10+n, fmt.Sprintf("Coast guard vessels collide near Scarborough Shoal, witness number %d of the South China Sea says %s", round*100+n*37+11, words[n]))
	}
}

// mails counts what a mailbox holds.
func mails(t testing.TB, dir string) int {
	t.Helper()
	_, n, err := mailbox.Folder{Dir: dir}.List(0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestBackupAndRestore: the flow with feeds, pushes, an alert and its mails is
// backed up and restored into an empty place, where every question is answered
// alike; there the flow goes on without an item twice or a second mail. A
// backup beside the running flow loses nothing that had been accepted before.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel() // it waits most of the time
	bin, configs := binary(t), filepath.Join(root(t), "configs")
	first, second, third := filepath.Join(t.TempDir(), "first"), filepath.Join(t.TempDir(), "second"), filepath.Join(t.TempDir(), "third")
	kept, live := filepath.Join(t.TempDir(), "kept"), filepath.Join(t.TempDir(), "live")
	do := func(verb, dir, data string) said {
		return command(t, bin, verb, dir, "--data", data, "--config", configs)
	}

	feeds := publish(t, map[string][]rssItem{"Harbour Gazette": {
		{"g1", "https://gazette.example/1", "Survey ship enters the waters off Vanguard Bank", "", time.Now().UTC().Format(time.RFC1123Z)},
		{"g2", "https://gazette.example/2", "Fishing season opens quietly", "", time.Now().UTC().Format(time.RFC1123Z)},
	}})
	ids := []string{"p-one", "p-two", "p-three", "p-four", "p-five"}
	list := withSources(t, files(t), append(sources(ids...), feeds.sources...))
	u, stop := up(t, first, process(), list)
	var partners []partner
	for _, id := range ids {
		partners = append(partners, newPartner(t, u, id))
	}
	users, err := u.Bus.Bucket(t.Context(), bus.BucketUsers)
	if err != nil {
		t.Fatal(err)
	}
	if err := accounts.Add(t.Context(), users, "somebody", kulkul.RoleAnalyst, "a long enough password", time.Now()); err != nil {
		t.Fatal(err)
	}
	partners[0].past(t)
	cross(t, partners, 0)
	eventually(t, time.Minute, "nine items being stored", func() bool { return len(stored(t, u)) == 9 })
	eventually(t, time.Minute, "a mail", func() bool { return mails(t, u.Engines.MailDir) > 0 })
	settled(t, u.Bus)
	stop()

	if got := do("backup", kept, first); got.code != 0 {
		t.Fatalf("backup: %+v", got)
	}
	if got := do("restore", kept, first); got.code != 1 || !strings.Contains(got.err, "not empty") {
		t.Errorf("restore over what is there: %+v", got)
	}
	if got := do("backup", kept, first); got.code != 1 || !strings.Contains(got.err, "not empty") {
		t.Errorf("backup over a backup: %+v", got)
	}
	if got := do("restore", kept, second); got.code != 0 {
		t.Fatalf("restore: %+v", got)
	}
	before, after := answers(t, first), answers(t, second)
	for what := range before {
		if before[what] != after[what] {
			t.Errorf("%s: was\n%.2000s\nand is\n%.2000s", what, before[what], after[what])
		}
	}
	for _, what := range []string{"items", "alerts", "deliveries", "fetches", "bucket users", "bucket revisions", "bucket ledger"} {
		if len(before[what]) < 10 {
			t.Errorf("there is nothing in %s: %s", what, before[what])
		}
	}

	u, stop = up(t, second, process(), nil) // the configuration comes from the backup
	for n := range partners {
		partners[n].base = u.Info.Intake
	}
	if got := do("restore", kept, second); got.code != 1 || !strings.Contains(got.err, "stop it first") {
		t.Errorf("restore beside a running process: %+v", got)
	}
	cross(t, partners, 0) // once more the same: nothing new
	cross(t, partners[:2], 1)
	eventually(t, time.Minute, "two more items being stored", func() bool { return len(stored(t, u)) == 11 })
	settled(t, u.Bus)
	if n := mails(t, u.Engines.MailDir); n != 0 {
		t.Errorf("%d mails after the restore: told before", n)
	}

	// Beside the running flow: what was accepted before is there, and once.
	pushing, cease := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() { ended <- pushOn(pushing, partners[0]) }()
	eventually(t, time.Minute, "the flow", func() bool { return len(stored(t, u)) > 30 })
	sure := len(stored(t, u))
	if got := do("backup", live, second); got.code != 0 {
		t.Fatalf("backup beside a running process: %+v", got)
	}
	cease()
	pushed := <-ended
	stop()
	if got := do("restore", live, third); got.code != 0 {
		t.Fatalf("restore: %+v", got)
	}
	u, _ = up(t, third, process(), nil)
	partners[0].base = u.Info.Intake
	if n := len(stored(t, u)); n < sure {
		t.Errorf("%d items, %d were stored before the backup began", n, sure)
	}
	for n := range pushed { // a partner that pushes everything again
		partners[0].push(t, 1000+n, fmt.Sprintf("Harbour report number %d of the season", n))
	}
	eventually(t, time.Minute, "everything being there, once", func() bool { return len(stored(t, u)) == 11+pushed })
	restoreRefuses(t, bin)
}

// pushOn pushes one item after the other until ctx ends, and says how many were
// accepted.
func pushOn(ctx context.Context, p partner) int {
	for n := 0; ; n++ {
		body := fmt.Sprintf(`[{"id":"%s-%d","title":"Harbour report number %d of the season","link":"https://%s.example/%d","published":%q,"language":"en"}]`,
			p.id, 1000+n, n, p.id, 1000+n, time.Now().UTC().Format(time.RFC3339))
		if status, err := p.post(ctx, "/v1/items", body); err != nil || status >= 300 {
			return n
		}
	}
}

// restoreRefuses what is not whole, before any engine is started.
func restoreRefuses(t *testing.T, bin string) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	nothing, cut, other := t.TempDir(), t.TempDir(), t.TempDir()
	manifest := `{"version":1,"streams":[{"name":"COLLECTED","file":"collected.snapshot","sha256":"00"}],"store":{"name":"a.tar"}}`
	write(t, filepath.Join(cut, "backup.json"), manifest)
	write(t, filepath.Join(cut, "collected.snapshot"), "half of it")
	write(t, filepath.Join(other, "backup.json"), `{"version":2}`)
	for dir, want := range map[string]string{nothing: "no backup.json", cut: "checksum", other: "version 2, want 1"} {
		if got := command(t, bin, "restore", dir, "--data", data); got.code != 1 || !strings.Contains(got.err, want) {
			t.Errorf("no word of %q: %+v", want, got)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data folder was opened")
	}
}
