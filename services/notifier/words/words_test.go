package words_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/notifier/words"
)

func TestEveryLanguageHasEveryText(t *testing.T) {
	if _, err := words.Load(); err != nil {
		t.Fatal(err)
	}
}

func TestCountsTakeTheLanguagesForm(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		language string
		n        int
		want     string
	}{{"en", 1, "1 day"}, {"en", 3, "3 days"}, {"id", 1, "1 hari"}, {"zh", 3, "3天"}, {"xx", 3, "3 days"}} {
		got, err := book.In(c.language).Count("days", c.n)
		if err != nil || got != c.want {
			t.Errorf("%s, %d: %q, want %q (%v)", c.language, c.n, got, c.want, err)
		}
	}
}

func TestAMomentIsInTheReadersTimeZone(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 2, 22, 5, 0, 0, time.UTC)
	for zone, want := range map[string]string{"": "2 March 2026, 22:05 UTC", "Asia/Singapore": "3 March 2026, 06:05 UTC+08",
		"Asia/Kolkata": "3 March 2026, 03:35 UTC+05:30", "America/New_York": "2 March 2026, 17:05 UTC-05"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := book.In("en").Moment(at, location); err != nil || got != want {
			t.Errorf("%q: %q, want %q (%v)", zone, got, want, err)
		}
	}
	for _, code := range kulkul.Languages() {
		if got, err := book.In(code).Day(kulkul.DayOf(at)); err != nil || !strings.Contains(got, "2026") {
			t.Errorf("%s: %q (%v)", code, got, err)
		}
	}
}

func TestATextWithoutItsValuesIsRefused(t *testing.T) {
	book, err := words.Load()
	if err != nil {
		t.Fatal(err)
	}
	en := book.In("en")
	for name, call := range map[string]func() (string, error){
		"no such key":   func() (string, error) { return en.Say("nothing") },
		"missing value": func() (string, error) { return en.Say("headline.worse", "name", "x") },
		"half a pair":   func() (string, error) { return en.Say("headline.first", "name") },
	} {
		if got, err := call(); err == nil {
			t.Errorf("%s: said %q", name, got)
		}
	}
}
