package console

import (
	"io"
	"net/http"
	"regexp"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// get reads a page as a role.
func get(t *testing.T, role kulkul.Role, path string) (int, string) {
	t.Helper()
	answer, err := here.jars[role].Get(here.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// paths are the pages, with things of the world in them.
func (p *place) paths() []string {
	return []string{"/", "/alerts", "/alerts?show=all&explained=1", "/alerts/" + p.alerts[0].ID(), "/alerts/" + p.alerts[2].ID(), "/alerts/" + p.alerts[0].ID() + "?at=" + p.alerts[0].FiredAt.Format("2006-01-02T15:04:05"), "/items",
		"/items?q=coast+guard", "/items/" + p.items[len(p.items)-1].Item.ID, "/items/" + p.hostile.Item.ID, "/flashpoints/south-china-sea",
		"/flashpoints/timor-leste?days=180", "/flashpoints/south-china-sea/attribution", "/bulletins", "/bulletins/" + pastWeek().ID, "/bulletins/" + pastWeek().ID + "?print=1", "/bulletins/" + issued().ID, "/bulletins/" + issued().NextID(), "/sources", "/sources/add", "/keys", "/sources/reef-radio", "/rejections", "/tuning", "/tuning/edit?file=indicators.yaml", "/tuning/versions/1", "/system", "/account", "/accounts", "/outbox", "/outbox/" + p.mailID}
}

func TestEveryPageIsDrawn(t *testing.T) {
	for _, path := range here.paths() {
		status, body := get(t, kulkul.RoleAdmin, path)
		if status != http.StatusOK {
			t.Errorf("%s: %d\n%s", path, status, body)
		}
	}
}

// TestTheInboxSaysWhatChanceMayRaise: the budget of the rules in force, and what
// fired against it.
func TestTheInboxSaysWhatChanceMayRaise(t *testing.T) {
	_, page := get(t, kulkul.RoleViewer, "/alerts")
	said := regexp.MustCompile(`at most ([0-9.]+) alerts in (\d+) days, over all (\d+) series together\.\s+In the last \d+ days <b>(\d+)</b> fired`).FindStringSubmatch(page)
	if said == nil || said[1] != "0.85" || said[2] != "14" || said[3] != "188" || said[4] == "0" {
		t.Errorf("the inbox says %q", said)
	}
}
