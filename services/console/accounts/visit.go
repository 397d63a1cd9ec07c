package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// A visit is over after so long without looking; while it lasts it is written
// down every so often.
const (
	visitGap   = 30 * time.Minute
	visitEvery = 5 * time.Minute
	// firstVisit is how far back somebody looks who was never here.
	firstVisit = 24 * time.Hour
)

// visit is when a user last looked, under visit.<name>, and when the visit
// before this one ended.
type visit struct {
	Seen   time.Time `json:"seen"`
	Before time.Time `json:"before"`
}

// Visit notes that a user looks now and gives when the visit before this one
// ended: what happened since then is new to them.
func (d *Desk) Visit(ctx context.Context, name string) (time.Time, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := d.now().UTC()
	key := "visit." + name
	var v visit
	revision, err := bucket.GetJSON(ctx, key, &v)
	if err != nil {
		return time.Time{}, err
	}
	switch away := now.Sub(v.Seen); {
	case revision == 0:
		v = visit{Seen: now, Before: now.Add(-firstVisit)}
	case away > visitGap:
		v = visit{Seen: now, Before: v.Seen}
	case away > visitEvery:
		v.Seen = now
	default:
		return v.Before, nil
	}
	// Another page of the same user may have written it first: no matter.
	if _, err := bucket.UpdateJSON(ctx, key, v, revision); err != nil && !errors.Is(err, bus.ErrConflict) {
		return time.Time{}, err
	}
	return v.Before, nil
}
