package store

import (
	"context"
	"sync"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// extent is over which days of entry the items lie, and how many rows there are,
// those of old versions among them.
type extent struct {
	oldest, newest kulkul.Day
	rows           uint64
}

// extents keeps the extent for a while: what is asked by it does not depend on
// its being up to date. The zero value is empty.
type extents struct {
	mu   sync.Mutex
	last extent
	at   time.Time
}

// extentFresh is how long an extent serves.
const extentFresh = 10 * time.Second

const sqlExtent = "SELECT min(entered), max(entered), count() FROM items"

// itemExtent gives the extent of the items; no rows where there are none now.
func (s *Store) itemExtent(ctx context.Context) (extent, error) {
	s.extents.mu.Lock()
	last, at := s.extents.last, s.extents.at
	s.extents.mu.Unlock()
	if last.rows > 0 && time.Since(at) < extentFresh {
		return last, nil
	}
	got, err := query(ctx, s, "item_extent", sqlExtent, nil, func(r driver.Rows, e *extent) error {
		var from, to time.Time
		err := r.Scan(&from, &to, &e.rows)
		e.oldest, e.newest = kulkul.DayOf(from), kulkul.DayOf(to)
		return err
	})
	if err != nil || len(got) == 0 {
		return extent{}, err
	}
	s.extents.mu.Lock()
	defer s.extents.mu.Unlock()
	s.extents.last, s.extents.at = got[0], time.Now()
	return got[0], nil
}
