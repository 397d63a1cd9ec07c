package bus

import (
	"context"
	"fmt"
	"time"
)

// StreamState is what a stream holds at this moment.
type StreamState struct {
	Name     string         `json:"name"`
	Messages uint64         `json:"messages"`
	Bytes    uint64         `json:"bytes"`
	MaxBytes int64          `json:"max_bytes"`      // 0 or less: no limit
	First    time.Time      `json:"first,omitzero"` // when the oldest message came that is still there, UTC; zero: none
	Last     time.Time      `json:"last,omitzero"`  // when the newest message came, UTC; zero: never
	Interest bool           `json:"interest"`       // what is there waits: acknowledged messages go
	Durables []DurableState `json:"durables"`
}

// DurableState is how far a durable consumer is behind.
type DurableState struct {
	Name        string    `json:"name"`
	Waiting     uint64    `json:"waiting"`     // messages not yet handed out
	Out         int       `json:"out"`         // handed out, not yet acknowledged
	Redelivered int       `json:"redelivered"` // of those, handed out more than once
	Acked       time.Time `json:"acked,omitzero"`
}

// Streams reads the state of every stream of the topology and of its durables.
func (b *Bus) Streams(ctx context.Context) ([]StreamState, error) {
	topology, _ := Topology()
	states := make([]StreamState, 0, len(topology))
	for _, spec := range topology {
		stream, err := b.js.Stream(ctx, spec.Name)
		if err != nil {
			return nil, fmt.Errorf("read state of stream %s: %w", spec.Name, err)
		}
		info := stream.CachedInfo()
		state := StreamState{Name: spec.Name, Messages: info.State.Msgs, Bytes: info.State.Bytes,
			MaxBytes: info.Config.MaxBytes, Last: info.State.LastTime.UTC(), Interest: spec.Interest}
		if info.State.Msgs > 0 {
			state.First = info.State.FirstTime.UTC()
		}
		for _, d := range spec.Durables {
			consumer, err := stream.Consumer(ctx, d.Name)
			if err != nil {
				return nil, fmt.Errorf("read state of consumer %s of %s: %w", d.Name, spec.Name, err)
			}
			c := consumer.CachedInfo()
			durable := DurableState{Name: d.Name, Waiting: c.NumPending, Out: c.NumAckPending, Redelivered: c.NumRedelivered}
			if c.AckFloor.Last != nil {
				durable.Acked = c.AckFloor.Last.UTC()
			}
			state.Durables = append(state.Durables, durable)
		}
		states = append(states, state)
	}
	return states, nil
}
