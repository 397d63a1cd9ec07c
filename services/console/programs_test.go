package console

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/kulkul-ews/kulkul/services/console/api"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

var update = flag.Bool("update", false, "write what is made of the code: the description of the API")

// described is the OpenAPI document as the routes and the types say it.
func described(t *testing.T) []byte {
	t.Helper()
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	r := &jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Namer: namer(t), Mapper: ownSchemas}
	t.Chdir(filepath.Dir(here)) // comments are found by the path below the modules' common root
	for _, dir := range []string{"kulkul", "console", "platform/bus"} {
		if err := r.AddGoComments("github.com/kulkul-ews/kulkul/services", dir); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(here)
	schemas, paths := map[string]any{}, map[string]any{}
	for _, p := range new(Service).programTable() {
		var schema map[string]any
		remake(t, r.Reflect(p.answer), &schema)
		for name, s := range take(schema, "$defs") {
			schemas[name] = s
		}
		delete(schema, "$schema")
		paths[apiRoot+p.path] = map[string]any{"get": operation(p, schema)}
	}
	document := map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Kulkul", "version": "1", "summary": "What the console shows, for programs.",
			"description": "Times are RFC 3339 in UTC, days are UTC days. Who asks sees what the same person sees on the pages: hidden flashpoints, handling and embargo count. Actions are taken on the pages."},
		"paths": paths,
		"components": map[string]any{"schemas": schemas, "securitySchemes": map[string]any{
			"token":   map[string]any{"type": "http", "scheme": "bearer", "description": "A token made on the page Your account; it can be revoked there."},
			"session": map[string]any{"type": "apiKey", "in": "cookie", "name": new(Service).cookieName(), "description": "The session of a browser."}}},
		"security": []any{map[string]any{"token": []any{}}, map[string]any{"session": []any{}}},
	}
	nullable(document)
	raw, err := json.MarshalIndent(document, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(bytes.ReplaceAll(raw, []byte("#/$defs/"), []byte("#/components/schemas/")), '\n')
}

func operation(p program, schema map[string]any) map[string]any {
	problem := func(text string) map[string]any {
		return map[string]any{"description": text, "content": map[string]any{"application/problem+json": map[string]any{
			"schema": map[string]any{"type": "object", "properties": map[string]any{"type": map[string]any{"type": "string"},
				"title": map[string]any{"type": "string"}, "status": map[string]any{"type": "integer"}, "detail": map[string]any{"type": "string"}}}}}}
	}
	o := map[string]any{"operationId": "get-" + strings.NewReplacer("/{id}", "-one", "/", "-").Replace(p.path), "summary": p.summary,
		"description": "Least role: " + string(p.least) + ".",
		"responses": map[string]any{"200": map[string]any{"description": "As on the page.", "content": map[string]any{"application/json": map[string]any{"schema": schema}}},
			"401": problem("No session and no token."), "403": problem("The role does not reach so far."),
			"404": problem("There is no such thing, or it may not be seen."), "503": problem("The archive or the bus did not answer.")}}
	var parameters []any
	if strings.Contains(p.path, "{id}") {
		parameters = append(parameters, map[string]any{"name": "id", "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, q := range p.query {
		parameters = append(parameters, map[string]any{"name": q, "in": "query", "description": "As in the address of the page.", "schema": map[string]any{"type": "string"}})
	}
	if parameters != nil {
		o["parameters"] = parameters
	}
	return o
}

// namer names a schema after its type, and fails where two have one name.
func namer(t *testing.T) func(reflect.Type) string {
	seen := map[string]reflect.Type{}
	return func(of reflect.Type) string {
		name := of.Name()
		if name == "" {
			return ""
		}
		if other, twice := seen[name]; twice && other != of {
			t.Fatalf("%v and %v would both be the schema %s", other, of, name)
		}
		seen[name] = of
		return name
	}
}

// ownSchemas are those of types that write themselves.
func ownSchemas(of reflect.Type) *jsonschema.Schema {
	switch of {
	case reflect.TypeFor[kulkul.Day]():
		return &jsonschema.Schema{Type: "string", Format: "date"}
	case reflect.TypeFor[kulkul.Level]():
		s := &jsonschema.Schema{Type: "string"}
		for _, l := range []kulkul.Level{kulkul.NoLevel, kulkul.Watch, kulkul.Elevated, kulkul.High, kulkul.Critical} {
			s.Enum = append(s.Enum, l.String())
		}
		return s
	case reflect.TypeFor[time.Duration]():
		return &jsonschema.Schema{Type: "integer", Description: "nanoseconds"}
	}
	return nil
}

// nullable lets lists and maps be null, as empty ones of Go are.
func nullable(v any) {
	switch v := v.(type) {
	case map[string]any:
		_, isMap := v["additionalProperties"].(map[string]any)
		switch {
		case v["type"] == "array":
			v["type"] = []any{"array", "null"}
		case v["type"] == "object" && isMap:
			v["type"] = []any{"object", "null"}
		}
		for _, x := range v {
			nullable(x)
		}
	case []any:
		for _, x := range v {
			nullable(x)
		}
	}
}

func remake(t *testing.T, from, into any) {
	t.Helper()
	raw, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func take(m map[string]any, key string) map[string]any {
	v, _ := m[key].(map[string]any)
	delete(m, key)
	return v
}

// TestDescribed: the document that is served is the one that the code makes.
func TestDescribed(t *testing.T) {
	want := described(t)
	if *update {
		if err := os.WriteFile("api/openapi.json", want, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(want, api.Description()) {
		t.Error("api/openapi.json is not what the routes and types say: go test . -run Described -update")
	}
	status, body := get(t, kulkul.RoleViewer, apiRoot+"openapi.json")
	if status != http.StatusOK || body != string(want) {
		t.Errorf("served: %d", status)
	}
}

// TestAnswersAreAsDescribed asks for everything that the document lists and
// holds the answers against it.
func TestAnswersAreAsDescribed(t *testing.T) {
	document, err := validator.UnmarshalJSON(bytes.NewReader(api.Description()))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("kulkul:api", document); err != nil {
		t.Fatal(err)
	}
	answer, _ := post(t, kulkul.RoleAnalyst, "/bulletins", map[string][]string{"to": {(kulkul.DayOf(time.Now()) - 21).String()}})
	if answer.StatusCode != http.StatusSeeOther && answer.StatusCode != http.StatusConflict {
		t.Fatalf("draft: %s", answer.Status)
	}
	ids := map[string]string{"alerts/{id}": here.alerts[0].ID(), "flashpoints/{id}": "south-china-sea", "flashpoints/{id}/attribution": "south-china-sea",
		"items/{id}": here.items[0].Item.ID, "sources/{id}": here.items[0].Item.Source, "bulletins/{id}": (kulkul.DayOf(time.Now()) - 21).String()}
	query := map[string]string{"tuning/file": "?file=indicators.yaml", "items": "?q=coast", "alerts": "?show=all&explained=1"}
	for _, p := range here.service.programTable() {
		path := apiRoot + strings.ReplaceAll(p.path, "{id}", ids[p.path]) + query[p.path]
		status, body := get(t, kulkul.RoleAdmin, path)
		if status != http.StatusOK {
			t.Errorf("%s: %d %.200s", path, status, body)
			continue
		}
		place := strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(apiRoot + p.path)
		schema, err := c.Compile("kulkul:api#/paths/" + place + "/get/responses/200/content/application~1json/schema")
		if err != nil {
			t.Fatalf("%s: %v", p.path, err)
		}
		value, err := validator.UnmarshalJSON(strings.NewReader(body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if err := schema.Validate(value); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if low := strings.ToLower(body); strings.Contains(low, "argon2") || strings.Contains(low, `"hash"`) || strings.Contains(low, `"hmac"`) {
			t.Errorf("%s tells a secret", path)
		}
		if slices.Contains([]string{"keys", "accounts", "tuning", "silences", "unsubscribed"}, p.path) && body == "null\n" {
			t.Errorf("%s is empty: it shows nothing", path)
		}
	}
}
