package bulletin

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Errors of bulletins.
var (
	// ErrPublished: what is published stays as it is.
	ErrPublished = errors.New("it is published, and stays as it is")
	// ErrDraft: what is not published is not sent.
	ErrDraft = errors.New("it is a draft, and is not sent")
	// ErrExists: there is a draft of that week already.
	ErrExists = errors.New("there is a bulletin of that week already")
	// ErrSame: a correction that says what was said before is none.
	ErrSame = errors.New("it says what the edition before says")
)

// named is what the id of a bulletin looks like.
var named = regexp.MustCompile(`^\d{4}-\d\d-\d\d(-\d{1,3})?$`)

// Desk keeps bulletins, each with the message that asks for it to be mailed: one
// write holds both. Safe for concurrent use.
type Desk struct {
	bus *bus.Bus
	now func() time.Time

	mu     sync.Mutex
	outbox *bus.Outbox
}

// NewDesk makes a desk over the bucket bulletins.
func NewDesk(b *bus.Bus, now func() time.Time) *Desk { return &Desk{bus: b, now: now} }

// Recover publishes what a crash left unpublished; before anything is edited.
func (d *Desk) Recover(ctx context.Context) error {
	o, err := d.open(ctx)
	if err != nil {
		return err
	}
	return o.Recover(ctx, ">", nil)
}

func (d *Desk) open(ctx context.Context) (*bus.Outbox, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.outbox == nil {
		bucket, err := d.bus.Bucket(ctx, bus.BucketBulletins)
		if err != nil {
			return nil, err
		}
		d.outbox = bus.NewOutbox(bucket)
	}
	return d.outbox, nil
}

// List gives all bulletins, the newest week and its last edition first.
func (d *Desk) List(ctx context.Context) ([]kulkul.Bulletin, error) {
	o, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	var all []kulkul.Bulletin
	err = o.Load(ctx, ">", func(key string, state json.RawMessage, _ uint64) error {
		var b kulkul.Bulletin
		if err := json.Unmarshal(state, &b); err != nil {
			return fmt.Errorf("decode bulletin %s: %w", key, err)
		}
		all = append(all, b)
		return nil
	})
	slices.SortFunc(all, func(a, b kulkul.Bulletin) int {
		return cmp.Or(cmp.Compare(b.To, a.To), cmp.Compare(b.Number(), a.Number()))
	})
	return all, err
}

// Get reads one; bus.ErrNotFound where there is none.
func (d *Desk) Get(ctx context.Context, id string) (kulkul.Bulletin, uint64, error) {
	var b kulkul.Bulletin
	if !named.MatchString(id) {
		return b, 0, fmt.Errorf("bulletin %q: %w", id, bus.ErrNotFound)
	}
	o, err := d.open(ctx)
	if err != nil {
		return b, 0, err
	}
	revision, err := o.Get(ctx, id, &b)
	if err == nil && revision == 0 {
		err = fmt.Errorf("bulletin %s: %w", id, bus.ErrNotFound)
	}
	return b, revision, err
}

// Add keeps a draft; ErrExists where its week has one.
func (d *Desk) Add(ctx context.Context, b kulkul.Bulletin, by string) error {
	o, err := d.open(ctx)
	if err != nil {
		return err
	}
	b.EditedBy, b.EditedAt = by, d.now().UTC()
	_, err = o.Put(ctx, b.ID, b, 0)
	if errors.Is(err, bus.ErrConflict) {
		return ErrExists
	}
	return err
}

// Edit changes a draft on top of the revision its editor saw; bus.ErrConflict
// where somebody else was faster.
func (d *Desk) Edit(ctx context.Context, id string, revision uint64, by string, change func(*kulkul.Bulletin)) error {
	return d.put(ctx, id, revision, by, change)
}

// Correct drafts an edition that takes the place of a published one, and gives
// its id. One draft corrects an edition: ErrExists where there is one, ErrDraft
// where there is nothing to take back.
func (d *Desk) Correct(ctx context.Context, id, reason, by string) (string, error) {
	b, _, err := d.Get(ctx, id)
	switch {
	case err != nil:
		return "", err
	case !b.Published():
		return "", ErrDraft
	}
	next := b.Corrected(reason, by, d.now())
	return next.ID, d.Add(ctx, next, by)
}

// Publish fixes a bulletin.
func (d *Desk) Publish(ctx context.Context, id string, revision uint64, by string) error {
	b, _, err := d.Get(ctx, id)
	if err == nil && b.Correction != nil {
		var before kulkul.Bulletin
		if before, _, err = d.Get(ctx, b.Correction.Of); err == nil && published(b).SaysAs(before) {
			err = ErrSame
		}
	}
	if err != nil {
		return err
	}
	return d.put(ctx, id, revision, by, func(b *kulkul.Bulletin) {
		*b = published(*b)
		b.PublishedBy, b.PublishedAt = by, d.now().UTC()
	})
}

// published is what readers get of a draft.
func published(b kulkul.Bulletin) kulkul.Bulletin {
	b.Entries = slices.DeleteFunc(slices.Clone(b.Entries), func(e kulkul.BulletinEntry) bool { return e.Section == kulkul.LeftOut })
	return b
}

// Send asks for a published bulletin to be mailed, once: of one that was sent
// before nothing comes, and false is reported.
func (d *Desk) Send(ctx context.Context, id, by string) (bool, error) {
	for {
		b, revision, err := d.Get(ctx, id)
		switch {
		case err != nil:
			return false, err
		case !b.Published():
			return false, ErrDraft
		case b.Sent():
			return false, nil
		}
		b.SentBy, b.SentAt = by, d.now().UTC()
		m, err := bus.NewMessage(bus.JobSubject("bulletin"), b.Edition(), b)
		if err != nil {
			return false, err
		}
		if _, err = d.outbox.Put(ctx, id, b, revision, m); !errors.Is(err, bus.ErrConflict) {
			return err == nil, err
		}
	}
}

func (d *Desk) put(ctx context.Context, id string, revision uint64, by string, change func(*kulkul.Bulletin)) error {
	b, at, err := d.Get(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case b.Published():
		return ErrPublished
	case at != revision:
		return fmt.Errorf("bulletin %s: %w", id, bus.ErrConflict)
	}
	change(&b)
	b.EditedBy, b.EditedAt = by, d.now().UTC()
	_, err = d.outbox.Put(ctx, id, b, revision)
	return err
}
