package unpack

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math/rand"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

func encode(t testing.TB, body []byte, coding string) []byte {
	t.Helper()
	var out bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&out)
	case "deflate":
		w = zlib.NewWriter(&out)
	case "br":
		w = brotli.NewWriter(&out)
	case "zstd":
		z, err := zstd.NewWriter(&out)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	default:
		return body
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// words gives text that compresses as prose does.
func words(n int) []byte {
	r := rand.New(rand.NewSource(1))
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(strings.Repeat(string(rune('a'+r.Intn(26))), 1+r.Intn(4)))
		b.WriteByte(' ')
	}
	return b.Bytes()[:n]
}

func TestReadEveryCoding(t *testing.T) {
	for _, coding := range []string{"", "identity", "gzip", "x-gzip", "deflate", "br", "zstd"} {
		for _, size := range []int{0, 1, 100, 64 << 10, 64<<10 + 1, 3 << 20} {
			body := words(size)
			sent := encode(t, body, coding)
			got, sizes, err := Read(iotest.HalfReader(bytes.NewReader(sent)), strings.ToUpper(coding), Limits{})
			if err != nil || !bytes.Equal(got, body) {
				t.Errorf("%q %d bytes: got %d bytes, %v", coding, size, len(got), err)
			}
			if sizes.Decoded != int64(size) || sizes.Wire < int64(len(sent))-16 {
				t.Errorf("%q: sizes %+v, want %d and %d", coding, sizes, len(sent), size)
			}
		}
		if got, _, err := Read(strings.NewReader(""), coding, Limits{}); len(got) != 0 || err != nil && coding != "br" {
			t.Errorf("%q: no body gives %q, %v", coding, got, err)
		}
	}
}

func TestReadTwoCodings(t *testing.T) {
	body := words(10_000)
	sent := encode(t, encode(t, body, "gzip"), "br")
	got, _, err := Read(bytes.NewReader(sent), "gzip, br", Limits{})
	if err != nil || !bytes.Equal(got, body) {
		t.Errorf("got %d bytes, %v", len(got), err)
	}
}

func TestReadRefuses(t *testing.T) {
	zeros := make([]byte, 6<<20)
	text := words(1 << 20)
	for name, c := range map[string]struct {
		body     []byte
		encoding string
		limits   Limits
		want     error
	}{
		"too long as sent":        {text, "", Limits{Wire: 1000}, ErrTooBig},
		"too long as sent, gzip":  {encode(t, text, "gzip"), "gzip", Limits{Wire: 1000}, ErrTooBig},
		"too long decoded":        {text, "", Limits{Decoded: 1000}, ErrTooBig},
		"too long decoded, zstd":  {encode(t, text, "zstd"), "zstd", Limits{Decoded: 1000}, ErrTooBig},
		"gzip bomb":               {encode(t, zeros, "gzip"), "gzip", Limits{}, ErrRatio},
		"deflate bomb":            {encode(t, zeros, "deflate"), "deflate", Limits{}, ErrRatio},
		"brotli bomb":             {encode(t, zeros, "br"), "br", Limits{}, ErrRatio},
		"zstd bomb":               {encode(t, zeros, "zstd"), "zstd", Limits{}, ErrRatio},
		"bomb in a bomb":          {encode(t, encode(t, zeros, "gzip"), "gzip"), "gzip, gzip", Limits{}, ErrRatio},
		"bomb, no ratio":          {encode(t, zeros, "br"), "br", Limits{Ratio: 1 << 40, Decoded: 4 << 20}, ErrTooBig},
		"three codings":           {text, "gzip, gzip, gzip", Limits{}, ErrCoding},
		"unknown coding":          {text, "compress", Limits{}, ErrCoding},
		"gzip that is none":       {text, "gzip", Limits{}, ErrCorrupt},
		"zstd that is none":       {text, "zstd", Limits{}, ErrCorrupt},
		"brotli that is none":     {bytes.Repeat([]byte{0xff}, 1000), "br", Limits{}, ErrCorrupt},
		"gzip cut":                {encode(t, text, "gzip")[:5000], "gzip", Limits{}, ErrCut},
		"zstd cut":                {encode(t, text, "zstd")[:5000], "zstd", Limits{}, ErrCut},
		"brotli cut":              {encode(t, text, "br")[:5000], "br", Limits{}, ErrCut},
		"gzip cut in the header":  {encode(t, text, "gzip")[:5], "gzip", Limits{}, ErrCut},
		"gzip with a wrong check": {append(encode(t, text, "gzip")[:len(encode(t, text, "gzip"))-8], make([]byte, 8)...), "gzip", Limits{}, ErrCorrupt},
	} {
		got, sizes, err := Read(bytes.NewReader(c.body), c.encoding, c.limits)
		if !errors.Is(err, c.want) || got != nil {
			t.Errorf("%s: got %d bytes, %v; want %v", name, len(got), err, c.want)
		}
		if sizes.Decoded > 33<<20 {
			t.Errorf("%s: held %d bytes", name, sizes.Decoded)
		}
	}
}

// A reader that fails is told apart from a body that is damaged.
func TestReadPassesTheReadersError(t *testing.T) {
	lost := errors.New("connection lost")
	for _, coding := range []string{"", "gzip", "br", "zstd"} {
		half := encode(t, words(100_000), coding)
		r := io.MultiReader(bytes.NewReader(half[:len(half)/2]), iotest.ErrReader(lost))
		if _, _, err := Read(r, coding, Limits{}); !errors.Is(err, lost) {
			t.Errorf("%q: got %v", coding, err)
		}
		r = io.MultiReader(bytes.NewReader(half[:len(half)/2]), iotest.ErrReader(io.ErrUnexpectedEOF))
		if _, _, err := Read(r, coding, Limits{}); !errors.Is(err, ErrCut) {
			t.Errorf("%q, short: got %v", coding, err)
		}
	}
}

// Large is asked once, before the second MiB, and may refuse.
func TestReadAsksForLargeBodies(t *testing.T) {
	asked := 0
	l := Limits{Large: func() error { asked++; return nil }}
	for size, want := range map[int]int{1000: 0, 1 << 20: 0, 3 << 20: 1} {
		asked = 0
		if _, _, err := Read(bytes.NewReader(words(size)), "", l); err != nil || asked != want {
			t.Errorf("%d bytes: asked %d times, want %d (%v)", size, asked, want, err)
		}
	}
	busy := errors.New("busy")
	l.Large = func() error { return busy }
	if _, _, err := Read(bytes.NewReader(words(2<<20)), "", l); !errors.Is(err, busy) {
		t.Errorf("got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	for _, coding := range []string{"", "gzip", "deflate", "br", "zstd"} {
		f.Add(encode(f, words(500), coding), coding)
	}
	f.Fuzz(func(t *testing.T, body []byte, encoding string) {
		got, sizes, err := Read(bytes.NewReader(body), encoding, Limits{Decoded: 1 << 20, Wire: 1 << 20})
		if err == nil && int64(len(got)) != sizes.Decoded || sizes.Decoded > 1<<20+64<<10 {
			t.Errorf("%d bytes, sizes %+v, %v", len(got), sizes, err)
		}
	})
}
