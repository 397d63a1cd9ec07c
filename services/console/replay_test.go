package console

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/console/web/view"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// An alert's page shows what was known at any moment, and nothing that came
// later.
func TestAlertAsItWasKnown(t *testing.T) {
	alert := here.alerts[0] // high; fired as elevated, worsened five hours on
	path := "/alerts/" + alert.ID()
	read := func(at time.Time) view.AlertPage {
		t.Helper()
		status, body := get(t, kulkul.RoleAnalyst, "/api/v1"+path+"?at="+url.QueryEscape(at.Format(time.RFC3339Nano)))
		var p view.AlertPage
		if err := json.Unmarshal([]byte(body), &p); err != nil || status != http.StatusOK {
			t.Fatalf("at %s: %d, %v", at, status, err)
		}
		return p
	}
	early := read(alert.FiredAt)
	if early.Alert.Level != kulkul.Elevated || len(early.Events) != 2 || len(early.Reviews) != 0 || len(early.Related) != 0 {
		t.Errorf("when it fired: level %s, %d events, %d reviews", early.Alert.Level, len(early.Events), len(early.Reviews))
	}
	late := read(alert.FiredAt.Add(5 * time.Hour))
	if late.Alert.Level != kulkul.High || len(late.Events) != 3 {
		t.Errorf("after it worsened: level %s, %d events", late.Alert.Level, len(late.Events))
	}
	sum := func(p view.AlertPage) (n int) {
		for _, day := range p.Series.Stories {
			n += day
		}
		return n
	}
	if now := read(time.Now()); sum(early) >= sum(now) || early.Count >= now.Count {
		t.Errorf("stories %d then, %d now; items %d then, %d now: want fewer then", sum(early), sum(now), early.Count, now.Count)
	}
	_, page := get(t, kulkul.RoleAnalyst, path+"?at="+alert.FiredAt.Format("2006-01-02T15:04:05"))
	if !strings.Contains(page, "As it was known at") || strings.Contains(page, `action="`+path+`/ack"`) {
		t.Error("the page does not say which moment it shows, or takes decisions about the past")
	}
	if status, _ := get(t, kulkul.RoleAnalyst, path+"?at=2001-01-01T00:00:00Z"); status != http.StatusNotFound {
		t.Errorf("before it was: %d", status)
	}
	// Who was told and who answered.
	_, page = get(t, kulkul.RoleAnalyst, path)
	for _, want := range []string{"answered concur", "no answer", "It clears when", " on end", "<b>1</b> concur · <b>0</b> doubt", "NZ: 1/0", "1 remark of a party, not counted",
		"bounced", "5.1.1 550 nobody of that name"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
