package console

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/accounts"
	"github.com/kulkul-ews/kulkul/services/console/api"
	"github.com/kulkul-ews/kulkul/services/console/feeds"
	"github.com/kulkul-ews/kulkul/services/console/web"
	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// exports are the routes that programs and feed readers read: the same things as
// the pages, for the same roles, with a session or a token.
func (s *Service) exports() []route {
	document := func(path, kind string, read func(*http.Request) ([]byte, error)) route {
		return route{"GET " + path, "viewer", api.Document(s.deps.Log, kind, read)}
	}
	return append(s.programs(), []route{
		document("/alerts.atom", feeds.TypeAtom, s.alertsAtom),
		document("/items.atom", feeds.TypeAtom, s.itemsAtom),
		document("/items.json", feeds.TypeFeed, s.itemsFeed),
		document("/items.geojson", feeds.TypeGeoJSON, s.itemsGeoJSON),
		document("/searches/{id}/items.atom", feeds.TypeAtom, s.saved(s.itemsAtom)),
		document("/searches/{id}/items.json", feeds.TypeFeed, s.saved(s.itemsFeed)),
		document("/items.csv", feeds.TypeCSV, s.itemsCSV),
	}...)
}

// saved gives a feed of what the user's saved search selects, as it is saved
// now.
func (s *Service) saved(feed func(*http.Request) ([]byte, error)) func(*http.Request) ([]byte, error) {
	return func(r *http.Request) ([]byte, error) {
		all, err := s.desk.Searches(r.Context(), userOf(r).Name)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(x accounts.Search) bool { return x.ID == r.PathValue("id") })
		if i < 0 {
			return nil, store.ErrNotFound
		}
		asked := r.Clone(r.Context())
		asked.URL.RawQuery = all[i].Query
		if cursor := r.URL.Query().Get("cursor"); cursor != "" {
			asked.URL.RawQuery += "&cursor=" + url.QueryEscape(cursor)
		}
		return feed(asked)
	}
}

// forPrograms reports whether a path is one that tokens open.
func forPrograms(path string) bool {
	for _, suffix := range []string{".atom", ".cap", ".json", ".geojson", ".csv"} {
		if strings.HasSuffix(path, suffix) {
			return true
		}
	}
	return strings.HasPrefix(path, "/api/")
}

// token is the token of a request: a bearer's, or the key in the address of a
// feed, since readers of feeds can send nothing else.
func token(r *http.Request) string {
	if r.Method != http.MethodGet || !forPrograms(r.URL.Path) {
		return ""
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return bearer
	}
	return r.URL.Query().Get("key")
}

// site is where the console is, as far as it knows.
func (s *Service) site() feeds.Site {
	address := strings.TrimSuffix(s.config.PublicURL, "/")
	if address == "" {
		address = "http://" + s.Addr()
	}
	return feeds.Site{URL: address, Name: "Kulkul"}
}

func (s *Service) feedAlert(l view.AlertLine) feeds.Alert {
	return feeds.Alert{Alert: l.Alert, Flashpoint: l.Name, Area: l.AreaName, Text: l.Text, At: s.names.point(l.Alert.Key.Flashpoint)}
}

func (s *Service) alertsAtom(r *http.Request) ([]byte, error) {
	lines, err := s.view.Alerts(r.Context(), userOf(r), web.AlertQueryOf(r.URL.Query()))
	if err != nil {
		return nil, err
	}
	alerts := make([]feeds.Alert, len(lines))
	for i, l := range lines {
		alerts[i] = s.feedAlert(l)
	}
	return feeds.AlertsAtom(s.site(), alerts, s.deps.Now())
}

// alertOr serves /alerts/ID.cap, and leaves /alerts/ID to the page.
func (s *Service) alertOr(page http.Handler) http.Handler {
	cap := api.Document(s.deps.Log, feeds.TypeCAP, func(r *http.Request) ([]byte, error) {
		a, err := s.view.Alert(r.Context(), userOf(r), strings.TrimSuffix(r.PathValue("id"), ".cap"), time.Time{})
		if err != nil {
			return nil, err
		}
		return feeds.CAP(s.site(), s.feedAlert(a.AlertLine))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.PathValue("id"), ".cap") {
			cap.ServeHTTP(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// itemsPage reads the items a request selects; a query that cannot be asked is
// store.ErrQuery.
func (s *Service) itemsPage(r *http.Request) (view.ItemsPage, error) {
	p, err := s.view.Items(r.Context(), userOf(r), web.ItemQueryOf(r.URL.Query()))
	if err == nil && p.Fault != "" {
		err = store.ErrQuery
	}
	return p, err
}

func (s *Service) feedItems(r *http.Request) ([]feeds.Item, string, error) {
	p, err := s.itemsPage(r)
	if err != nil {
		return nil, "", err
	}
	items := make([]feeds.Item, len(p.Items))
	for i, l := range p.Items {
		items[i] = feeds.Item{Tagged: l.Tagged, SourceName: l.SourceName}
		for _, f := range l.Flashpoints {
			if at := s.names.point(f.ID); at != nil {
				items[i].Points = append(items[i].Points, *at)
			}
		}
	}
	next := ""
	if p.Next != "" {
		next = address(r, "cursor", p.Next)
	}
	return items, next, nil
}

// address is the path of a request with its query, without its key, and with
// one value set.
func address(r *http.Request, name, value string) string {
	q := r.URL.Query()
	q.Del("key")
	if name != "" {
		q.Set(name, value)
	}
	return (&url.URL{Path: r.URL.Path, RawQuery: q.Encode()}).String()
}

func (s *Service) itemsAtom(r *http.Request) ([]byte, error) {
	items, _, err := s.feedItems(r)
	if err != nil {
		return nil, err
	}
	return feeds.ItemsAtom(s.site(), "items", address(r, "", ""), items, s.deps.Now())
}

func (s *Service) itemsFeed(r *http.Request) ([]byte, error) {
	items, next, err := s.feedItems(r)
	if err != nil {
		return nil, err
	}
	return feeds.ItemsFeed(s.site(), "items", address(r, "", ""), next, items)
}

func (s *Service) itemsGeoJSON(r *http.Request) ([]byte, error) {
	items, _, err := s.feedItems(r)
	if err != nil {
		return nil, err
	}
	return feeds.ItemsGeoJSON(s.site(), items)
}

func (s *Service) itemsCSV(r *http.Request) ([]byte, error) {
	items, _, err := s.feedItems(r)
	if err != nil {
		return nil, err
	}
	return feeds.ItemsCSV(s.site(), items)
}
