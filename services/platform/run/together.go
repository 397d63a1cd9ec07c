package run

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

// Together runs flows side by side until all have returned. The first that
// fails ends the others' context, and its error is returned with its name; an
// end that ctx asked for is no error.
func Together(ctx context.Context, flows map[string]func(context.Context) error) error {
	group, own := errgroup.WithContext(ctx)
	for name, flow := range flows {
		group.Go(func() error {
			if err := flow(own); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			return nil
		})
	}
	if err := group.Wait(); ctx.Err() == nil {
		return err
	}
	return nil
}
