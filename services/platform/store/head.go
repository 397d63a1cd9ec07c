package store

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// The column "head" says in one text where an item stands on pages and what
// groups it with others, so that a candidate for a page is read from one place.
// Texts in falling order are items as pages list them. The head of a row that is
// withdrawn, or of item_tags without tags, is empty, and before all others.
//
//	DDDDDD MMMMMMMMMMMMMM ID \t VERSION \t STORY \t COUNTRY \t OWNER
//
// D are days and M milliseconds since 1900, as many digits as here, and without
// the spaces. In item_tags the taxonomy version stands at the end, as one part more.
const (
	headDays   = 6
	headMillis = 14
	headMark   = "\t"
)

// Head is the little of an item that groups it with others.
type Head struct {
	ID      string
	Entered kulkul.Day
	At      time.Time // published, or collected where unknown
	Story   string    // as given at first sight
	Owner   string
	Country string

	// version is that of the row the head was read from, one of item_tags where
	// tagged; the row may have been replaced.
	version uint64
	tagged  bool
}

func (h Head) place() place { return place{h.Entered, h.At.UnixMilli(), h.ID} }

// headOf is the column's value for an item.
func headOf(t *kulkul.Tagged) string {
	if t.Item.Withdrawn {
		return ""
	}
	return strings.Join([]string{placeOf(&t.Item).head(), strconv.FormatUint(t.Item.Version().Number(), 10), t.Story, t.Country, t.Owner}, headMark)
}

// head is what the heads of items at the place begin with: those of items that
// pages list after it are smaller texts.
func (p place) head() string {
	at := min(max(p.at, firstInstant.UnixMilli()), lastInstant.UnixMilli())
	return fmt.Sprintf("%s%0*d%s", dayHead(p.entered), headMillis, at-firstInstant.UnixMilli(), p.id)
}

// dayHead is what the heads of a day's items begin with.
func dayHead(d kulkul.Day) string {
	return fmt.Sprintf("%0*d", headDays, kulkul.DayOf(date(d))-kulkul.DayOf(firstInstant))
}

// scanHead reads heads that end with what is told under a taxonomy version, or ""
// for those of items.
func scanHead(told string) scanFunc[Head] {
	return func(r driver.Rows, h *Head) error {
		var text string
		if err := r.Scan(&text); err != nil {
			return err
		}
		var err error
		*h, err = parseHead(strings.TrimSuffix(text, told))
		h.tagged = told != ""
		return err
	}
}

// parseHead reads a value of the column.
func parseHead(s string) (Head, error) {
	parts := strings.SplitN(s, headMark, 5)
	if len(parts) != 5 || len(parts[0]) < headDays+headMillis {
		return Head{}, fmt.Errorf("head %q is none", s)
	}
	days, err1 := strconv.Atoi(parts[0][:headDays])
	ms, err2 := strconv.ParseInt(parts[0][headDays:headDays+headMillis], 10, 64)
	version, err3 := strconv.ParseUint(parts[1], 10, 64)
	if err1 != nil || err2 != nil || err3 != nil {
		return Head{}, fmt.Errorf("head %q is none", s)
	}
	return Head{
		ID: parts[0][headDays+headMillis:], Entered: kulkul.DayOf(firstInstant) + kulkul.Day(days),
		At: time.UnixMilli(firstInstant.UnixMilli() + ms).UTC(), Story: parts[2], Country: parts[3], Owner: parts[4], version: version,
	}, nil
}
