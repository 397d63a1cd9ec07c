package feed

import (
	"bytes"
	"fmt"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/mmcdole/gofeed"
)

// Parse reads a feed document. It fails only where the body is no feed at all
// (ErrEmpty, ErrNotFeed, ErrTooBig); everything else that is wrong is mended
// and told in Document.Problems.
func Parse(body []byte, opts Options) (Document, error) {
	opts = opts.withDefaults()
	if len(body) > opts.MaxBytes {
		return Document{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooBig, len(body), opts.MaxBytes)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return Document{}, ErrEmpty
	}
	f, err := gofeed.NewParser().Parse(bytes.NewReader(body))
	if err != nil {
		return Document{}, fmt.Errorf("%w: %v", ErrNotFeed, err)
	}
	d := Document{Feed: Info{Title: f.Title, Link: f.Link, Format: f.FeedType, Version: f.FeedVersion,
		Description: f.Description, Language: f.Language, Self: f.FeedLink}}
	for _, it := range f.Items {
		e := Entry{GUID: it.GUID, Link: it.Link, Title: it.Title, Summary: it.Description, Text: it.Content,
			Categories: it.Categories, Published: utc(it.PublishedParsed), Updated: utc(it.UpdatedParsed)}
		for _, a := range it.Authors {
			e.Authors = append(e.Authors, firstOf(a.Name, a.Email))
		}
		d.Items = append(d.Items, e)
	}
	d.identify()
	return d, nil
}

func utc(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Second)
}

func (o Options) withDefaults() Options {
	set := func(p *int, v int) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&o.MaxBytes, DefaultMaxBytes)
	set(&o.MaxItems, DefaultMaxItems)
	set(&o.MaxDepth, DefaultMaxDepth)
	set(&o.MaxText, kulkul.MaxText)
	return o
}
