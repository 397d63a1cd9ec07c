package bus

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// leaseTTL is how long a lease outlives its holder.
const leaseTTL = 15 * time.Second

// WithLease waits until no other holder has the named lease, runs work while it
// is held, and lets it go. work's context ends when the lease is lost. A lease
// saves double work; it is no fence: writers compare-and-set all the same.
func (b *Bus) WithLease(ctx context.Context, name, holder string, work func(context.Context) error) error {
	bucket, err := b.Bucket(ctx, BucketLeases)
	if err != nil {
		return err
	}
	var rev uint64
	for {
		if rev, err = bucket.Update(ctx, name, []byte(holder), 0); err == nil {
			break
		}
		if !errors.Is(err, ErrConflict) && ctx.Err() == nil {
			return fmt.Errorf("take lease: %w", err)
		}
		if wait(ctx, leaseTTL/5) != nil {
			return nil
		}
	}
	held, lose := context.WithCancelCause(ctx)
	renewed := make(chan uint64)
	go func() { renewed <- b.renew(held, lose, bucket, name, holder, rev) }()
	err = work(held)
	cause := context.Cause(held)
	lose(nil)
	<-renewed
	let, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if errors.Is(cause, ErrLeaseLost) {
		return errors.Join(cause, err)
	}
	if e := bucket.Delete(let, name); e != nil && err == nil && ctx.Err() == nil {
		return e
	}
	return err
}

// ErrLeaseLost ends the work of a holder whose lease went to another.
var ErrLeaseLost = errors.New("lease was lost")

// renew keeps the lease until ctx ends.
func (b *Bus) renew(ctx context.Context, lose context.CancelCauseFunc, bucket *Bucket, name, holder string, rev uint64) uint64 {
	last := time.Now()
	for wait(ctx, leaseTTL/5) == nil {
		next, err := bucket.Update(ctx, name, []byte(holder), rev)
		switch {
		case err == nil:
			rev, last = next, time.Now()
		case errors.Is(err, ErrConflict) || time.Since(last) > leaseTTL:
			lose(fmt.Errorf("%s: %w", name, ErrLeaseLost))
		}
	}
	return rev
}
