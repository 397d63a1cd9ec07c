// Package api answers programs: what is on screen, as JSON, and faults as
// RFC 9457 problem details.
//
// In: a reading of one page's value. Out: JSON. Called by the console's root,
// which has checked who asks.
package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// problem is an RFC 9457 document.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}

// JSON answers a request with what read gives.
func JSON(log *slog.Logger, read func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		value, err := read(r)
		var b bytes.Buffer
		if err == nil {
			err = json.NewEncoder(&b).Encode(value)
		}
		if err != nil {
			fail(w, r, log, err)
			return
		}
		write(w, http.StatusOK, "application/json; charset=utf-8", b.Bytes())
	})
}

// Document answers a request with bytes of a content type.
func Document(log *slog.Logger, kind string, read func(*http.Request) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, err := read(r)
		if err != nil {
			fail(w, r, log, err)
			return
		}
		write(w, http.StatusOK, kind, raw)
	})
}

func fail(w http.ResponseWriter, r *http.Request, log *slog.Logger, err error) {
	if r.Context().Err() != nil {
		return // nobody reads the answer
	}
	p := problem{Type: "about:blank", Status: http.StatusServiceUnavailable, Detail: "The archive or the bus did not answer."}
	switch {
	case errors.Is(err, store.ErrNotFound):
		p.Status, p.Detail = http.StatusNotFound, "There is no such thing, or you may not see it."
	case errors.Is(err, store.ErrQuery):
		p.Status, p.Detail = http.StatusBadRequest, err.Error()
	default:
		log.Error("answer failed", "path", r.URL.Path, "error", err)
	}
	p.Title = http.StatusText(p.Status)
	raw, err := json.Marshal(p)
	if err != nil {
		http.Error(w, p.Title, p.Status)
		return
	}
	write(w, p.Status, "application/problem+json", raw)
}

func write(w http.ResponseWriter, status int, kind string, raw []byte) {
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(raw) // fails only where the reader has gone
}
