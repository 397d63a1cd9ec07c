// Package lives keeps the lives of alerts in their bucket, one key a
// flashpoint, each written in one step with the events that tell of the change.
//
// In: what an evaluation or a verdict changed. Out: durable state and published
// events and notices. Called by the detector. A key's revision is the fence
// against a second detector: of two who change the same flashpoint one is
// refused, reads again and finds the work done.
package lives

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Lives is every flashpoint as last known. It is not safe for concurrent use.
type Lives struct {
	outbox    *bus.Outbox
	states    map[string]life.Flashpoint
	revisions map[string]uint64
	// open are the flashpoints of which a failed write does not say what the
	// bucket holds now.
	open map[string]bool
}

const prefix = "flashpoint."

// key of a flashpoint in the bucket; the key alphabet has no '*'.
func key(flashpoint string) string {
	if flashpoint == kulkul.Any {
		flashpoint = kulkul.None
	}
	return prefix + flashpoint
}

func flashpoint(key string) string {
	id := strings.TrimPrefix(key, prefix)
	if id == kulkul.None {
		return kulkul.Any
	}
	return id
}

// Open publishes what a crash left unpublished and reads every flashpoint.
func Open(ctx context.Context, o *bus.Outbox) (*Lives, error) {
	l := &Lives{outbox: o, states: map[string]life.Flashpoint{}, revisions: map[string]uint64{}, open: map[string]bool{}}
	err := o.Recover(ctx, ">", func(k string, raw json.RawMessage, revision uint64) error {
		if !strings.HasPrefix(k, prefix) {
			return nil
		}
		var f life.Flashpoint
		if err := json.Unmarshal(raw, &f); err != nil {
			return fmt.Errorf("read %s: %w", k, err)
		}
		l.states[flashpoint(k)], l.revisions[flashpoint(k)] = f, revision
		return nil
	})
	if err != nil {
		return nil, err
	}
	return l, nil
}

// All gives every flashpoint by id.
func (l *Lives) All() map[string]life.Flashpoint { return maps.Clone(l.states) }

// Get gives one flashpoint.
func (l *Lives) Get(id string) life.Flashpoint {
	if f, known := l.states[id]; known {
		return f
	}
	return life.Flashpoint{Flashpoint: id}
}

// Settle reads anew what failed writes left open, and so publishes what they
// left unpublished. To be called before the lives are read.
func (l *Lives) Settle(ctx context.Context) error {
	for id := range l.open {
		if err := l.Reload(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// Reload reads one flashpoint anew, after somebody else has changed it.
func (l *Lives) Reload(ctx context.Context, id string) error {
	f := life.Flashpoint{Flashpoint: id}
	revision, err := l.outbox.Get(ctx, key(id), &f)
	if err != nil {
		return err
	}
	l.states[id], l.revisions[id] = f, revision
	delete(l.open, id)
	return nil
}

// Put writes a flashpoint with the messages that tell of the change.
// bus.ErrConflict: somebody else was first and nothing was written. Any other
// error leaves open what was written, until Settle.
func (l *Lives) Put(ctx context.Context, f life.Flashpoint, told ...bus.Message) error {
	revision, err := l.outbox.Put(ctx, key(f.Flashpoint), f, l.revisions[f.Flashpoint], told...)
	if err != nil {
		if !errors.Is(err, bus.ErrConflict) {
			l.open[f.Flashpoint] = true
		}
		return err
	}
	l.states[f.Flashpoint], l.revisions[f.Flashpoint] = f, revision
	return nil
}

// Events makes the messages of alert events.
func Events(events []kulkul.AlertEvent, trace string) ([]bus.Message, error) {
	out := make([]bus.Message, 0, len(events))
	for _, e := range events {
		m, err := bus.NewMessage(bus.AlertSubject(e.Alert.State, e.Alert.Level), e.ID, e)
		if err != nil {
			return nil, err
		}
		m.Trace = trace
		out = append(out, m)
	}
	return out, nil
}

// Notices makes the messages of notices.
func Notices(notices []kulkul.Notice) ([]bus.Message, error) {
	out := make([]bus.Message, 0, len(notices))
	for _, n := range notices {
		m, err := bus.NewMessage(bus.NoticeSubject(n.Kind, n.Flashpoint), n.ID, n)
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}
