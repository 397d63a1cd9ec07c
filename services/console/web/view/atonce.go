package view

import (
	"context"
	"fmt"
	"runtime/debug"

	"golang.org/x/sync/errgroup"
)

// AtOnce does the parts of a page side by side. The first error ends the others'
// context and is returned. A part that panics makes AtOnce panic, once all have
// ended: where the request is handled that costs one page, and in a goroutine of
// its own it would end the process.
func AtOnce(ctx context.Context, parts ...func(context.Context) error) error {
	group, own := errgroup.WithContext(ctx)
	thrown := make(chan string, len(parts))
	for _, part := range parts {
		group.Go(func() error {
			defer func() {
				if p := recover(); p != nil {
					thrown <- fmt.Sprintf("%v\n%s", p, debug.Stack())
				}
			}()
			return part(own)
		})
	}
	err := group.Wait()
	select {
	case p := <-thrown:
		panic(p)
	default:
		return err
	}
}
