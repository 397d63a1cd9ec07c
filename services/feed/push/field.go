package push

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/kulkul-ews/kulkul/services/feed"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Longest values, in bytes.
const (
	maxID      = 1 << 10
	maxLink    = 4 << 10
	maxTitle   = 4 << 10
	maxSummary = 64 << 10
	maxText    = 4 * kulkul.MaxText // cut to kulkul.MaxText, as a feed's is
	maxName    = 512
	maxNames   = 64
)

// reader takes one item's members apart and collects what is wrong.
type reader struct {
	pointer string
	faults  []Fault
}

func decodeItem(o object, pointer string, index int) Result {
	r := &reader{pointer: pointer}
	var it Item
	seen := make(map[string]bool, len(o))
	for _, m := range o {
		if seen[m.name] {
			r.fault(m.name, CodeDuplicate, "given twice")
			continue
		}
		seen[m.name] = true
		r.member(&it, m)
	}
	r.whole(it)
	return Result{Index: index, Item: it, Faults: r.faults}
}

func (r *reader) member(it *Item, m member) {
	switch m.name {
	case "id":
		it.ID = strings.TrimSpace(r.text(m, maxID))
	case "link":
		it.Link = r.link(m)
	case "title":
		it.Title = strings.Join(strings.Fields(r.text(m, maxTitle)), " ")
	case "summary":
		it.Summary = r.text(m, maxSummary)
	case "text":
		it.Text = r.text(m, maxText)
	case "html":
		it.HTML = r.text(m, maxText)
	case "language":
		it.Language = r.language(m)
	case "authors":
		it.Authors = r.names(m)
	case "categories":
		it.Categories = r.names(m)
	case "published":
		it.Published, it.Day = r.time(m, true)
	case "updated":
		it.Updated, _ = r.time(m, true)
	case "embargo":
		it.Embargo, _ = r.time(m, false)
	case "handling":
		it.Handling = r.handling(m)
	default:
		r.fault(m.name, CodeUnknown, "items have no such member")
	}
}

// whole checks what concerns several members together. Members that are
// already faulted are not faulted again.
func (r *reader) whole(it Item) {
	if it.Title == "" && !r.faulted("title") {
		r.fault("title", CodeRequired, "an item needs a title")
	}
	if it.ID == "" && it.Link == "" && !r.faulted("id") && !r.faulted("link") {
		r.fault("id", CodeRequired, "an item needs an id or a link")
	}
	if it.Text != "" && it.HTML != "" {
		r.fault("html", CodeValue, "give text or html, not both")
	}
}

func (r *reader) fault(name, code, detail string) {
	r.faults = append(r.faults, Fault{r.pointer + "/" + escape(name), code, detail})
}

func (r *reader) faulted(name string) bool {
	for _, f := range r.faults {
		if f.Pointer == r.pointer+"/"+escape(name) {
			return true
		}
	}
	return false
}

// escape writes a member's name as a JSON pointer token (RFC 6901, section 3).
func escape(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// text reads a string; null stands for an absent one. Control characters other
// than tab and line feed are dropped.
func (r *reader) text(m member, limit int) string {
	s, ok := m.value.(string)
	if !ok {
		if m.value != nil {
			r.fault(m.name, CodeType, "a string, not "+typeName(m.value))
		}
		return ""
	}
	if len(s) > limit {
		r.fault(m.name, CodeLength, fmt.Sprintf("%d bytes, at most %d", len(s), limit))
		return ""
	}
	return visible(s)
}

func visible(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) && c != '\n' && c != '\t' {
			return -1
		}
		return c
	}, s)
}

func (r *reader) link(m member) string {
	s := strings.TrimSpace(r.text(m, maxLink))
	if s == "" {
		return ""
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		r.fault(m.name, CodeValue, "not an absolute http or https address")
	case u.User != nil:
		r.fault(m.name, CodeValue, "an address with a user in it is not kept")
	default:
		return s
	}
	return ""
}

func (r *reader) language(m member) string {
	s := r.text(m, maxName)
	tag := feed.Language(s)
	if s != "" && tag == "" {
		r.fault(m.name, CodeValue, "not a BCP 47 language tag")
	}
	return tag
}

func (r *reader) names(m member) []string {
	list, ok := m.value.([]any)
	if !ok {
		if m.value != nil {
			r.fault(m.name, CodeType, "a list of strings, not "+typeName(m.value))
		}
		return nil
	}
	if len(list) > maxNames {
		r.fault(m.name, CodeLength, fmt.Sprintf("%d names, at most %d", len(list), maxNames))
		return nil
	}
	var names []string
	for i, v := range list {
		one := &reader{pointer: r.pointer + "/" + escape(m.name)}
		s := strings.TrimSpace(one.text(member{strconv.Itoa(i), v}, maxName))
		r.faults = append(r.faults, one.faults...)
		if s != "" {
			names = append(names, s)
		}
	}
	return names
}

// time reads RFC 3339, or a date alone where one is allowed.
func (r *reader) time(m member, day bool) (time.Time, bool) {
	s := strings.TrimSpace(r.text(m, maxName))
	if s == "" {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && plausible(t) {
		return t.UTC().Truncate(time.Second), false
	}
	if t, err := time.Parse(time.DateOnly, s); err == nil && day && plausible(t) {
		return t, true
	}
	want := "RFC 3339, as 2026-01-31T08:00:00Z"
	if day {
		want += ", or a date, as 2026-01-31"
	}
	r.fault(m.name, CodeValue, "not a time: want "+want)
	return time.Time{}, false
}

// plausible bounds times to what the store can keep and a publisher can mean.
func plausible(t time.Time) bool { return t.Year() >= 1900 && t.Year() <= 2200 }

func (r *reader) handling(m member) kulkul.Handling {
	h := kulkul.Handling(r.text(m, maxName))
	if !h.Valid() {
		r.fault(m.name, CodeValue, "want public, members, eeps or unit")
		return kulkul.Unit
	}
	return h
}
