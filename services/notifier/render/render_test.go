package render_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/link"
	"github.com/kulkul-ews/kulkul/services/notifier/render"
)

var update = flag.Bool("update", false, "write the golden files")

var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// content is a notification with everything a mail can show.
func content(kind string, level kulkul.Level) render.Content {
	day := kulkul.DayOf(now)
	values := make([]float64, 42)
	for i := range values {
		values[i] = float64((i * 7) % 4)
	}
	values[40], values[41] = 6, 9
	return render.Content{Flashpoint: "sabah", Name: "Sabah", Episode: 3, Kind: kind, Level: level, At: now,
		Names: map[string]string{"maritime-security": "Maritime security"},
		Alerts: []kulkul.Alert{
			{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: kulkul.Any, Group: "volume"}, State: kulkul.Firing, Level: kulkul.Watch, Inhibited: "x"},
			{Key: kulkul.AlertKey{Flashpoint: "sabah", Area: "maritime-security", Group: "volume"}, State: kulkul.Firing, Level: level,
				Reasons: []kulkul.Reason{{Indicator: "many-voices", Day: day, Window: 3, Observed: 9, Expected: 1.5, Bound: 5,
					Owners: []string{"gazette", "harbour"}, Text: "9 stories from 2 independent publishers in 3 days."}}},
		},
		Publishers: map[string]render.Publisher{"gazette": {Name: "Gazette & Post"}, "harbour": {Name: "Harbour Institute", Handling: kulkul.EEPs}},
		Items: []render.Item{{Title: "Vessels <seen> off the cape", Link: "https://gazette.example/1?a=b&c=d", Publisher: "Gazette & Post",
			Language: "en", Owner: "gazette", Published: now.Add(-3 * time.Hour)},
			{Title: "For experts", Link: "https://harbour.example/1", Publisher: "Harbour Institute", Owner: "harbour", Handling: kulkul.EEPs, Language: "en"}},
		Series:   &render.Series{Area: "maritime-security", First: day - 41, Last: day, Window: 3, Values: values, Expected: 1.5, Bound: 5},
		Earlier:  []render.Past{{Episode: 2, Peak: kulkul.High, From: now.AddDate(0, -3, 0), To: now.AddDate(0, -2, 0)}},
		Concerns: []render.Concern{{Kind: "country"}, {Kind: "party", N: 1, Total: 2}, {Kind: "baseline"}, {Kind: "silent", N: 3}},
		Opinions: render.Opinions{Concur: 2, Doubt: 1, Voices: []render.Voice{{Track: kulkul.Track15, Country: "SG", Concur: 2, Doubt: 1}}, Remarks: []render.Remark{
			{By: "Lim", Country: "SG", Text: "Seasonal fishing may explain part of it.", At: now.Add(-time.Hour)},
			{By: "Aziz", Country: "MY", AsParty: true, Text: "Our coast guard has issued a notice.", At: now.Add(-2 * time.Hour)}}},
		Silences: []render.Silence{{By: "Desk", Reason: "A known exercise.", Until: now.Add(-time.Minute),
			Matcher: kulkul.Matcher{Area: "maritime-security", Below: kulkul.Elevated}}}}
}

func warning() render.Content {
	c := content("silence-1", kulkul.NoLevel)
	return render.Content{Flashpoint: c.Flashpoint, Name: c.Name, Kind: c.Kind, At: c.At,
		Silences: []render.Silence{{By: "Desk", Reason: "A known exercise.", Until: now.Add(time.Hour)}}}
}

// reader answers from the mail.
func reader(language string) render.Reader {
	links := map[link.Action]string{}
	for _, a := range []link.Action{link.Acknowledge, link.Concur, link.Doubt, link.Note, link.Unsubscribe} {
		links[a] = "https://console.example/answers/d/" + string(a) + "/s"
	}
	return render.Reader{Language: language, Clearance: kulkul.EEPs, Why: "subscription", Level: kulkul.Watch, Console: "https://console.example/",
		Links: links, Until: now.AddDate(0, 0, 14)}
}

func digest(kind string, d render.Digest) render.Content {
	d.From, d.To = now.AddDate(0, 0, -1), now
	return render.Content{Flashpoint: kulkul.Any, Name: "The region", Kind: kind, At: now, Digest: &d}
}

func news() render.Digest {
	change := func(name string, from, to kulkul.Level) []render.Change {
		return []render.Change{{Flashpoint: "x", Name: name, Episode: 2, From: from, To: to}}
	}
	return render.Digest{Rose: change("Sabah", kulkul.NoLevel, kulkul.High), Fell: change("Kashmir", kulkul.High, kulkul.Watch),
		Open: change("Papua", kulkul.Watch, kulkul.Watch), Ended: change("Rakhine", kulkul.Elevated, kulkul.NoLevel),
		Answered: []render.Answered{{Name: "Sabah", By: "Lim"}, {Name: "Kashmir", Concur: 2, Doubt: 1}},
		Silent:   []render.Silent{{Name: "Gazette & Post", State: "silent", Since: now.Add(-5 * time.Hour)}}}
}

func flood() render.Digest {
	return render.Digest{Held: []render.Held{{Name: "Sabah", Episode: 1, Kind: "first", Level: kulkul.Watch},
		{Name: "Kashmir", Episode: 4, Kind: "worse-high", Level: kulkul.High}}}
}

func bulletin() render.Content {
	to := kulkul.DayOf(now)
	return render.Content{Flashpoint: kulkul.Any, Name: "The region", Kind: "bulletin-1", At: now,
		Names: map[string]string{"sabah": "Sabah", "papua": "Papua", "kashmir": "Kashmir"}, Bulletin: &kulkul.Bulletin{ID: to.String(), From: to - 6, To: to,
			Title: "The week to 2 March 2026", Lead: "A first <paragraph>.\n\nA second one.", Handling: kulkul.Members, Entries: []kulkul.BulletinEntry{
				{Flashpoint: "sabah", Section: kulkul.Deteriorated, Before: kulkul.Watch, After: kulkul.High, Risk: true, Text: "The level went from watch to high."},
				{Flashpoint: "papua", Section: kulkul.Unchanged, Before: kulkul.Watch, After: kulkul.Watch, Opportunity: true, Text: "The level stayed at watch."},
				{Flashpoint: "kashmir", Section: kulkul.Improved, Before: kulkul.High, Text: "Reporting fell back to what is usual."},
				{Flashpoint: "rakhine", Section: kulkul.LeftOut, Text: "Left out."}}}}
}

func correction() render.Content {
	c := bulletin()
	b := c.Bulletin.Corrected("The week's figure for Sabah was counted twice.", "coordinator", now)
	b.Lead, c.Bulletin = "A paragraph put right.", &b
	return c
}

func TestMailsAreAsAgreedInEveryLanguage(t *testing.T) {
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	urgent := content("escalation-1", kulkul.Critical)
	urgent.Urgent = true
	resume := content("resume-1", kulkul.Elevated)
	resume.Silences = []render.Silence{{By: "Desk", Reason: "A known exercise.", Until: now.Add(9 * time.Hour),
		Ended: &render.Ended{By: "Lim", Reason: "The exercise is over.", At: now.Add(-time.Minute)}}}
	closed := content("resolved", kulkul.High)
	closed.Closed = "Desk"
	mails := map[string]render.Content{
		"first": content("first", kulkul.Elevated), "worse": content("worse-high", kulkul.High),
		"repeat": content("repeat-1", kulkul.High), "resume": resume,
		"escalation": content("escalation-2", kulkul.High), "urgent": urgent,
		"resolved": content("resolved", kulkul.High), "closed": closed, "silence": warning(),
		"daily": digest("daily-2026-03-02", news()), "weekly": digest("weekly-2026-03-02", render.Digest{}), "flood": digest("flood-1", flood()),
		"bulletin": bulletin(), "correction": correction(),
	}
	for _, language := range kulkul.Languages() {
		for name, c := range mails {
			to := reader(language)
			to.Replies = name == "worse" || name == "repeat"
			switch name {
			case "worse":
				to.Recused, to.Of = true, "Tan"
				to.Links = map[link.Action]string{link.Note: to.Links[link.Note]}
			case "escalation", "urgent":
				to.Why = "escalation"
				delete(to.Links, link.Unsubscribe)
			case "daily", "weekly", "flood":
				if to.Why = "digest"; name == "flood" {
					to.Why = "subscription"
				}
				to.Links = map[link.Action]string{link.Unsubscribe: to.Links[link.Unsubscribe]}
			case "bulletin", "correction":
				if to.Why = "bulletin"; name == "correction" {
					to.Why = "correction"
				}
				to.Links = map[link.Action]string{link.Unsubscribe: to.Links[link.Unsubscribe]}
			case "resolved", "closed":
				c.Alerts[1].State = kulkul.Resolved
				delete(to.Links, link.Acknowledge)
			case "silence":
				to.Why, to.Of, to.Links = "stand-in", "desk", nil
			}
			m, err := r.Mail(c, to)
			if err != nil {
				t.Fatalf("%s in %s: %v", name, language, err)
			}
			golden(t, filepath.Join(language, name+".txt"), "Subject: "+m.Subject+"\n\n"+m.Text)
			golden(t, filepath.Join(language, name+".html"), m.HTML)
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs from its golden file; look at both, then run with -update:\n%s", name, got)
	}
}

func TestAMailLoadsNothingAndRunsNothing(t *testing.T) {
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	c := content("first", kulkul.Watch)
	c.Items[0].Link, c.Opinions.Remarks[0].Text = "javascript:alert(1)", "<script>alert(1)</script><img src=http://x.example>"
	m, err := r.Mail(c, reader("en"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script", "javascript:", `src="http`, "<img src=http", "url("} {
		if strings.Contains(m.HTML, bad) {
			t.Errorf("the mail holds %q", bad)
		}
	}
	if !strings.Contains(m.HTML, `src="cid:series"`) {
		t.Error("the chart is not embedded")
	}
}

func TestAMailCarriesWhatItsReaderIsClearedFor(t *testing.T) {
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	for clearance, sees := range map[kulkul.Handling]bool{kulkul.EEPs: true, kulkul.Members: false, "": false} {
		to := reader("en")
		to.Clearance = clearance
		m, err := r.Mail(content("first", kulkul.High), to)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{m.Text, m.HTML} {
			if strings.Contains(part, "For experts") != sees || strings.Contains(part, "Harbour Institute") != sees || !strings.Contains(part, "2 independent publishers") {
				t.Errorf("cleared for %q: %s", clearance, part)
			}
		}
	}
}

func TestAThresholdBelowEveryCountIsNotNamed(t *testing.T) {
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	c := content("first", kulkul.High)
	c.Alerts[1].Reasons[0].Bound, c.Series.Bound = -1, -1
	m, err := r.Mail(c, reader("en"))
	if err != nil || strings.Contains(m.Text, "-1") || strings.Contains(m.Text, "threshold,") {
		t.Errorf("%v:\n%s", err, m.Text)
	}
}

func TestTheSameContentGivesTheSameBytes(t *testing.T) {
	r, err := render.New()
	if err != nil {
		t.Fatal(err)
	}
	a, _ := r.Mail(content("first", kulkul.Watch), reader("vi"))
	b, err := r.Mail(content("first", kulkul.Watch), reader("vi"))
	if err != nil || a.Text != b.Text || a.HTML != b.HTML {
		t.Errorf("it differs (%v)", err)
	}
}
