package intake

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
	"github.com/kulkul-ews/kulkul/services/platform/unpack"
)

// call is one request whose key is proven.
type call struct {
	key  keys.Key
	body []byte // decoded
	sent []byte // as sent
	r    *http.Request
}

// handler does what a request asks; the error is a problem or an inner failure.
type handler func(ctx context.Context, w http.ResponseWriter, c call) error

// guarded reads the body, proves the key, counts the quota and runs the handler.
func (s *Service) guarded(name string, h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := s.deps.Now()
		err := s.serve(w, r, h)
		result := "ok"
		if err != nil {
			var p *problem
			if !errors.As(err, &p) {
				p = s.internal(err)
			}
			result = p.code()
			p.write(w)
		}
		s.metrics.requests.WithLabelValues(name, result).Inc()
		s.metrics.seconds.WithLabelValues(name).Observe(s.deps.Now().Sub(start).Seconds())
	})
}

func (s *Service) serve(w http.ResponseWriter, r *http.Request, h handler) error {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	select {
	case s.places <- struct{}{}:
		defer func() { <-s.places }()
	default:
		return fail(http.StatusServiceUnavailable, codeBusy, "too many requests at once").after(time.Second)
	}
	if !s.ready.Load() {
		return fail(http.StatusServiceUnavailable, codeBusy, "starting").after(time.Second)
	}
	k, sig, err := s.identify(r)
	if err != nil {
		return err
	}
	c := call{r: r, key: k}
	if c.sent, err = s.read(w, r); err != nil {
		return err
	}
	if sig != nil {
		if err := s.prove(r, k, *sig, c.sent); err != nil {
			return err
		}
	}
	if ok, pause := s.quota.Take("requests "+c.key.ID, 1, s.config.Requests, s.config.Requests, s.deps.Now()); !ok {
		return fail(http.StatusTooManyRequests, codeQuota, fmt.Sprintf("more than %d requests a minute", s.config.Requests)).after(pause)
	}
	if c.body, err = s.decode(r, c.sent); err != nil {
		return err
	}
	return h(r.Context(), w, c)
}

// read takes the body as sent.
func (s *Service) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.ContentLength > s.config.MaxWire {
		return nil, fail(http.StatusRequestEntityTooLarge, codeLimit, fmt.Sprintf("%d bytes, at most %d", r.ContentLength, s.config.MaxWire))
	}
	sent, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.config.MaxWire))
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return nil, fail(http.StatusRequestEntityTooLarge, codeLimit, fmt.Sprintf("more than %d bytes", s.config.MaxWire))
	case err != nil:
		return nil, fail(http.StatusBadRequest, codeSyntax, "the body stops short")
	}
	return sent, nil
}

// decode undoes the content coding.
func (s *Service) decode(r *http.Request, sent []byte) ([]byte, error) {
	coding := r.Header.Get("Content-Encoding")
	if coding == "" {
		return sent, nil
	}
	body, _, err := unpack.Read(bytes.NewReader(sent), coding, unpack.Limits{Wire: s.config.MaxWire, Decoded: s.config.MaxDecoded})
	switch {
	case err == nil:
		return body, nil
	case errors.Is(err, unpack.ErrTooBig), errors.Is(err, unpack.ErrRatio):
		return nil, fail(http.StatusRequestEntityTooLarge, codeLimit, err.Error())
	case errors.Is(err, unpack.ErrCoding):
		return nil, fail(http.StatusUnsupportedMediaType, codeEncoding, err.Error())
	}
	return nil, fail(http.StatusBadRequest, codeEncoding, err.Error())
}

// internal turns an inner failure into an answer: a full stream is a matter of
// waiting, anything else is logged here and told without details.
func (s *Service) internal(err error) *problem {
	if errors.Is(err, bus.ErrFull) {
		return fail(http.StatusServiceUnavailable, codeFull, "what came in before is still being worked on; nothing of this was lost or needs changing").
			after(s.config.RetryAfter)
	}
	s.log.Error("push failed", "error", err)
	return fail(http.StatusServiceUnavailable, codeInternal, "try again later").after(s.config.RetryAfter)
}
