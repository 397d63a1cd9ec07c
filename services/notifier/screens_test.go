package notifier_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/chart"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
)

// screens serves mails to a browser that reaches nothing but it.
type screens struct {
	server *httptest.Server
	mails  map[string]string // HTML by name
	looked chan []look
}

// look is what the browser found of one mail at one width.
type look struct {
	Name   string   `json:"name"`
	Width  int      `json:"width"`
	Dark   bool     `json:"dark"`
	Height int      `json:"height"`
	Faults []string `json:"faults"`
}

// screenHost is the only host that there is.
const screenHost = "mails.test"

func newScreens(t *testing.T, mails map[string]string) *screens {
	t.Helper()
	s := &screens{mails: mails, looked: make(chan []look, 1)}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	return s
}

func (s *screens) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, isMail := strings.CutPrefix(r.URL.Path, "/mail/")
	switch {
	case r.Host != screenHost:
		http.Error(w, "nothing is there", http.StatusBadGateway)
	case isMail && s.mails[name] != "":
		fmt.Fprint(w, s.mails[name])
	case r.URL.Path == "/screens.js":
		http.ServeFile(w, r, "testdata/screens.js")
	case r.URL.Path == "/all":
		var names []string
		for name := range s.mails {
			names = append(names, name)
		}
		slices.Sort(names)
		fmt.Fprintf(w, `<!doctype html><meta charset="utf-8"><body data-mails="%s"><script src="/screens.js"></script>`, strings.Join(names, " "))
	case r.URL.Path == "/pair":
		fmt.Fprintf(w, `<!doctype html><body style="margin:0;display:flex;gap:20px;background:#888"><iframe src="/mail/%[1]s" width="360" height="%[2]s" style="border:0"></iframe><iframe src="/mail/%[1]s" width="720" height="%[2]s" style="border:0"></iframe>`,
			r.URL.Query().Get("mail"), r.URL.Query().Get("height"))
	case r.URL.Path == "/looked":
		var found []look
		if json.NewDecoder(r.Body).Decode(&found) == nil {
			s.looked <- found
		}
	default:
		http.NotFound(w, r)
	}
}

// browse opens a page in Chromium, dark or light, until it ends or ctx does.
func (s *screens) browse(ctx context.Context, t *testing.T, dark bool, page string, more ...string) error {
	t.Helper()
	scheme := "--blink-settings=preferredColorScheme=1"
	if dark {
		scheme = "--blink-settings=preferredColorScheme=0"
	}
	host := strings.TrimPrefix(s.server.URL, "http://")
	args := append([]string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--no-first-run",
		"--user-data-dir=" + t.TempDir(), "--proxy-server=" + host, "--proxy-bypass-list=<-loopback>", scheme}, more...)
	cmd := exec.CommandContext(ctx, "chromium", append(args, "http://"+screenHost+page)...)
	// Its children outlive it and write in the folder: all of them end with it.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	if cmd.Process != nil {
		// Until none is left; ended ones that nobody waits for may stay for ever.
		for tries := 0; tries < 200 && syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) == nil; tries++ {
			time.Sleep(10 * time.Millisecond)
		}
	}
	return err
}

// see looks at all mails in one colour scheme.
func (s *screens) see(t *testing.T, dark bool) []look {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.browse(ctx, t, dark, "/all") }()
	select {
	case found := <-s.looked:
		cancel()
		<-ended // it was stopped
		return found
	case err := <-ended:
		t.Fatalf("chromium ended before it had looked: %v", err)
	}
	return nil
}

// drawn is a mail as a program shows it: the chart is where its address stands.
func drawn(t *testing.T, html string) string {
	t.Helper()
	values := make([]float64, 42)
	for i := range values {
		values[i] = float64((i * 7) % 4)
	}
	picture, err := chart.PNG(chart.Series{Values: values, Expected: 1.5, Bound: 3})
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(html, "cid:series", "data:image/png;base64,"+base64.StdEncoding.EncodeToString(picture))
}

// longMail is one with long words everywhere.
func longMail(t *testing.T, language string) string {
	t.Helper()
	long := strings.Repeat("Unbroken", 30)
	day := kulkul.DayOf(now)
	links := map[link.Action]string{}
	for _, a := range []link.Action{link.Acknowledge, link.Concur, link.Doubt, link.Note, link.Unsubscribe} {
		links[a] = "https://console.example/answers/d/" + string(a) + "/s"
	}
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	m, err := r.Mail(render.Content{Flashpoint: "malacca-singapore-straits", Name: long, Episode: 12, Kind: "worse-critical", Level: kulkul.Critical, At: now,
		Alerts: []kulkul.Alert{{Key: kulkul.AlertKey{Flashpoint: "malacca-singapore-straits", Area: long}, State: kulkul.Firing, Level: kulkul.Critical,
			Reasons: []kulkul.Reason{{Indicator: long, Day: day, Window: 3, Observed: 9, Expected: 1.5, Bound: 5, Owners: []string{"o"}}}}},
		Publishers: map[string]render.Publisher{"o": {Name: long}}, Items: []render.Item{{Title: long, Link: "https://o.example/" + long, Publisher: long, Language: "en"}},
		Opinions: render.Opinions{Concur: 1, Remarks: []render.Remark{{By: long, Country: "SG", Text: long, At: now}}},
		Silences: []render.Silence{{By: long, Reason: long, Until: now}}},
		render.Reader{Language: language, Clearance: kulkul.EEPs, Why: "subscription", Level: kulkul.Watch, Recused: true, Console: "https://console.example", Links: links, Until: now})
	if err != nil {
		t.Fatal(err)
	}
	return m.HTML
}

// Every mail of the golden files, and one of long words, fits a phone and a
// desk, light and dark, can be read, and asks nothing of the network.
// KULKUL_SHOTS names a folder for pictures of each.
func TestMailsFitTheScreen(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is missing: apt-get install chromium")
		}
		t.Skip("chromium is missing: apt-get install chromium")
	}
	files, err := filepath.Glob("render/testdata/*/*.html")
	if err != nil || len(files) < 80 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	mails := map[string]string{}
	for _, f := range files {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		mails[path.Base(path.Dir(f))+"-"+strings.TrimSuffix(path.Base(f), ".html")] = drawn(t, string(raw))
	}
	for _, language := range kulkul.Languages() {
		mails[language+"-long"] = longMail(t, language)
	}
	s := newScreens(t, mails)
	for _, dark := range []bool{false, true} {
		found := s.see(t, dark)
		if len(found) != 2*len(mails) {
			t.Errorf("%d screens were looked at, want %d", len(found), 2*len(mails))
		}
		for _, l := range found {
			if l.Dark != dark || l.Height < 100 {
				t.Errorf("%s at %d px was drawn dark: %v, %d px high", l.Name, l.Width, l.Dark, l.Height)
			}
			for _, fault := range l.Faults {
				t.Errorf("%s at %d px, dark %v: %s", l.Name, l.Width, dark, fault)
			}
		}
		s.keep(t, dark, found)
	}
}

// keep draws the pictures, of both widths beside each other.
func (s *screens) keep(t *testing.T, dark bool, found []look) {
	t.Helper()
	dir := os.Getenv("KULKUL_SHOTS")
	for _, l := range found {
		if dir == "" || l.Width != 360 {
			continue
		}
		name := fmt.Sprintf("%s/%s-%s.png", dir, l.Name, map[bool]string{false: "light", true: "dark"}[dark])
		page := fmt.Sprintf("/pair?mail=%s&height=%d", l.Name, l.Height)
		if err := s.browse(t.Context(), t, dark, page, "--screenshot="+name, fmt.Sprintf("--window-size=1100,%d", l.Height)); err != nil {
			t.Errorf("draw %s: %v", name, err)
		}
	}
}

// The screen's own check: a mail that is too wide, faint and loads a picture is
// found to be each.
func TestTheScreenFindsFaults(t *testing.T) {
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is missing: apt-get install chromium")
	}
	bad := `<!doctype html><body style="margin:0"><div style="width:900px;color:#bbb;font-size:9px">faint</div><img src="http://tracker.example/pixel.png">`
	s := newScreens(t, map[string]string{"bad": bad})
	found := s.see(t, true)
	all := fmt.Sprint(found)
	for _, want := range []string{"540 px too wide", "contrast", "is set in 9px", "asks for http://tracker.example/pixel.png"} {
		if !strings.Contains(all, want) {
			t.Errorf("not found: %q in %s", want, all)
		}
	}
}
