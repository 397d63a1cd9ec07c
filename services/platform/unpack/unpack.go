// Package unpack reads a body that came over HTTP, whatever its content coding,
// without ever holding more than it was told to.
//
// In: the body, its Content-Encoding and limits on its compressed size, its
// decoded size and the ratio of the two. Out: the decoded bytes and both sizes,
// or the limit that was passed. Called by the collector for feeds and by the
// intake for pushed bodies.
package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

// Accept is the Accept-Encoding that a client of this package sends.
const Accept = "zstd, br, gzip"

// Errors of Read.
var (
	ErrTooBig  = errors.New("body too large")
	ErrRatio   = errors.New("body expands too much")
	ErrCoding  = errors.New("content coding not understood")
	ErrCut     = errors.New("body stops short")
	ErrCorrupt = errors.New("body is damaged")
)

// Limits of one body; zero values stand for the defaults.
type Limits struct {
	Wire    int64 // bytes as sent; 16 MiB
	Decoded int64 // bytes decoded; 32 MiB
	// Ratio is how many bytes one sent byte may become, judged once more than
	// 1 MiB was decoded; 200. Feeds reach 10 to 30.
	Ratio int64
	// Large, where set, is called once when a body turns out to be longer than
	// 1 MiB, and may wait or refuse: so that many such bodies are not held at
	// once.
	Large func() error
}

const (
	defaultWire    = 16 << 20
	defaultDecoded = 32 << 20
	defaultRatio   = 200
	ratioFrom      = 1 << 20
	maxCodings     = 2
	// zstdWindow is the largest window a sender may ask for (RFC 9659).
	zstdWindow = 8 << 20
)

// Sizes of a body that was read, in bytes.
type Sizes struct{ Wire, Decoded int64 }

// Read reads the body to its end and decodes it. The sizes are right also where
// it fails. Errors of the reader itself come back wrapped.
func Read(body io.Reader, encoding string, l Limits) ([]byte, Sizes, error) {
	l = l.withDefaults()
	wire := &counter{r: body, limit: l.Wire}
	r, done, err := chain(wire, encoding)
	if err != nil {
		return nil, Sizes{Wire: wire.n}, err
	}
	defer done()
	var out bytes.Buffer
	for {
		n, err := io.CopyN(&out, r, 64<<10)
		size := int64(out.Len())
		if size > ratioFrom && l.Large != nil {
			if err := l.Large(); err != nil {
				return nil, Sizes{wire.n, size}, err
			}
			l.Large = nil
		}
		switch {
		case size > l.Decoded:
			err = fmt.Errorf("%w: more than %d bytes decoded", ErrTooBig, l.Decoded)
		case size > ratioFrom && size > l.Ratio*wire.n:
			err = fmt.Errorf("%w: %d bytes out of %d", ErrRatio, size, wire.n)
		case errors.Is(err, io.EOF) && n < 64<<10:
			return out.Bytes(), Sizes{wire.n, size}, nil
		case err != nil:
			err = explain(wire, err)
		}
		if err != nil {
			return nil, Sizes{wire.n, size}, err
		}
	}
}

func (l Limits) withDefaults() Limits {
	set := func(p *int64, v int64) {
		if *p <= 0 {
			*p = v
		}
	}
	set(&l.Wire, defaultWire)
	set(&l.Decoded, defaultDecoded)
	set(&l.Ratio, defaultRatio)
	return l
}

// chain puts a decoder on top of the reader for each coding, last applied first.
func chain(r io.Reader, encoding string) (io.Reader, func(), error) {
	var closers []func()
	done := func() {
		for _, c := range closers {
			c()
		}
	}
	codings := strings.FieldsFunc(strings.ToLower(encoding), func(c rune) bool { return c == ',' || c == ' ' || c == '\t' })
	if len(codings) > maxCodings {
		return nil, done, fmt.Errorf("%w: %d codings in a row", ErrCoding, len(codings))
	}
	for i := len(codings) - 1; i >= 0; i-- {
		next, done1, err := decoder(r, codings[i])
		if err != nil {
			done()
			return nil, done, err
		}
		if done1 != nil {
			closers = append(closers, done1)
		}
		r = next
	}
	return r, done, nil
}

func decoder(r io.Reader, coding string) (io.Reader, func(), error) {
	switch coding {
	case "identity":
		return r, nil, nil
	case "gzip", "x-gzip":
		z := &lazy{r: r, open: func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) }}
		return z, nil, nil
	case "deflate":
		z := &lazy{r: r, open: func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) }}
		return z, nil, nil
	case "br":
		return brotli.NewReader(r), nil, nil
	case "zstd":
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(zstdWindow))
		if err != nil {
			return nil, nil, fmt.Errorf("%w: %w", ErrCorrupt, err)
		}
		return z, z.Close, nil
	}
	return nil, nil, fmt.Errorf("%w: %q", ErrCoding, coding)
}

// explain tells a body that stops short or is damaged from a reader that failed.
func explain(wire *counter, err error) error {
	switch {
	case wire.over:
		return fmt.Errorf("%w: more than %d bytes sent", ErrTooBig, wire.limit)
	case wire.err != nil && !errors.Is(wire.err, io.EOF):
		if errors.Is(wire.err, io.ErrUnexpectedEOF) {
			return fmt.Errorf("%w: %w", ErrCut, wire.err)
		}
		return fmt.Errorf("read body: %w", wire.err)
	case errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF):
		return fmt.Errorf("%w: %w", ErrCut, err)
	}
	return fmt.Errorf("%w: %w", ErrCorrupt, err)
}

// counter counts what is read, ends it at the limit and keeps the error.
type counter struct {
	r        io.Reader
	n, limit int64
	over     bool
	err      error
}

func (c *counter) Read(p []byte) (int, error) {
	if c.over {
		return 0, ErrTooBig
	}
	n, err := c.r.Read(p)
	c.n += int64(n)
	if c.n > c.limit {
		c.over = true
		return 0, ErrTooBig
	}
	if err != nil {
		c.err = err
	}
	return n, err
}

// lazy opens a decoder at the first read, so that an empty body is an empty
// body and not a damaged one.
type lazy struct {
	r    io.Reader
	open func(io.Reader) (io.Reader, error)
	z    io.Reader
}

func (l *lazy) Read(p []byte) (int, error) {
	if l.z == nil {
		var first [1]byte
		if _, err := io.ReadFull(l.r, first[:]); err != nil {
			return 0, err // an empty body is io.EOF
		}
		z, err := l.open(io.MultiReader(bytes.NewReader(first[:]), l.r))
		if err != nil {
			return 0, err
		}
		l.z = z
	}
	return l.z.Read(p)
}
