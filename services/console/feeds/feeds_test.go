package feeds

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func site() Site { return Site{URL: "https://kulkul.example", Name: "Kulkul"} }

func at(hour int) time.Time { return time.Date(2026, 1, 12, hour, 0, 0, 0, time.UTC) }

func alert(state kulkul.State) Alert {
	return Alert{Alert: kulkul.Alert{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}, Episode: 2, State: state,
		Level: kulkul.High, Since: at(3), UpdatedAt: at(9), Reasons: []kulkul.Reason{{Indicator: "rise", Observed: 9, Window: 1, Owners: []string{"a", "b"}}}},
		Flashpoint: "Sabah <&>", Area: "Maritime security", Text: "9 stories & more", At: &Point{5, 117.2}}
}

func item() Item {
	return Item{Tagged: kulkul.Tagged{Item: kulkul.Item{ID: "i1", Title: `=HYPERLINK("x") <b> "q"`, Summary: "a\nb,c", Link: "https://x.example/1", Collected: at(8), Language: "ms"},
		Flashpoints: []kulkul.Tag{{ID: "sabah"}}, Areas: []kulkul.Tag{{ID: "terrorism"}}, Country: "MY"}, SourceName: "Borneo Wire", Points: []Point{{5, 117.2}}}
}

func TestAlertsAtom(t *testing.T) {
	raw, err := AlertsAtom(site(), []Alert{alert(kulkul.Firing)}, at(20))
	if err != nil {
		t.Fatal(err)
	}
	var f atomFeed
	if err := xml.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if f.Updated != "2026-01-12T09:00:00Z" || len(f.Entries) != 1 || f.Entries[0].Title != "high: Sabah <&>, Maritime security" ||
		!strings.HasPrefix(f.Entries[0].ID, "urn:kulkul:alert:") || !strings.HasPrefix(f.Entries[0].Links[0].Href, "https://kulkul.example/alerts/") {
		t.Errorf("%+v", f)
	}
	if raw, err = AlertsAtom(site(), nil, at(20)); err != nil || !strings.Contains(string(raw), "2026-01-12T20:00:00Z") {
		t.Errorf("an empty feed: %s, %v", raw, err)
	}
}

func TestItemsAtom(t *testing.T) {
	raw, err := ItemsAtom(site(), "boats", "/items.atom?q=boat", []Item{item()}, at(20))
	if err != nil {
		t.Fatal(err)
	}
	var f atomFeed
	if err := xml.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if len(f.Entries) != 1 || f.Entries[0].Author.Name != "Borneo Wire" || len(f.Entries[0].Categories) != 2 || f.Title != "Kulkul: boats" {
		t.Errorf("%+v", f)
	}
}

// The elements stand in the order of the CAP 1.2 schema, whose sequence is
// fixed, and hold what its enumerations allow.
func TestCAP(t *testing.T) {
	order := []string{"identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "note", "references", "incidents", "info",
		"language", "category", "event", "responseType", "urgency", "severity", "certainty", "effective", "onset", "expires", "senderName", "headline",
		"description", "instruction", "web", "parameter", "area"}
	for state, kind := range map[kulkul.State]string{kulkul.Firing: "Update", kulkul.Resolved: "Cancel"} {
		raw, err := CAP(site(), alert(state))
		if err != nil {
			t.Fatal(err)
		}
		text, last := string(raw), 0
		for _, name := range order {
			i := strings.Index(text, "<"+name+">")
			if i < 0 && name == "note" && state == kulkul.Firing {
				continue
			}
			if i < last {
				t.Errorf("%s: %s is missing or out of order", state, name)
			}
			last = max(i, last)
		}
		for _, want := range []string{"<msgType>" + kind + "<", "<sent>2026-01-12T09:00:00-00:00<", "<severity>Moderate<", "<circle>5,117.2 0<", "Sabah &lt;&amp;&gt;", "<sender>kulkul@kulkul.example<"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in %s", state, want, text)
			}
		}
	}
	fresh := alert(kulkul.Pending)
	fresh.UpdatedAt, fresh.At = fresh.Since, nil
	raw, err := CAP(site(), fresh)
	if err != nil || !strings.Contains(string(raw), "<msgType>Alert<") || strings.Contains(string(raw), "<references>") || strings.Contains(string(raw), "<circle>") {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestItemsFeed(t *testing.T) {
	raw, err := ItemsFeed(site(), "all", "/items.json", "/items.json?cursor=x", []Item{item()})
	if err != nil {
		t.Fatal(err)
	}
	var f jsonFeed
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if f.Version != "https://jsonfeed.org/version/1.1" || f.Next == "" || f.Items[0].Published != "2026-01-12T08:00:00Z" || f.Items[0].Kulkul.Page != "https://kulkul.example/items/i1" {
		t.Errorf("%s", raw)
	}
	if strings.Contains(string(raw), "<b>") {
		t.Error("mark-up stands unescaped in JSON")
	}
}

func TestItemsGeoJSON(t *testing.T) {
	none, two := item(), item()
	none.Points, two.Points = nil, []Point{{1, 2}, {3, 4}}
	raw, err := ItemsGeoJSON(site(), []Item{item(), none, two})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`{"type":"Point","coordinates":[117.2,5]}`, `"geometry":null`, `{"type":"MultiPoint","coordinates":[[2,1],[4,3]]}`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
}

func TestItemsCSV(t *testing.T) {
	raw, err := ItemsCSV(site(), []Item{item()})
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	if rows[1][7] != `'=HYPERLINK("x") <b> "q"` || rows[1][8] != "a\nb,c" || rows[1][10] != "sabah" {
		t.Errorf("%q", rows[1])
	}
	for cell, want := range map[string]string{"": "", "a": "a", "-1": "'-1", "@x": "'@x", "\tx": "'\tx"} {
		if got := harmless(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}
