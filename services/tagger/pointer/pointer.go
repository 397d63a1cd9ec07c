// Package pointer moves the pointer to the active taxonomy.
//
// In: the version that the configuration asks for, the progress of a
// back-fill. Out: the state that everybody follows (platform/taxonomy). Called
// by the tagger, its only writer.
package pointer

import (
	"context"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/taxonomy"
)

// Pointer is the pointer as this tagger last wrote it.
type Pointer struct {
	bucket   *bus.Bucket
	revision uint64
	state    taxonomy.State
}

// Open reads the pointer.
func Open(ctx context.Context, b *bus.Bus) (*Pointer, error) {
	bucket, err := b.Bucket(ctx, bus.BucketTagger)
	if err != nil {
		return nil, err
	}
	p := &Pointer{bucket: bucket}
	p.revision, err = bucket.GetJSON(ctx, taxonomy.Key, &p.state)
	return p, err
}

// State as last written.
func (p *Pointer) State() taxonomy.State { return p.state }

// Ask makes a version the active one where there is none yet, or the next one
// where another is active; asking for the active one drops the next.
func (p *Pointer) Ask(ctx context.Context, version string) error {
	s := p.state
	switch {
	case s.Active == "":
		s = taxonomy.State{Active: version}
	case s.Active == version:
		s = taxonomy.State{Active: version}
	case s.Next != version:
		s = taxonomy.State{Active: s.Active, Next: version}
	}
	return p.put(ctx, s)
}

// Progress records how far the back-fill of the next version has come.
func (p *Pointer) Progress(ctx context.Context, done string, items int) error {
	s := p.state
	s.Done, s.Items = done, items
	return p.put(ctx, s)
}

// Flip makes the next version the active one.
func (p *Pointer) Flip(ctx context.Context) error {
	return p.put(ctx, taxonomy.State{Active: p.state.Next})
}

func (p *Pointer) put(ctx context.Context, s taxonomy.State) error {
	if s == p.state {
		return nil
	}
	revision, err := p.bucket.UpdateJSON(ctx, taxonomy.Key, s, p.revision)
	if err == nil {
		p.state, p.revision = s, revision
	}
	return err
}
