package intake

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/feed/push"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type description struct {
	OpenAPI string `json:"openapi"`
	Paths   map[string]map[string]json.RawMessage
	Schemas map[string]schema
}

type schema struct {
	Properties map[string]struct {
		Enum []string `json:"enum"`
	} `json:"properties"`
}

type operation struct {
	ID        string `json:"operationId"`
	Responses map[string]struct {
		Content map[string]any `json:"content"`
	} `json:"responses"`
}

func described(t *testing.T) description {
	t.Helper()
	var d struct {
		description
		Components struct{ Schemas map[string]schema } `json:"components"`
	}
	if err := json.Unmarshal(openAPI, &d); err != nil {
		t.Fatal(err)
	}
	d.Schemas = d.Components.Schemas
	return d.description
}

// operations maps "POST /v1/items" to what the document says of it.
func operations(t *testing.T) map[string]operation {
	t.Helper()
	out := map[string]operation{}
	for path, methods := range described(t).Paths {
		for method, raw := range methods {
			if method == "parameters" {
				continue
			}
			var o operation
			if err := json.Unmarshal(raw, &o); err != nil {
				t.Fatal(err)
			}
			out[strings.ToUpper(method)+" "+path] = o
		}
	}
	return out
}

// The document lists exactly the routes there are.
func TestDocumentListsTheRoutes(t *testing.T) {
	if v := described(t).OpenAPI; !strings.HasPrefix(v, "3.1.") {
		t.Errorf("version %q", v)
	}
	var routes, listed []string
	for _, r := range new(Service).table() {
		routes = append(routes, r.pattern)
	}
	ids := map[string]bool{}
	for pattern, o := range operations(t) {
		listed = append(listed, pattern)
		if o.ID == "" || ids[o.ID] {
			t.Errorf("%s: operation id %q", pattern, o.ID)
		}
		ids[o.ID] = true
	}
	sort.Strings(routes)
	sort.Strings(listed)
	if !slices.Equal(routes, listed) {
		t.Errorf("routes %v\nlisted %v", routes, listed)
	}
}

// The schemas have exactly the members that the types write or read.
func TestDocumentSchemasAreTheTypes(t *testing.T) {
	schemas := described(t).Schemas
	for name, v := range map[string]any{"Item": push.Item{}, "Receipt": kulkul.Receipt{}, "ReceiptItem": kulkul.ReceiptItem{},
		"Fault": kulkul.ReceiptProblem{}, "Problem": problem{}} {
		var want, got []string
		typ := reflect.TypeOf(v)
		for i := range typ.NumField() {
			tag, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if tag != "" && tag != "-" {
				want = append(want, tag)
			}
		}
		for p := range schemas[name].Properties {
			got = append(got, p)
		}
		sort.Strings(want)
		sort.Strings(got)
		if !slices.Equal(want, got) {
			t.Errorf("%s: document %v, type %v", name, got, want)
		}
	}
	fates := schemas["ReceiptItem"].Properties["fate"].Enum
	for _, f := range []kulkul.Fate{kulkul.Accepted, kulkul.Changed, kulkul.Duplicate, kulkul.Refused, kulkul.Quarantined, kulkul.Released, kulkul.TakenBack} {
		if !slices.Contains(fates, string(f)) {
			t.Errorf("fate %q is not listed", f)
		}
	}
}

// checkDocumented fails the test where an answer is not one that the document
// lists for its operation; every test that asks goes through it.
func (w *world) checkDocumented(req *http.Request, s said) {
	w.t.Helper()
	for pattern, o := range operations(w.t) {
		if !matches(pattern, req) {
			continue
		}
		r, ok := o.Responses[strconv.Itoa(s.status)]
		if !ok {
			w.t.Errorf("%s answers %d, which the document does not list: %s", pattern, s.status, s)
			return
		}
		media := s.header.Get("Content-Type")
		if _, ok := r.Content[media]; !ok && len(r.Content) > 0 {
			w.t.Errorf("%s answers %d as %q, which the document does not list", pattern, s.status, media)
		}
		return
	}
}

func matches(pattern string, req *http.Request) bool {
	method, path, _ := strings.Cut(pattern, " ")
	want, got := strings.Split(path, "/"), strings.Split(req.URL.Path, "/")
	if method != req.Method || len(want) != len(got) {
		return false
	}
	for i := range want {
		if want[i] != got[i] && !strings.HasPrefix(want[i], "{") {
			return false
		}
	}
	return true
}

func TestDocumentIsServed(t *testing.T) {
	w := newWorld(t, nil)
	s := w.ask(http.MethodGet, "/v1/openapi.json", "", "")
	if s.status != http.StatusOK || string(s.body) != string(openAPI) {
		t.Errorf("status %d, %d bytes", s.status, len(s.body))
	}
	for _, path := range []string{"/", "/v1/", "/v1/items/", "/v2/items", "/../etc/passwd"} {
		if s := w.ask(http.MethodGet, path, "", ""); s.status/100 == 2 {
			t.Errorf("GET %s answers %d", path, s.status)
		}
	}
}
