package intake

import (
	"context"
	"errors"
	"net/http"

	"github.com/kulkul-ews/kulkul/services/intake/receipt"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// answer is what a push is answered with.
type answer struct {
	status  int
	receipt kulkul.Receipt
}

// answerOf gives 202 where anything was taken in or known already, and 422
// where everything was rejected.
func answerOf(r kulkul.Receipt) answer {
	if len(r.Items) > 0 && r.Counts[kulkul.Refused] == len(r.Items) {
		return answer{http.StatusUnprocessableEntity, r}
	}
	return answer{http.StatusAccepted, r}
}

func (a answer) write(w http.ResponseWriter) error {
	w.Header().Set("Location", "/v1/receipts/"+a.receipt.ID)
	if a.status != http.StatusUnprocessableEntity {
		writeJSON(w, a.status, a.receipt)
		return nil
	}
	p := fail(a.status, codeItems, "each item has problems of its own")
	p.Receipt = &a.receipt
	for _, it := range a.receipt.Items {
		p.Errors = append(p.Errors, it.Problems...)
	}
	return p
}

// maxIdempotencyKey is the longest Idempotency-Key, in bytes.
const maxIdempotencyKey = 255

// once answers a request, and repeats of it under the same Idempotency-Key with
// the same answer.
func (s *Service) once(ctx context.Context, w http.ResponseWriter, c call, work func() (answer, error)) error {
	token := c.r.Header.Get("Idempotency-Key")
	if token == "" {
		a, err := work()
		if err != nil {
			return err
		}
		return a.write(w)
	}
	if len(token) > maxIdempotencyKey {
		return fail(http.StatusBadRequest, codeBadKey, "at most 255 bytes")
	}
	hash := kulkul.Hash(c.r.Method, c.r.URL.RequestURI(), c.r.Header.Get("Content-Type"), c.r.Header.Get("Content-Encoding"), string(c.sent))
	q, err := s.book.Begin(ctx, c.key.ID, token, hash, s.deps.Now())
	switch {
	case errors.Is(err, receipt.ErrReused):
		return fail(http.StatusUnprocessableEntity, codeReused, "send another key with another request")
	case errors.Is(err, receipt.ErrInProgress):
		return fail(http.StatusConflict, codeInProgress, "ask again in a moment").after(1e9)
	case err != nil:
		return err
	case q.Done:
		r, err := s.book.Find(ctx, q.Receipt)
		if err != nil {
			return err
		}
		w.Header().Set("Idempotency-Replayed", "true")
		return answer{q.Status, r}.write(w)
	}
	a, err := work()
	if err == nil {
		err = s.book.Finish(ctx, q, a.status, a.receipt.ID)
	}
	if err != nil {
		// Nothing was answered: the next try starts anew.
		return errors.Join(err, s.book.Forget(context.WithoutCancel(ctx), q))
	}
	return a.write(w)
}
