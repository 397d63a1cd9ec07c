package push

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

const whole = `{"id":"n-1","link":"https://p.example/n/1","title":" Port  notice ","summary":"S","text":"T\u0007x",
"language":"en_ph","authors":["Ana Cruz"," "],"categories":["ports"],"published":"2026-01-02T03:04:05.9+08:00",
"updated":"2026-01-03","handling":"eeps","embargo":"2026-01-04T00:00:00Z"}`

func when(s string) time.Time {
	t, _ := time.Parse(time.RFC3339, s)
	return t
}

func TestDecode(t *testing.T) {
	got, list, err := Decode([]byte(whole), Limits{})
	want := []Result{{Item: Item{ID: "n-1", Link: "https://p.example/n/1", Title: "Port notice", Summary: "S", Text: "Tx", Language: "en-PH",
		Authors: []string{"Ana Cruz"}, Categories: []string{"ports"}, Published: when("2026-01-01T19:04:05Z"),
		Updated: when("2026-01-03T00:00:00Z"), Handling: kulkul.EEPs, Embargo: when("2026-01-04T00:00:00Z")}}}
	if err != nil || list || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, list %v, %v", got, list, err)
	}
	got, list, err = Decode([]byte(`[{"id":"a","title":"A","published":"2026-01-02"},{"link":"https://p.example/","title":"B","html":"<p>x</p>"}]`), Limits{})
	if err != nil || !list || len(got) != 2 || got[1].Index != 1 || len(got[0].Faults)+len(got[1].Faults) > 0 || !got[0].Item.Day {
		t.Errorf("got %+v, list %v, %v", got, list, err)
	}
	if got, _, err := Decode([]byte(`[]`), Limits{}); err != nil || len(got) != 0 {
		t.Errorf("empty list: %v %v", got, err)
	}
}

func TestFaults(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct{ name, body, want string }{
		{"no title", `{"id":"a"}`, "/title required"},
		{"no identity", `{"title":"A"}`, "/id required"},
		{"null is absent", `{"id":null,"link":"https://p.example/","title":"A","text":null,"authors":null,"published":null}`, ""},
		{"unknown member", `{"id":"a","title":"A","tilte":"B"}`, "/tilte unknown"},
		{"pointer is escaped", `{"id":"a","title":"A","a/b~c":1}`, "/a~1b~0c unknown"},
		{"member twice", `{"id":"a","title":"A","title":"B"}`, "/title duplicate"},
		{"wrong types", `{"id":7,"title":["A"],"link":{},"text":true,"authors":"J","categories":[1,"x",{}]}`,
			"/id type; /title type; /link type; /text type; /authors type; /categories/0 type; /categories/2 type"},
		{"addresses", `{"id":"a","title":"A","link":"/x"}`, "/link value"},
		{"scheme", `{"id":"a","title":"A","link":"javascript:x"}`, "/link value"},
		{"user in the address", `{"id":"a","title":"A","link":"https://u:p@p.example/"}`, "/link value"},
		{"dates", `{"id":"a","title":"A","published":"yesterday","updated":"2026-02-30","embargo":"2026-01-01"}`,
			"/published value; /updated value; /embargo value"},
		{"year", `{"id":"a","title":"A","published":"0001-01-01T00:00:00Z"}`, "/published value"},
		{"language", `{"id":"a","title":"A","language":"english"}`, "/language value"},
		{"handling", `{"id":"a","title":"A","handling":"secret"}`, "/handling value"},
		{"text and html", `{"id":"a","title":"A","text":"x","html":"y"}`, "/html value"},
		{"long", `{"id":"` + long(maxID+1) + `","title":"` + long(maxTitle+1) + `","link":"https://p.example/` + long(maxLink) + `","summary":"` + long(maxSummary+1) + `"}`,
			"/id length; /title length; /link length; /summary length"},
		{"many names", `{"id":"a","title":"A","authors":[` + strings.TrimSuffix(strings.Repeat(`"x",`, maxNames+1), ",") + `]}`, "/authors length"},
		{"in a list", `[{"id":"a","title":"A"},{"id":"b"},7,{"id":"a","title":"C"}]`, "/1/title required; /2 type; /3/id duplicate"},
		{"one link twice", `[{"link":"https://p.example/x","title":"A"},{"link":"https://P.example/x?utm_source=y","title":"B"}]`, "/1/link duplicate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			results, _, err := Decode([]byte(c.body), Limits{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, r := range results {
				for _, f := range r.Faults {
					got = append(got, f.Pointer+" "+f.Code)
					if f.Detail == "" {
						t.Errorf("%s says nothing", f.Pointer)
					}
				}
			}
			if s := strings.Join(got, "; "); s != c.want {
				t.Errorf("faults %q, want %q", s, c.want)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name, body string
		limits     Limits
		want       error
		says       string
	}{
		{"empty", ``, Limits{}, ErrSyntax, "ends early"},
		{"cut", `[{"id":"a"`, Limits{}, ErrSyntax, "ends early"},
		{"cut in a string", `[{"id":"a`, Limits{}, ErrSyntax, ""},
		{"not JSON", `<item/>`, Limits{}, ErrSyntax, "byte 1"},
		{"two values", `{} {}`, Limits{}, ErrSyntax, "follows"},
		{"trailing comma", `[{"id":"a",}]`, Limits{}, ErrSyntax, ""},
		{"not UTF-8", "{\"id\":\"\xFF\"}", Limits{}, ErrSyntax, "UTF-8"},
		{"number", `7`, Limits{}, ErrShape, ""},
		{"string", `"x"`, Limits{}, ErrShape, ""},
		{"null", `null`, Limits{}, ErrShape, ""},
		{"too long", `{"id":"aaaaaaaaaa"}`, Limits{MaxBytes: 10}, ErrLimit, "at most 10"},
		{"too many", `[{},{},{}]`, Limits{MaxItems: 2}, ErrLimit, "more than 2"},
		{"too deep", strings.Repeat("[", 10), Limits{}, ErrLimit, "deeper than 8"},
		{"far too deep", strings.Repeat(`{"a":`, 1_000_000), Limits{}, ErrLimit, "deeper than 8"},
		{"too many members", "{" + manyMembers(200) + "}", Limits{}, ErrLimit, "members"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := Decode([]byte(c.body), c.limits)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v saying %q", err, c.want, c.says)
			}
		})
	}
}

func manyMembers(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`"m%d":0`, i))
	}
	return strings.Join(list, ",")
}

func TestItem(t *testing.T) {
	collected := when("2026-01-05T00:00:00Z")
	partner := kulkul.Source{ID: "partner", Language: "en", Handling: kulkul.Members}
	results, _, _ := Decode([]byte(whole), Limits{})
	it := results[0].Item.Item(partner, kulkul.Feed{ID: "partner-push"}, collected)
	if it.ID != kulkul.ItemID("partner", "n-1") || it.Feed != "partner-push" || it.Handling != kulkul.EEPs ||
		!it.Embargo.Equal(when("2026-01-04T00:00:00Z")) || it.Text != "Tx" || it.Language != "en-PH" || it.GUID != "n-1" {
		t.Errorf("got %+v", it)
	}
	open := Item{Link: "https://P.example/x?utm_source=y", Title: "A", HTML: "<p>a</p><script>b</script>", Handling: kulkul.Public}
	it = open.Item(partner, kulkul.Feed{}, collected)
	if it.ID != kulkul.ItemID("partner", "https://p.example/x") || it.Handling != kulkul.Members || it.Text != "a" {
		t.Errorf("a partner opened what is closed, or the text is wrong: %+v", it)
	}
}

func TestWritten(t *testing.T) {
	in := Item{ID: "a", Title: "A", Published: when("2026-01-02T03:04:05Z"), Authors: []string{"x"}}
	b, err := json.Marshal([]Item{in})
	if err != nil {
		t.Fatal(err)
	}
	results, list, err := Decode(b, Limits{})
	if err != nil || !list || len(results[0].Faults) > 0 || !reflect.DeepEqual(results[0].Item, in) {
		t.Errorf("%s reads as %+v, %v", b, results, err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{whole, "[" + whole + "," + whole + "]", `[1,"x",null,true,{}]`, `{"authors":[[]]}`, `{"published":"2026-01-02"}`,
		`[[[[`, `{"a":1}{`, "{\"\\ud800\":\"\\u0000\"}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		results, _, err := Decode(body, Limits{MaxItems: 20, MaxBytes: 1 << 16})
		if err != nil {
			if !errors.Is(err, ErrSyntax) && !errors.Is(err, ErrLimit) && !errors.Is(err, ErrShape) {
				t.Errorf("error of no kind: %v", err)
			}
			return
		}
		for _, r := range results {
			for _, fault := range r.Faults {
				if fault.Pointer != "" && fault.Pointer[0] != '/' || fault.Code == "" || fault.Detail == "" {
					t.Errorf("fault %+v", fault)
				}
			}
			if len(r.Faults) > 0 {
				continue
			}
			it := r.Item.Item(kulkul.Source{ID: "s"}, kulkul.Feed{}, time.Unix(0, 0))
			if it.Title == "" || it.ID == "" {
				t.Errorf("item %+v from %q", it, body)
			}
			b, err := json.Marshal(r.Item)
			if err != nil {
				t.Fatal(err)
			}
			again, _, err := Decode(b, Limits{MaxBytes: 1 << 20})
			if err != nil || len(again) != 1 || len(again[0].Faults) > 0 {
				t.Errorf("%s does not read back: %v %+v", b, err, again)
			}
		}
	})
}
