package console

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/api"
	"github.com/kulkul-ews/kulkul/services/console/tuning"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// program is one thing that programs read as JSON, as a page shows it.
type program struct {
	path    string // below /api/v1/
	least   kulkul.Role
	summary string
	query   []string // what the address may say besides
	answer  any      // a value of the type of the answer, for the description
	read    func(*http.Request) (any, error)
}

// apiRoot is where the JSON API begins.
const apiRoot = "/api/v1/"

// programs are the routes of the JSON API.
func (s *Service) programs() []route {
	routes := []route{{"GET " + apiRoot + "openapi.json", kulkul.RoleViewer, api.Document(s.deps.Log, "application/vnd.oai.openapi+json;version=3.1",
		func(*http.Request) ([]byte, error) { return api.Description(), nil })}}
	for _, p := range s.programTable() {
		routes = append(routes, route{"GET " + apiRoot + p.path, p.least, api.JSON(s.deps.Log, func(r *http.Request) (any, error) {
			v, err := p.read(r)
			if errors.Is(err, bus.ErrNotFound) || errors.Is(err, tuning.ErrFile) {
				err = errors.Join(store.ErrNotFound, err)
			}
			return v, err
		})})
	}
	return routes
}

func alertsQuery() []string { return []string{"show", "level", "flashpoint", "area", "explained"} }

func itemsQuery() []string {
	return []string{"q", "flashpoint", "area", "source", "track", "country", "language", "story", "from", "to", "cursor"}
}

// programTable is the JSON API: docs are made of it, and a test holds the
// answers against them.
func (s *Service) programTable() []program {
	v := s.view
	return append([]program{
		{"situation", kulkul.RoleViewer, "The situation: every flashpoint with its level, trend and freshness.", nil, view.Situation{},
			func(r *http.Request) (any, error) { return v.Situation(r.Context(), userOf(r)) }},
		{"alerts", kulkul.RoleViewer, "The alert inbox, the most pressing first.", alertsQuery(), []view.AlertLine{},
			func(r *http.Request) (any, error) {
				return v.Alerts(r.Context(), userOf(r), web.AlertQueryOf(r.URL.Query()))
			}},
		{"alerts/{id}", kulkul.RoleViewer, "One episode of an alert, as it is or as it was known at a moment.", []string{"at"}, view.AlertPage{},
			func(r *http.Request) (any, error) {
				return v.Alert(r.Context(), userOf(r), r.PathValue("id"), web.MomentOf(r.URL.Query()))
			}},
		{"budget", kulkul.RoleViewer, "The alarm budget of the rules in force, and what fired against it.", nil, view.Budget{},
			func(r *http.Request) (any, error) { return v.Budget(r.Context(), userOf(r)) }},
		{"silences", kulkul.RoleViewer, "The silences whose time has not run out, with who ended one early.", nil, []kulkul.Silenced{},
			func(r *http.Request) (any, error) { return v.Silences(r.Context(), userOf(r)) }},
		{"flashpoints/{id}", kulkul.RoleViewer, "A flashpoint: its series, stories, alerts and judgements.", []string{"from", "to"}, view.FlashpointPage{},
			func(r *http.Request) (any, error) {
				return v.Flashpoint(r.Context(), userOf(r), r.PathValue("id"), web.RangeOf(r.URL.Query()))
			}},
		{"flashpoints/{id}/attribution", kulkul.RoleViewer, "What a flashpoint's spike is made of.", []string{"from", "to"}, view.Spike{},
			func(r *http.Request) (any, error) {
				return v.Spike(r.Context(), userOf(r), r.PathValue("id"), web.RangeOf(r.URL.Query()))
			}},
		{"items", kulkul.RoleViewer, "Items that a search selects, the newest first.", itemsQuery(), view.ItemsPage{},
			func(r *http.Request) (any, error) { return s.itemsPage(r) }},
		{"items/{id}", kulkul.RoleViewer, "One item with its tags and their evidence.", nil, view.ItemPage{},
			func(r *http.Request) (any, error) { return v.Item(r.Context(), userOf(r), r.PathValue("id")) }},
		{"sources", kulkul.RoleViewer, "The sources with their health.", nil, view.SourcesPage{},
			func(r *http.Request) (any, error) { return v.Sources(r.Context()) }},
		{"sources/{id}", kulkul.RoleViewer, "One source with its feeds and last fetches; for analysts, what was set aside.", nil, view.SourcePage{}, s.sourceFor},
		{"searches", kulkul.RoleViewer, "The saved searches of who asks.", nil, []accounts.Search{},
			func(r *http.Request) (any, error) { return s.desk.Searches(r.Context(), userOf(r).Name) }},
		{"bulletins", kulkul.RoleViewer, "The weekly bulletins.", nil, []kulkul.Bulletin{},
			func(r *http.Request) (any, error) { return s.bulletinsFor(r) }},
		{"bulletins/{id}", kulkul.RoleViewer, "One bulletin.", nil, kulkul.Bulletin{},
			func(r *http.Request) (any, error) { b, _, err := s.bulletinFor(r); return s.shownTo(userOf(r), b), err }},
	}, s.staffPrograms()...)
}

// staffPrograms are those for who runs the system.
func (s *Service) staffPrograms() []program {
	return []program{
		{"rejections", kulkul.RoleAnalyst, "What could not be taken in, and what waits in quarantine or, of mails that came back, for an analyst.", nil, view.RejectionsPage{},
			func(r *http.Request) (any, error) { return s.view.Rejections(r.Context()) }},
		{"system", kulkul.RoleAnalyst, "How the stages keep up.", nil, view.System{},
			func(r *http.Request) (any, error) { return s.view.System(r.Context()) }},
		{"tuning", kulkul.RoleAnalyst, "The files of the running configuration and its versions.", nil, tuningState{}, s.tuningFor},
		{"tuning/file", kulkul.RoleAnalyst, "One file of the running configuration.", []string{"file"}, tuningFile{}, s.tuningFileFor},
		{"keys", kulkul.RoleAdmin, "The push keys of partners, without anything secret.", nil, []pushKey{},
			func(r *http.Request) (any, error) { return s.pushKeys(r.Context()) }},
		{"accounts", kulkul.RoleAdmin, "The accounts, without anything secret.", nil, []accountInfo{},
			func(r *http.Request) (any, error) { return s.accountInfos(r.Context()) }},
		{"unsubscribed", kulkul.RoleAdmin, "Who unsubscribed, the newest first.", nil, []kulkul.Review{},
			func(r *http.Request) (any, error) { return s.view.Unsubscribed(r.Context()) }},
	}
}

func (s *Service) sourceFor(r *http.Request) (any, error) {
	p, err := s.view.Source(r.Context(), r.PathValue("id"))
	if !userOf(r).Role.AtLeast(kulkul.RoleAnalyst) {
		p.Rejections = nil
	}
	return p, err
}

// tuningState is the configuration in force and how it came about.
type tuningState struct {
	Files    []string        `json:"files"` // those that who asks may read
	Versions []tuningVersion `json:"versions"`
}

// tuningVersion is one version of the configuration, the newest first.
type tuningVersion struct {
	Number  int       `json:"number"`
	At      time.Time `json:"at"`
	By      string    `json:"by"`
	Why     string    `json:"why"`
	Changed []string  `json:"changed"` // files that differ from the version before
	Running bool      `json:"running"`
}

func (s *Service) tuningFor(r *http.Request) (any, error) {
	versions, err := s.bench.Versions(r.Context())
	state := tuningState{Files: s.filesFor(userOf(r))}
	for _, v := range versions {
		state.Versions = append(state.Versions, tuningVersion{v.Number, v.At, v.By, v.Why, v.Changed, v.Running})
	}
	return state, err
}

// tuningFile is one file as it runs.
type tuningFile struct {
	File    string `json:"file"`
	Version int    `json:"version"` // of the configuration
	Text    string `json:"text"`
}

func (s *Service) tuningFileFor(r *http.Request) (any, error) {
	f := tuningFile{File: r.URL.Query().Get("file")}
	if s.hiddenFile(userOf(r), f.File) {
		return nil, tuning.ErrFile
	}
	var err error
	f.Text, f.Version, err = s.bench.Text(f.File)
	return f, err
}

// pushKey is a push key as it may be shown.
type pushKey struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	State      string    `json:"state"` // ok, expired, revoked
	Sources    []string  `json:"sources"`
	Created    time.Time `json:"created,omitzero"`
	By         string    `json:"by,omitempty"`
	Expires    time.Time `json:"expires,omitzero"`
	Signed     bool      `json:"signed"` // every request must be
	Quarantine bool      `json:"quarantine"`
	PerMinute  int       `json:"per_minute,omitempty"`
}

func (s *Service) pushKeys(ctx context.Context) ([]pushKey, error) {
	list, err := s.keyLines(ctx)
	out := make([]pushKey, 0, len(list))
	for _, k := range list {
		out = append(out, pushKey{k.ID, k.Name, k.State, k.Sources, k.Created, k.By, k.Expires, k.Signed, k.Quarantine, k.PerMinute})
	}
	return out, err
}

// accountInfo is an account as it may be shown.
type accountInfo struct {
	Name     string      `json:"name"`
	Role     kulkul.Role `json:"role"`
	Person   string      `json:"person,omitempty"` // id in the register of people
	Provider string      `json:"provider,omitempty"`
	Disabled bool        `json:"disabled"`
	// Second: a code is asked for after the password.
	Second  bool      `json:"second_step"`
	Created time.Time `json:"created"`
	Changed time.Time `json:"changed"`
}

func (s *Service) accountInfos(ctx context.Context) ([]accountInfo, error) {
	list, err := s.desk.List(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]accountInfo, 0, len(list))
	for _, a := range list {
		second, err := s.desk.HasSecond(ctx, a.Name)
		if err != nil {
			return nil, err
		}
		out = append(out, accountInfo{a.Name, a.Role, a.Person, a.Issuer, a.Disabled, second, a.Created, a.Changed})
	}
	return out, nil
}
