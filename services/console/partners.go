package console

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/glance"
	"github.com/kulkul-ews/kulkul/services/console/tuning"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/feed/opml"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// partnerRoutes are the pages on which sources and push keys are looked after.
func (s *Service) partnerRoutes() []route {
	page := func(h func(http.ResponseWriter, *http.Request) error) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if err := h(w, r); err != nil {
				s.failTuning(w, r, err)
			}
		})
	}
	return []route{
		{"GET /sources/add", kulkul.RoleAnalyst, page(s.addSourcePage)},
		{"POST /sources/preview", kulkul.RoleAnalyst, page(s.previewFeed)},
		{"POST /sources/add", kulkul.RoleCoordinator, page(s.addSource)},
		{"GET /sources.opml", kulkul.RoleCoordinator, page(s.exportSources)},
		{"POST /sources/import", kulkul.RoleCoordinator, page(s.importSources)},
		{"GET /keys", kulkul.RoleAdmin, page(s.keysPage)},
		{"POST /keys", kulkul.RoleAdmin, page(s.addKey)},
		{"POST /keys/{id}/rotate", kulkul.RoleAdmin, page(s.rotateKey)},
		{"POST /keys/{id}/revoke", kulkul.RoleAdmin, page(s.revokeKey)},
	}
}

type addBody struct {
	Seen   *glance.Seen
	Source kulkul.Source // as the form proposes it
	Why    string
	Faults []string
	// Imported is what an OPML list would bring, or brought.
	Imported *importBody
}

type importBody struct {
	Faults []opml.Fault
	opml.Merged
	Saved bool
}

func (s *Service) addSourcePage(w http.ResponseWriter, r *http.Request) error {
	return s.pages.Show(w, r, "addsource", "Add a source", "sources", addBody{})
}

// previewFeed looks at an address and proposes a source.
func (s *Service) previewFeed(w http.ResponseWriter, r *http.Request) error {
	seen := s.glass.Look(r.Context(), r.PostFormValue("url"))
	s.audit(r, userOf(r).Name, "feed-preview", web.Plain(seen.Asked), seen.Fault)
	b := addBody{Seen: &seen}
	if seen.Feed != nil {
		b.Source = kulkul.Source{ID: idOf(seen.Feed.Feed.Title), Name: seen.Feed.Feed.Title, Language: seen.Feed.Feed.Language, Track: kulkul.TrackMedia, Reliability: "F",
			Homepage: seen.Feed.Feed.Link, Feeds: []kulkul.Feed{{URL: seen.Final, Schedule: "@every 30m"}}}
	}
	return s.pages.Show(w, r, "addsource", "Add a source", "sources", b)
}

// idOf proposes an id for a title: its Latin letters and digits.
func idOf(title string) string {
	words := strings.FieldsFunc(strings.ToLower(title), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.Join(words, "-")
	return strings.Trim(id[:min(len(id), 40)], "-")
}

// addSource writes a source into the running configuration.
func (s *Service) addSource(w http.ResponseWriter, r *http.Request) error {
	f := r.PostFormValue
	src := kulkul.Source{ID: f("id"), Name: strings.TrimSpace(f("name")), Owner: f("owner"), Country: f("country"), Track: kulkul.Track(f("track")),
		Language: f("language"), Reliability: kulkul.Reliability(f("reliability")), Handling: kulkul.Handling(f("handling")),
		Quarantine: f("quarantine") == "1", Since: s.deps.Now().UTC().Truncate(24 * time.Hour)}
	if src.Owner == "" {
		src.Owner = src.ID
	}
	if address := strings.TrimSpace(f("url")); address != "" {
		src.Feeds = []kulkul.Feed{{ID: src.ID + "-feed", URL: address, Schedule: f("schedule")}}
	}
	b := addBody{Source: src, Why: strings.TrimSpace(f("why"))}
	if b.Why == "" {
		b.Faults = []string{"Say why: a reason is needed."}
	} else if _, known := s.deps.Settings.Current().Source(src.ID); known {
		b.Faults = []string{"There is a source of that id already."}
	}
	if len(b.Faults) == 0 {
		err := s.saveSources(r, append(slices.Clone(s.deps.Settings.Current().Sources), src), b.Why)
		var faults tuning.Faults
		switch {
		case errors.As(err, &faults):
			b.Faults = faults
		case err != nil:
			return err
		default:
			http.Redirect(w, r, "/sources/"+src.ID+"?done=source", http.StatusSeeOther)
			return nil
		}
	}
	return s.pages.Show(w, r, "addsource", "Add a source", "sources", b)
}

// saveSources makes a version with these sources and waits until it runs here,
// so that the page that follows shows it.
func (s *Service) saveSources(r *http.Request, sources []kulkul.Source, why string) error {
	current := s.deps.Settings.Current()
	text, err := config.EditSources(config.SourcesFile, current.Files[config.SourcesFile], sources)
	if err != nil {
		return tuning.Faults(strings.Split(err.Error(), "\n"))
	}
	changed := s.deps.Settings.Subscribe(r.Context())
	v, err := s.bench.Save(r.Context(), config.SourcesFile, string(text), current.Version, userOf(r).Name, why)
	if err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "config-save", fmt.Sprintf("version %d: %s", v.Number, config.SourcesFile), why)
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	for s.deps.Settings.Current().Version < v.Number {
		select {
		case <-changed:
		case <-ctx.Done():
			return nil // it is saved; this console follows a moment later
		}
	}
	return nil
}

func (s *Service) exportSources(w http.ResponseWriter, _ *http.Request) error {
	var b bytes.Buffer
	if err := opml.Write(&b, opml.List{Title: "Sources of Kulkul", Sources: s.deps.Settings.Current().Sources}, s.deps.Now()); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/x-opml; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="kulkul-sources.opml"`)
	_, _ = w.Write(b.Bytes()) // fails only where the reader has gone
	return nil
}

// importSources takes an OPML list in; with faults only where it is told to
// take what is good.
func (s *Service) importSources(w http.ResponseWriter, r *http.Request) error {
	file, _, err := r.FormFile("list")
	if err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Choose an OPML file, of at most 1 MiB."}
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "The file cannot be read."}
	}
	list, err := opml.Read(raw)
	if err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "The file cannot be taken in: " + err.Error() + "."}
	}
	why := strings.TrimSpace(r.FormValue("why"))
	if why == "" {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "Say why: a reason is needed."}
	}
	b := addBody{Imported: &importBody{Faults: list.Faults, Merged: opml.Merge(s.deps.Settings.Current().Sources, list)}}
	if (len(list.Faults) == 0 || r.FormValue("partial") == "1") && len(b.Imported.Added)+len(b.Imported.Changed) > 0 {
		var faults tuning.Faults
		err := s.saveSources(r, b.Imported.Sources, why)
		if errors.As(err, &faults) {
			b.Faults = faults
		} else if err != nil {
			return err
		}
		b.Imported.Saved = err == nil
	}
	return s.pages.Show(w, r, "addsource", "Add sources", "sources", b)
}

type keysBody struct {
	Keys    []keyLine
	Sources []kulkul.Source
	Secret  string // of a key just made; shown this once
}

type keyLine struct {
	keys.Key
	State string // ok, expired, revoked
}

// overlap is how long the old key of a rotation still opens.
const overlap = 7 * 24 * time.Hour

func (s *Service) keysPage(w http.ResponseWriter, r *http.Request) error { return s.showKeys(w, r, "") }

func (s *Service) showKeys(w http.ResponseWriter, r *http.Request, secret string) error {
	list, err := s.keyLines(r.Context())
	if err != nil {
		return err
	}
	return s.pages.Show(w, r, "keys", "Push keys", "sources", keysBody{Secret: secret, Keys: list, Sources: s.deps.Settings.Current().Sources})
}

// keyLines lists the push keys, the newest first.
func (s *Service) keyLines(ctx context.Context) ([]keyLine, error) {
	bucket, err := s.deps.Bus.Bucket(ctx, bus.BucketKeys)
	if err != nil {
		return nil, err
	}
	entries, err := bucket.Load(ctx, ">")
	if err != nil {
		return nil, err
	}
	var list []keyLine
	for _, e := range entries {
		line := keyLine{State: "ok"}
		if err := json.Unmarshal(e.Value, &line.Key); err != nil {
			return nil, fmt.Errorf("read key %s: %w", e.Key, err)
		}
		switch err := line.Valid(s.deps.Now()); {
		case errors.Is(err, keys.ErrRevoked):
			line.State = "revoked"
		case err != nil:
			line.State = "expired"
		}
		list = append(list, line)
	}
	slices.SortFunc(list, func(x, y keyLine) int { return y.Created.Compare(x.Created) })
	return list, nil
}

func (s *Service) addKey(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return web.Refusal{Status: http.StatusBadRequest, Text: "The form cannot be read."}
	}
	sources, name := r.PostForm["source"], strings.TrimSpace(r.PostForm.Get("name"))
	if len(sources) == 0 || name == "" || len(name) > 200 {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "A key has a name and pushes for one source at least."}
	}
	for _, id := range sources {
		if _, known := s.deps.Settings.Current().Source(id); !known {
			return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "There is no such source."}
		}
	}
	k, secret := keys.Create(s.deps.Now(), sources...)
	k.Name, k.By = name, userOf(r).Name
	k.Quarantine, k.Signed = r.PostForm.Get("quarantine") == "1", r.PostForm.Get("signed") == "1"
	if days, err := strconv.Atoi(r.PostForm.Get("days")); err == nil && days > 0 {
		k.Expires = s.deps.Now().UTC().AddDate(0, 0, days)
	}
	if err := keys.Save(r.Context(), s.deps.Bus, k); err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "key-add", k.ID, name+" for "+strings.Join(sources, ", "))
	return s.showKeys(w, r, secret)
}

// key reads a key's record; store.ErrNotFound where there is none.
func (s *Service) key(r *http.Request) (keys.Key, error) {
	bucket, err := s.deps.Bus.Bucket(r.Context(), bus.BucketKeys)
	if err != nil {
		return keys.Key{}, err
	}
	var k keys.Key
	if !kulkul.ValidID(r.PathValue("id")) {
		return k, store.ErrNotFound
	}
	revision, err := bucket.GetJSON(r.Context(), r.PathValue("id"), &k)
	if err == nil && revision == 0 {
		err = store.ErrNotFound
	}
	return k, err
}

// rotateKey makes another key of the same settings; the old one opens for a
// week longer, so that the partner changes over without a gap.
func (s *Service) rotateKey(w http.ResponseWriter, r *http.Request) error {
	old, err := s.key(r)
	if err != nil {
		return err
	}
	if err := old.Valid(s.deps.Now()); err != nil {
		return web.Refusal{Status: http.StatusUnprocessableEntity, Text: "This key opens nothing any more; make a new one."}
	}
	next, secret := keys.Create(s.deps.Now(), old.Sources...)
	next.Name, next.By, next.Quarantine, next.Signed, next.PerMinute = old.Name, userOf(r).Name, old.Quarantine, old.Signed, old.PerMinute
	if err := keys.Save(r.Context(), s.deps.Bus, next); err != nil {
		return err
	}
	if until := s.deps.Now().UTC().Add(overlap); old.Expires.IsZero() || old.Expires.After(until) {
		old.Expires = until
		if err := keys.Save(r.Context(), s.deps.Bus, old); err != nil {
			return err
		}
	}
	s.audit(r, userOf(r).Name, "key-rotate", old.ID, "to "+next.ID)
	return s.showKeys(w, r, secret)
}

func (s *Service) revokeKey(w http.ResponseWriter, r *http.Request) error {
	k, err := s.key(r)
	if err != nil {
		return err
	}
	k.Revoked = true
	if err := keys.Save(r.Context(), s.deps.Bus, k); err != nil {
		return err
	}
	s.audit(r, userOf(r).Name, "key-revoke", k.ID, k.Name)
	http.Redirect(w, r, "/keys?done=revoked", http.StatusSeeOther)
	return nil
}
