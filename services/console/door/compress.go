package door

import (
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// packing is how hard answers are packed: a page of a year's charts is half a
// megabyte, and time tells before bytes do.
const packing = 2

// compress packs text answers for readers that accept gzip. An answer that is
// encoded already, and a stream of events, which must leave at once, pass as
// they are. No page holds a secret beside text that a request chose, so that
// packed sizes tell nothing (BREACH).
func compress(next http.Handler) http.Handler {
	// A packer is a megabyte, and each answer needs one.
	packers := &sync.Pool{New: func() any {
		z, _ := gzip.NewWriterLevel(nil, packing) // fails only for an unknown level
		return z
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || r.Method == http.MethodHead {
			next.ServeHTTP(w, r)
			return
		}
		c := &compressor{ResponseWriter: w, packers: packers}
		defer c.close()
		next.ServeHTTP(c, r)
	})
}

type compressor struct {
	http.ResponseWriter
	packers *sync.Pool
	z       *gzip.Writer
	decided bool
}

func (c *compressor) WriteHeader(status int) {
	c.decide(status)
	c.ResponseWriter.WriteHeader(status)
}

func (c *compressor) Write(p []byte) (int, error) {
	if !c.decided {
		h := c.Header()
		if h.Get("Content-Type") == "" {
			h.Set("Content-Type", http.DetectContentType(p))
		}
		c.decide(http.StatusOK)
	}
	if c.z != nil {
		return c.z.Write(p)
	}
	return c.ResponseWriter.Write(p)
}

func (c *compressor) decide(status int) {
	if c.decided {
		return
	}
	c.decided = true
	h := c.Header()
	kind := h.Get("Content-Type")
	text := strings.HasPrefix(kind, "text/") && !strings.HasPrefix(kind, "text/event-stream") ||
		strings.HasPrefix(kind, "application/json") || strings.Contains(kind, "+json") || strings.Contains(kind, "+xml")
	if !text || h.Get("Content-Encoding") != "" || status == http.StatusNoContent || status == http.StatusNotModified {
		return
	}
	h.Set("Content-Encoding", "gzip")
	h.Add("Vary", "Accept-Encoding")
	h.Del("Content-Length")
	c.z = c.packers.Get().(*gzip.Writer)
	c.z.Reset(c.ResponseWriter)
}

func (c *compressor) close() {
	if c.z != nil {
		_ = c.z.Close() // fails only where the reader has gone
		c.packers.Put(c.z)
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (c *compressor) Unwrap() http.ResponseWriter { return c.ResponseWriter }
