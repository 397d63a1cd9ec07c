package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Say gives the text under a key with its placeholders filled from pairs: name,
// value, name, value. A key that is not there, and a value too many or too few,
// are errors.
func (l *Language) Say(key string, pairs ...any) (string, error) {
	text, ok := l.texts[key]
	if !ok {
		return "", fmt.Errorf("words: no %q in %s", key, l.Code)
	}
	want := places(text)
	given := make([]string, 0, len(pairs))
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprintf("{%v}", pairs[i])
		want = without(want, name)
		given = append(given, name, fmt.Sprint(pairs[i+1]))
	}
	if len(want) > 0 || len(pairs)%2 != 0 {
		return "", fmt.Errorf("words: %q in %s: no value for %v", key, l.Code, want)
	}
	return strings.NewReplacer(given...).Replace(text), nil
}

// Count gives the text under a key in the plural form of n, which fills {n}.
func (l *Language) Count(key string, n int, pairs ...any) (string, error) {
	return l.Say(key+"."+l.form(n), append([]any{"n", strconv.Itoa(n)}, pairs...)...)
}

// Has reports whether there is a text under the key.
func (l *Language) Has(key string) bool { return l.texts[key] != "" }

// Day names a day.
func (l *Language) Day(d kulkul.Day) (string, error) { return l.day(d.Start()) }

func (l *Language) day(t time.Time) (string, error) {
	month, err := l.Say("month." + strconv.Itoa(int(t.Month())))
	if err != nil {
		return "", err
	}
	return l.Say("date", "day", t.Day(), "month", month, "year", t.Year())
}

// Moment names an instant in a time zone, with its distance from UTC.
func (l *Language) Moment(t time.Time, zone *time.Location) (string, error) {
	t = t.In(zone)
	date, err := l.day(t)
	if err != nil {
		return "", err
	}
	offset := strings.NewReplacer("+00:00", "", ":00", "").Replace(t.Format("-07:00"))
	return l.Say("moment", "date", date, "time", t.Format("15:04"), "zone", "UTC"+offset)
}
