package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// A range in the past shows its own days and stories, and leads on.
func TestRangeOfDays(t *testing.T) {
	today := kulkul.DayOf(here.service.deps.Now())
	from, to := today-40, today-20
	status, body := get(t, kulkul.RoleViewer, "/api/v1/flashpoints/myanmar-conflict?from="+from.String()+"&to="+to.String())
	var p view.FlashpointPage
	if err := json.Unmarshal([]byte(body), &p); err != nil || status != http.StatusOK {
		t.Fatalf("%d, %v", status, err)
	}
	if p.From != from || p.To != to || len(p.Total.Stories) != 21 || len(p.Stories) == 0 {
		t.Errorf("from %s to %s: %d days, %d stories", p.From, p.To, len(p.Total.Stories), len(p.Stories))
	}
	for _, s := range p.Stories {
		for _, i := range s.Items {
			if day := i.Item.Day(); day < from || day > to {
				t.Errorf("an item of %s", day)
			}
		}
	}
	_, page := get(t, kulkul.RoleViewer, "/flashpoints/myanmar-conflict?from="+from.String()+"&to="+to.String())
	for _, want := range []string{`rel="prev"`, `rel="next"`, `data-from="` + from.String() + `"`, "What the stories are made of"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if _, page := get(t, kulkul.RoleViewer, "/flashpoints/myanmar-conflict?from=2099-01-01&to=nonsense"); !strings.Contains(page, "6 weeks") {
		t.Error("a range that is none does not give the usual one")
	}
}

// Every chart of the past year says what its days are held against.
func TestChartsShowWhatDaysAreHeldAgainst(t *testing.T) {
	_, body := get(t, kulkul.RoleViewer, "/api/v1/flashpoints/south-china-sea")
	var p view.FlashpointPage
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatal(err)
	}
	last := len(p.Total.Stories) - 1
	if !p.Course.Known() || len(p.Course.Expected) != last+1 || p.Course.Expected[last] <= 0 || p.Course.AlarmFrom[last] < 2 || len(p.Course.Alarms) == 0 {
		t.Errorf("course %+v", p.Course)
	}
	for _, a := range p.Areas {
		if len(a.Course.Expected) != len(a.Series.Stories) || !a.Course.Known() {
			t.Errorf("%s: %d days of %d", a.Name, len(a.Course.Expected), len(a.Series.Stories))
		}
	}
	_, page := get(t, kulkul.RoleViewer, "/flashpoints/south-china-sea")
	for _, class := range []string{`<path class="expected"`, `<path class="bound"`, `<path class="alarm"`, "alarm from so many stories"} {
		if !strings.Contains(page, class) {
			t.Errorf("the page lacks %s", class)
		}
	}
}

// What a spike is made of comes from the engine that counts.
func TestAttribution(t *testing.T) {
	_, body := get(t, kulkul.RoleViewer, "/api/v1/flashpoints/thailand-cambodia-border/attribution?days=14")
	var s view.Spike
	if err := json.Unmarshal([]byte(body), &s); err != nil {
		t.Fatal(err)
	}
	if s.Stories == 0 || s.News == 0 || s.News+s.Late < s.Stories || s.Items < s.Stories || s.Carried < 2 || len(s.Days) == 0 {
		t.Errorf("attribution %+v", s)
	}
}

// A concern is declared on a flashpoint, with the state of who declares it.
func TestDeclaredConcern(t *testing.T) {
	h := listen(t, bus.AllReviews)
	answer, _ := post(t, kulkul.RoleEEP, "/flashpoints/mekong-basin/note", url.Values{"kind": {"concern"}, "text": {"The level at the weir."}})
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("declare: %s", answer.Status)
	}
	r := h.review(t, kulkul.Note)
	if r.Alert.Flashpoint != "mekong-basin" || r.Verdict != kulkul.Note || r.Assessment == nil || r.Assessment.Opinion != view.Concern {
		t.Errorf("review %+v", r)
	}
	if err := here.store.Writer().WriteReviews(t.Context(), []kulkul.Review{r}); err != nil {
		t.Fatal(err)
	}
	if _, page := get(t, kulkul.RoleViewer, "/flashpoints/mekong-basin"); !strings.Contains(page, "The level at the weir.") {
		t.Error("the page does not show the concern")
	}
	for _, bad := range []url.Values{{"kind": {"concern"}}, {"kind": {"verdict"}, "text": {"x"}}} {
		if answer, _ := post(t, kulkul.RoleEEP, "/flashpoints/mekong-basin/note", bad); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %s", bad, answer.Status)
		}
	}
}

// Quiet is judged by who speaks of a place: where its own sources are silent it
// is not calm, whatever the rest of the region hears.
func TestQuietIsJudgedByItsOwnSources(t *testing.T) {
	s, err := here.service.view.Situation(t.Context(), kulkul.User{Role: kulkul.RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range s.Rows {
		deaf := s.Listen.DeafTo(row.Flashpoint) || s.Listen.Deaf() && row.Total.Series == nil
		if row.Level == kulkul.NoLevel && deaf != (row.Quiet == view.Silenced) && !s.System.Degraded() {
			t.Errorf("%s: %.2f of it unheard, shown as %q", row.Name, s.Listen.Unheard[row.Flashpoint], row.Quiet)
		}
	}
}
