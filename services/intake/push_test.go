package intake

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func fates(r kulkul.Receipt) string {
	out := make([]string, len(r.Items))
	for i, it := range r.Items {
		out[i] = string(it.Fate)
	}
	return strings.Join(out, " ")
}

func TestPushOneItem(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	body := `{"id":"n-1","title":" Patrols  resume ","link":"https://tank.example/1?utm_source=x","html":"<p>Both <b>sides</b>.</p><script>x()</script>",
		"language":"en","authors":["A. Writer"],"published":"2026-01-05","handling":"members"}`
	s := w.ask("POST", "/v1/items", key, body)
	if s.status != http.StatusAccepted || fates(s.receipt) != "accepted" || s.header.Get("Location") != "/v1/receipts/"+s.receipt.ID {
		t.Fatalf("%d %s", s.status, s)
	}
	it := w.collected(1)[0]
	want := kulkul.ItemID("tank", "n-1")
	if it.ID != want || s.receipt.Items[0].ID != want || it.Revision != 1 || it.Source != "tank" || it.Feed != "tank-push" {
		t.Errorf("item %+v", it)
	}
	if it.Title != "Patrols resume" || it.Text != "Both sides." || it.Link != "https://tank.example/1" || it.Handling != kulkul.Members ||
		!it.PublishedDay || it.Published.Format(time.DateOnly) != "2026-01-05" {
		t.Errorf("item %+v", it)
	}
	if got := fates(w.ask("POST", "/v1/items", key, body).receipt); got != "duplicate" {
		t.Errorf("again: %s", got)
	}
	if got := w.ask("POST", "/v1/items", key, strings.Replace(body, "resume", "end", 1)).receipt; fates(got) != "changed" || got.Items[0].Revision != 2 {
		t.Errorf("changed: %+v", got)
	}
	if it := w.collected(1)[0]; it.Revision != 2 || it.ID != want {
		t.Errorf("revision %d", it.Revision)
	}
}

// Of a list what is good is taken, and each fault is told with its place.
func TestPushListWithFaults(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	tomorrow := time.Now().AddDate(0, 0, 3).Format(time.RFC3339)
	s := w.ask("POST", "/v1/items", key, `[{"id":"a","title":"Good"}, {"id":"b"}, {"title":"No id"}, {"id":"c","title":"Odd","colour":"red"},
		{"id":"d","title":"Late","published":"`+tomorrow+`"}, {"id":"a","title":"Twice"}, 7, {"id":"e","title":"When","published":"yesterday"},
		{"id":"f","title":"Also good","link":"https://tank.example/f"}]`)
	if s.status != http.StatusAccepted || fates(s.receipt) != "accepted rejected rejected rejected rejected rejected rejected rejected accepted" {
		t.Fatalf("%d %s", s.status, s)
	}
	for i, want := range map[int]string{1: "/1/title required", 2: "/2/id required", 3: "/3/colour unknown", 4: "/4/published future",
		5: "/5/id duplicate", 6: "/6 type", 7: "/7/published value"} {
		f := s.receipt.Items[i].Problems[0]
		if got := f.Pointer + " " + f.Code; got != want || f.Detail == "" {
			t.Errorf("item %d: %s (%s), want %s", i, got, f.Detail, want)
		}
	}
	if s.receipt.Counts[kulkul.Refused] != 7 || s.receipt.Counts[kulkul.Accepted] != 2 {
		t.Errorf("counts %v", s.receipt.Counts)
	}
	w.collected(2)
	kept := map[string]bool{}
	for _, r := range w.rejected(7) {
		kept[r.Where+" "+r.Code] = true
		if r.Stage != "intake" || r.Source != "tank" || r.Reason == "" {
			t.Errorf("rejection %+v", r)
		}
	}
	if !kept["/4/published future"] || w.metric("kulkul_intake_rejections_total", "code=required") != 2 {
		t.Errorf("kept %v", kept)
	}
}

func TestPushRefusedWhole(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.MaxItems, c.MaxWire, c.MaxDecoded = 20, 1<<20, 2<<20 })
	key := w.key(nil, "tank")
	var many []string
	for i := range 21 {
		many = append(many, fmt.Sprintf(`{"id":"%d","title":"T"}`, i))
	}
	for name, c := range map[string]struct {
		body    string
		headers []string
		status  int
		code    string
	}{
		"no JSON":             {`{"id":`, nil, 400, codeSyntax},
		"two values":          {`{} {}`, nil, 400, codeSyntax},
		"not UTF-8":           {"\"\xff\"", nil, 400, codeSyntax},
		"empty":               {``, nil, 400, codeSyntax},
		"a number":            {`7`, nil, 422, codeShape},
		"a string":            {`"x"`, nil, 422, codeShape},
		"too many":            {"[" + strings.Join(many, ",") + "]", nil, 413, codeLimit},
		"too deep":            {strings.Repeat("[", 200) + strings.Repeat("]", 200), nil, 413, codeLimit},
		"too long":            {`{"id":"x","title":"` + strings.Repeat("x", 1<<20) + `"}`, nil, 413, codeLimit},
		"plain text":          {`{}`, []string{"Content-Type", "text/plain"}, 415, codeMedia},
		"no media type":       {`{}`, []string{"Content-Type", ""}, 415, codeMedia},
		"unknown coding":      {`{}`, []string{"Content-Encoding", "rot13"}, 415, codeEncoding},
		"not gzip":            {`{}`, []string{"Content-Encoding", "gzip"}, 400, codeEncoding},
		"gzip bomb":           {zipped(strings.Repeat(" ", 40<<20)), []string{"Content-Encoding", "gzip"}, 413, codeLimit},
		"all items bad":       {`[{"id":"a"},{"id":"b"}]`, nil, 422, codeItems},
		"one bad item":        {`{"id":"a"}`, nil, 422, codeItems},
		"long idempotency":    {`{"id":"a","title":"A"}`, []string{"Idempotency-Key", strings.Repeat("k", 256)}, 400, codeBadKey},
		"other source":        {`{"id":"a","title":"A"}`, nil, 403, codeForbidden},
		"other feed":          {`{"id":"a","title":"A"}`, nil, 403, codeForbidden},
		"source switched off": {`{"id":"a","title":"A"}`, nil, 403, codeForbidden},
	} {
		path, k := "/v1/items", key
		switch name {
		case "other source":
			path += "?source=press"
		case "other feed":
			path += "?feed=press-push"
		case "source switched off":
			k = w.key(nil, "past")
		}
		s := w.ask("POST", path, k, c.body, c.headers...)
		if s.status != c.status || s.problem.Type != "urn:kulkul:problem:"+c.code || s.problem.Title == "" || s.problem.Status != c.status {
			t.Errorf("%s: %d %s, want %d %s", name, s.status, s, c.status, c.code)
		}
	}
	if w.metric("kulkul_intake_requests_total", "result=limit") < 3 {
		t.Error("limits are not counted")
	}
	w.collected(0)
}

func zipped(s string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(s))
	z.Close()
	return b.String()
}

func TestPushCompressed(t *testing.T) {
	w := newWorld(t, nil)
	s := w.ask("POST", "/v1/items", w.key(nil, "tank"), zipped(`{"id":"z","title":"Zipped"}`), "Content-Encoding", "gzip")
	if fates(s.receipt) != "accepted" {
		t.Errorf("%d %s", s.status, s)
	}
	w.collected(1)
}

func TestPushFeedBody(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	feedBody := `<rss version="2.0"><channel><title>T</title>
		<item><guid>1</guid><title>One</title><link>https://tank.example/one</link></item>
		<item><guid>2</guid></item>
		<item><guid>1</guid><title>One again</title><link>https://tank.example/one</link></item>
		<item><guid>3</guid><title>Three &amp; more</title></item></channel></rss>`
	s := w.ask("POST", "/v1/feeds", key, feedBody, "Content-Type", "application/rss+xml")
	if s.status != http.StatusAccepted || fates(s.receipt) != "accepted rejected rejected accepted" {
		t.Fatalf("%d %s", s.status, s)
	}
	titles := map[string]bool{}
	for _, it := range w.collected(2) {
		titles[it.Title] = true
	}
	if !titles["One"] || !titles["Three & more"] {
		t.Errorf("titles %v", titles)
	}
	for body, status := range map[string]int{"": 422, "<html><body>Hello</body></html>": 422, "{}": 422, "\x00\x01": 422} {
		if s := w.ask("POST", "/v1/feeds", key, body, "Content-Type", "application/xml"); s.status != status || s.problem.code() != codeNotFeed {
			t.Errorf("%q: %d %s", body, s.status, s)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t, nil)
	key, other := w.key(nil, "tank"), w.key(nil, "press")
	body := `{"id":"i-1","title":"Once"}`
	first := w.ask("POST", "/v1/items", key, body, "Idempotency-Key", "abc")
	again := w.ask("POST", "/v1/items", key, body, "Idempotency-Key", "abc")
	if first.status != 202 || !bytes.Equal(first.body, again.body) || again.header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("first %s\nagain %s", first, again)
	}
	if s := w.ask("POST", "/v1/items", key, `{"id":"i-2","title":"Other"}`, "Idempotency-Key", "abc"); s.status != 422 || s.problem.code() != codeReused {
		t.Errorf("other body: %d %s", s.status, s)
	}
	if s := w.ask("POST", "/v1/items", other, body, "Idempotency-Key", "abc"); s.status != 202 || s.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("other key: %d %s", s.status, s)
	}
	bad := w.ask("POST", "/v1/items", key, `{"id":"x"}`, "Idempotency-Key", "bad")
	if rep := w.ask("POST", "/v1/items", key, `{"id":"x"}`, "Idempotency-Key", "bad"); rep.status != 422 || rep.problem.Receipt.ID != bad.problem.Receipt.ID {
		t.Errorf("a rejected push again: %d %s", rep.status, rep)
	}
	// A body that could not be read at all is not remembered: it may be mended.
	w.ask("POST", "/v1/items", key, `{`, "Idempotency-Key", "mend")
	if s := w.ask("POST", "/v1/items", key, `{"id":"m","title":"Mended"}`, "Idempotency-Key", "mend"); s.status != 202 {
		t.Errorf("mended: %d %s", s.status, s)
	}
	w.collected(3)
}

// A request under way is not begun a second time, except when it was left.
func TestIdempotencyInProgress(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	body := `{"id":"p","title":"Progress"}`
	start := time.Now()
	id := strings.Split(key, "_")[1]
	hash := kulkul.Hash("POST", "/v1/items", "application/json", "", body)
	if _, err := w.service.book.Begin(t.Context(), id, "tok", hash, start); err != nil {
		t.Fatal(err)
	}
	s := w.ask("POST", "/v1/items", key, body, "Idempotency-Key", "tok")
	if s.status != 409 || s.header.Get("Retry-After") == "" {
		t.Errorf("in progress: %d %s", s.status, s)
	}
	w.set(start.Add(2 * time.Minute))
	if s := w.ask("POST", "/v1/items", key, body, "Idempotency-Key", "tok"); s.status != 202 {
		t.Errorf("left: %d %s", s.status, s)
	}
	w.collected(1)
}

func TestReceipts(t *testing.T) {
	w := newWorld(t, nil)
	key := w.key(nil, "tank")
	pushed := w.ask("POST", "/v1/items", key, `[{"id":"r","title":"R"},{"id":"q"}]`).receipt
	s := w.ask("GET", "/v1/receipts/"+pushed.ID, key, "")
	if s.status != 200 || fates(s.receipt) != "accepted rejected" || s.receipt.At.IsZero() || s.receipt.Key == "" {
		t.Errorf("%d %s", s.status, s)
	}
	for name, c := range map[string][2]string{"other key": {pushed.ID, w.key(nil, "press")}, "unknown": {strings.Repeat("0", 32), key},
		"odd": {"..%2f..", key}, "wildcard": {"*", key}} {
		if s := w.ask("GET", "/v1/receipts/"+c[0], c[1], ""); s.status != 404 {
			t.Errorf("%s: %d %s", name, s.status, s)
		}
	}
	// A receipt of a thousand items with long names fits the bus.
	var big []map[string]any
	for i := range 1000 {
		item := map[string]any{"id": fmt.Sprint(strings.Repeat("é", 400), i)}
		for j := range 40 {
			item[strings.Repeat("member", 10)+fmt.Sprint(j)] = 1
		}
		big = append(big, item)
	}
	raw, err := json.Marshal(big)
	if err != nil {
		t.Fatal(err)
	}
	s = w.ask("POST", "/v1/items", key, string(raw))
	if s.status != 422 || s.problem.Receipt == nil {
		t.Fatalf("%d %.300s", s.status, s)
	}
	if s = w.ask("GET", "/v1/receipts/"+s.problem.Receipt.ID, key, ""); s.status != 200 || len(s.receipt.Items) != 1000 {
		t.Errorf("%d %.300s", s.status, s)
	}
}
