package detector

import (
	"context"
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

// schedule ticks once a day until ctx ends and the tick that runs has ended. A
// tick that still waits for the store makes up for the next one too.
func (s *Service) schedule(ctx context.Context) {
	c := cron.New(cron.WithLocation(time.UTC), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	// The expression is made of a checked hour: it always parses.
	if _, err := c.AddFunc(fmt.Sprintf("0 %d * * *", s.config.TickHour), func() {
		s.insist(ctx, "evaluate the day", s.catchUp)
	}); err != nil {
		s.deps.Log.Error("schedule the daily tick", "error", err)
		return
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
}

// follow reads everything anew when the configuration has changed.
func (s *Service) follow(ctx context.Context, changed <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-changed:
			s.insist(ctx, "take over the new configuration", s.refresh)
		}
	}
}
