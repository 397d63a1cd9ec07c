package console

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
)

// A feed is looked at before it is added, through the guard, and then added
// with a reason.
func TestFeedIsSeenBeforeItIsAdded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			w.Header().Set("Content-Type", "application/rss+xml")
			_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>Harbour &amp; Strait</title><link>https://harbour.example/</link>
<item><title>Ferry &lt;script&gt;alert(9)&lt;/script&gt; resumes</title><guid>1</guid><pubDate>Mon, 02 Nov 2026 08:00:00 GMT</pubDate></item></channel></rss>`)
		case "/page":
			w.Header().Set("Content-Type", "text/html")
			_, _ = io.WriteString(w, `<html><head><link rel="alternate" type="application/rss+xml" title="All" href="/feed"></head></html>`)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	_, body := post(t, kulkul.RoleCoordinator, "/sources/preview", url.Values{"url": {server.URL + "/feed"}})
	if !strings.Contains(body, "Harbour &amp; Strait") || !strings.Contains(body, "1 entry") || strings.Contains(body, "<script>alert(9)") {
		t.Fatalf("the look at a feed:\n%s", body)
	}
	if !strings.Contains(body, `name="id" value="harbour-strait"`) {
		t.Error("the form proposes no id")
	}
	for address, want := range map[string]string{
		server.URL + "/page": server.URL + "/feed", server.URL + "/none": "It answers 404", "http://10.0.0.1/feed": "may not be asked",
		"http://[::ffff:169.254.169.254]/": "may not be asked", "file:///etc/passwd": "may not be asked", "": "may not be asked",
	} {
		if _, body := post(t, kulkul.RoleAnalyst, "/sources/preview", url.Values{"url": {address}}); !strings.Contains(body, want) {
			t.Errorf("a look at %q does not say %q", address, want)
		}
	}
	was := running(config.SourcesFile)
	form := url.Values{"id": {"harbour-strait"}, "name": {"Harbour & Strait"}, "country": {"SG"}, "track": {"media"}, "reliability": {"D"},
		"url": {server.URL + "/feed"}, "schedule": {"@every 30m"}, "why": {"Asked for by the desk."}}
	answer, body := post(t, kulkul.RoleCoordinator, "/sources/add", form)
	if answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("add: %s\n%s", answer.Status, body)
	}
	eventually(t, "the source runs", func() bool {
		src, ok := here.settings.Current().Source("harbour-strait")
		return ok && src.Feeds[0].URL == server.URL+"/feed"
	})
	form.Set("id", "second-harbour")
	form.Set("schedule", "now and then")
	if answer, body := post(t, kulkul.RoleCoordinator, "/sources/add", form); answer.StatusCode != http.StatusOK || !strings.Contains(body, "It cannot be taken so") {
		t.Errorf("a schedule that is none: %s", answer.Status)
	}
	saveConfig(t, config.SourcesFile, was)
}

// A list goes out as OPML and comes in again, with nothing changed; another
// reader's list brings what is new.
func TestOPML(t *testing.T) {
	was := running(config.SourcesFile)
	status, list := get(t, kulkul.RoleCoordinator, "/sources.opml")
	if status != http.StatusOK || !strings.Contains(list, "Northern Sea Notes") {
		t.Fatalf("export: %d", status)
	}
	send := func(opml string, fields ...string) string {
		t.Helper()
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		file, err := form.CreateFormFile("list", "list.opml")
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(file, opml)
		for i := 0; i+1 < len(fields); i += 2 {
			_ = form.WriteField(fields[i], fields[i+1])
		}
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		answer, err := here.jars[kulkul.RoleCoordinator].Post(here.base+"/sources/import", form.FormDataContentType(), &b)
		if err != nil {
			t.Fatal(err)
		}
		return text(t, answer)
	}
	same := fmt.Sprintf("0 added, 0 changed, %d as they were", len(here.settings.Current().Sources))
	if body := send(list, "why", "again"); !strings.Contains(body, same) {
		t.Errorf("our own list again: %s", body)
	}
	foreign := `<opml version="2.0"><body><outline text="Bay Letters" type="rss" xmlUrl="https://bay-letters.example/rss"/></body></opml>`
	if body := send(foreign, "why", ""); !strings.Contains(body, "a reason is needed") {
		t.Error("a list without a reason is taken in")
	}
	if body := send(foreign, "why", "from another reader"); !strings.Contains(body, "1 added") || !strings.Contains(body, "Taken in as a new version") {
		t.Errorf("another reader's list: %s", body)
	}
	eventually(t, "its source runs", func() bool {
		_, ok := here.settings.Current().Source("bay-letters")
		return ok
	})
	saveConfig(t, config.SourcesFile, was)
}

// A push key is shown once, changed over with an overlap, and revoked.
func TestPushKeys(t *testing.T) {
	record := func(id string) keys.Key {
		t.Helper()
		bucket, err := here.bus.Bucket(t.Context(), bus.BucketKeys)
		if err != nil {
			t.Fatal(err)
		}
		e, err := bucket.Get(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		var k keys.Key
		if err := json.Unmarshal(e.Value, &k); err != nil {
			t.Fatal(err)
		}
		return k
	}
	shown := regexp.MustCompile(`kk_[a-z0-9]+_[a-z0-9]+`)
	_, body := post(t, kulkul.RoleAdmin, "/keys", url.Values{"name": {"Tasman desk"}, "source": {"tasman-dialogue"}, "days": {"90"}, "quarantine": {"1"}})
	first := shown.FindString(body)
	id, secret, ok := keys.Parse(first)
	if !ok || record(id).Verify(secret) != nil || !record(id).Quarantine || record(id).By != "the-admin" {
		t.Fatalf("no key was made: %q", first)
	}
	if _, again := get(t, kulkul.RoleAdmin, "/keys"); strings.Contains(again, first) || !strings.Contains(again, "Tasman desk") {
		t.Error("the key is shown twice, or not listed")
	}
	_, body = post(t, kulkul.RoleAdmin, "/keys/"+id+"/rotate", nil)
	next, _, ok := keys.Parse(shown.FindString(body))
	if !ok || next == id || record(next).Sources[0] != "tasman-dialogue" || !record(next).Quarantine {
		t.Fatal("no key was made to follow")
	}
	if old := record(id); old.Valid(time.Now()) != nil || old.Valid(time.Now().Add(8*24*time.Hour)) == nil {
		t.Errorf("the old key ends at %s", old.Expires)
	}
	if answer, _ := post(t, kulkul.RoleAdmin, "/keys/"+next+"/revoke", nil); answer.StatusCode != http.StatusSeeOther || record(next).Valid(time.Now()) == nil {
		t.Errorf("revoke: %s", answer.Status)
	}
	for _, bad := range []url.Values{{"name": {"x"}}, {"name": {"x"}, "source": {"nobody"}}, {"source": {"tasman-dialogue"}}} {
		if answer, _ := post(t, kulkul.RoleAdmin, "/keys", bad); answer.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %s", bad, answer.Status)
		}
	}
}
