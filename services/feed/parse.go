package feed

import (
	"bytes"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/kulkul-ews/kulkul/services/feed/charset"
	"github.com/kulkul-ews/kulkul/services/feed/tidy"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/rss"
)

// Parse reads a feed document. It fails only where the body is no feed at all
// (ErrEmpty, ErrNotFeed, ErrTooBig); everything else that is wrong is mended
// and told in Document.Problems.
func Parse(body []byte, opts Options) (Document, error) {
	opts = opts.withDefaults()
	if len(body) > opts.MaxBytes {
		return Document{}, fmt.Errorf("%w: %d bytes, at most %d", ErrTooBig, len(body), opts.MaxBytes)
	}
	decoded := charset.Decode(body, opts.ContentType)
	text := strings.TrimSpace(decoded.Text)
	p := &parser{opts: opts}
	p.doc.Feed.Charset = decoded.Charset
	p.charsetProblems(decoded)
	var err error
	switch {
	case len(decoded.Text) > 4*opts.MaxBytes:
		return Document{}, fmt.Errorf("%w: %d bytes as UTF-8", ErrTooBig, len(decoded.Text))
	case text == "":
		return Document{}, ErrEmpty
	case text[0] == '{' || text[0] == '[':
		err = p.json(text)
	default:
		err = p.xml(text)
	}
	if err != nil {
		return Document{}, err
	}
	p.doc.identify(opts.Shared)
	p.doc.judge()
	return p.doc, nil
}

// parser builds one document.
type parser struct {
	opts Options
	base *url.URL // of the document; nil where unknown
	tidy tidy.Doc // of an XML document
	doc  Document
}

// xml puts the text in order, has gofeed read it, and takes the fields over.
func (p *parser) xml(text string) error {
	p.setBase(p.opts.URL)
	tidied, err := tidy.Document(text, tidy.Options{Base: p.base, MaxItems: p.opts.MaxItems, MaxDepth: p.opts.MaxDepth})
	if errors.Is(err, tidy.ErrNoRoot) {
		return fmt.Errorf("%w: %s", ErrNotFeed, resemblance(text))
	} else if err != nil {
		return fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	p.tidy = tidied
	p.doc.Feed.Format, p.doc.Feed.Version = string(tidied.Format), tidied.Version
	p.doc.Feed.Language = Language(tidied.Language)
	p.faults(tidied.Faults)
	if tidied.Format == tidy.Atom {
		f, err := (&atom.Parser{}).Parse(bytes.NewReader(tidied.XML))
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotFeed, err)
		}
		p.atom(f)
		return nil
	}
	f, err := (&rss.Parser{}).Parse(bytes.NewReader(tidied.XML))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotFeed, err)
	}
	p.rss(f)
	return nil
}

func (p *parser) setBase(address string) {
	if u, err := url.Parse(strings.TrimSpace(address)); err == nil && u.Host != "" {
		p.base = u
	}
}

// resemblance says what a body that is no feed looks like, for the person who
// reads the error.
func resemblance(text string) string {
	head := strings.ToLower(text[:min(len(text), 2048)])
	switch {
	case strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html"):
		return "an HTML page"
	case strings.Contains(head, "<opml"):
		return "an OPML list"
	case strings.Contains(head, "<urlset") || strings.Contains(head, "<sitemapindex"):
		return "a sitemap"
	case strings.HasPrefix(head, "<"):
		return "XML of another kind"
	}
	return "text without a feed element"
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
