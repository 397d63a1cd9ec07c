package kulkul_test

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestQuietHours(t *testing.T) {
	p := kulkul.Person{TimeZone: "Asia/Singapore", Quiet: "22:00-06:30"}
	at := func(h, m int) time.Time { return time.Date(2026, 3, 2, h, m, 0, 0, time.UTC) } // eight hours behind
	for _, c := range []struct{ now, want time.Time }{
		{at(13, 59), time.Time{}}, {at(14, 0), at(22, 30)}, {at(20, 0), at(22, 30)}, {at(22, 30), time.Time{}}, {at(6, 0), time.Time{}},
	} {
		if got := p.Rests(c.now); !got.Equal(c.want) {
			t.Errorf("at %s: until %s, want %s", c.now, got, c.want)
		}
	}
	if got := (kulkul.Person{Quiet: "12:00-13:00"}).Rests(at(12, 15)); !got.Equal(at(13, 0)) {
		t.Errorf("at noon: until %s", got)
	}
	if got := (kulkul.Person{}).Rests(at(3, 0)); !got.IsZero() {
		t.Errorf("without quiet hours: until %s", got)
	}
}

func TestQuietHoursAreReadStrictly(t *testing.T) {
	for _, bad := range []string{"22-6", "22:00-24:00", "22:00-22:00", "22:00-06:60", "22:00–06:00", " 22:00-06:00", "22:00-06:00x"} {
		if q, err := kulkul.ParseQuiet(bad); err == nil {
			t.Errorf("%q is read as %v", bad, q)
		}
	}
}
