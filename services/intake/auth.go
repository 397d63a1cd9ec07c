package intake

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/keys"
	"github.com/kulkul-ews/kulkul/services/platform/signature"
)

// identify reads who asks. A bearer key is proven by it; a signature is not yet,
// since it covers the body.
func (s *Service) identify(r *http.Request) (keys.Key, *signature.Signature, error) {
	header := r.Header.Get("Authorization")
	scheme, rest, _ := strings.Cut(header, " ")
	var (
		k   keys.Key
		sig *signature.Signature
		err error
	)
	switch {
	case header == "":
		err = errors.New("send the key as Authorization: Bearer kk_…")
	case strings.EqualFold(scheme, "Bearer"):
		k, err = s.bearer(strings.TrimSpace(rest))
	case scheme == signature.Scheme:
		k, sig, err = s.signer(header)
	default:
		err = errScheme // not what was sent: it may be a key
	}
	if err == nil {
		err = k.Valid(s.deps.Now())
	}
	return k, sig, s.unauthorized(r, k, err)
}

// unauthorized counts and tells a refusal; nil stays nil.
func (s *Service) unauthorized(r *http.Request, k keys.Key, err error) error {
	if err == nil {
		return nil
	}
	s.refused(r.Context(), r, k.ID, err)
	return fail(http.StatusUnauthorized, codeUnauthorized, err.Error())
}

func (s *Service) bearer(text string) (keys.Key, error) {
	id, secret, ok := keys.Parse(text)
	if !ok {
		return keys.Key{}, keys.ErrWrong
	}
	k, ok := s.ring.Find(id)
	if !ok {
		return keys.Key{ID: id}, keys.ErrWrong
	}
	if err := k.Verify(secret); err != nil {
		return k, err
	}
	if k.Signed {
		return k, errSignedOnly
	}
	return k, nil
}

func (s *Service) signer(header string) (keys.Key, *signature.Signature, error) {
	sig, err := signature.Parse(header)
	if err != nil {
		return keys.Key{}, nil, err
	}
	k, ok := s.ring.Find(sig.ID)
	if !ok {
		return keys.Key{ID: sig.ID}, nil, signature.ErrWrong
	}
	return k, &sig, nil
}

// prove checks a signature over the body as sent, and that it is used once.
func (s *Service) prove(r *http.Request, k keys.Key, sig signature.Signature, sent []byte) error {
	if err := k.Signs(sig, r, sent, s.deps.Now()); err != nil {
		return s.unauthorized(r, k, err)
	}
	fresh, err := s.book.Nonce(r.Context(), k.ID, sig.Nonce)
	if err == nil && !fresh {
		return s.unauthorized(r, k, errReplayed)
	}
	return err
}

var (
	errScheme     = errors.New("the authorization scheme is neither Bearer nor " + signature.Scheme)
	errReplayed   = errors.New("nonce was used before")
	errSignedOnly = errors.New("this key is for signed requests only")
)

// refused counts a key that was not accepted and keeps a line of audit, at most
// one a minute for each address.
func (s *Service) refused(ctx context.Context, r *http.Request, id string, cause error) {
	now := s.deps.Now().UTC()
	address, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		address = r.RemoteAddr
	}
	if ok, _ := s.audits.Take(address, 1, 1, 1, now); !ok {
		return
	}
	s.log.Warn("push refused", "key", id, "address", address, "path", r.URL.Path, "reason", cause)
	a := kulkul.Audit{ID: kulkul.Hash("audit", "intake", address, now.Format(time.RFC3339Nano)), At: now, Service: "intake",
		Who: "key " + id, Action: "push refused", Object: r.URL.Path, Detail: cause.Error(), Address: address}
	m, err := bus.NewMessage(bus.AuditSubject("intake"), "audit:"+a.ID, a)
	if err == nil {
		err = s.deps.Bus.Publish(ctx, m)
	}
	if err != nil {
		s.log.Warn("audit not kept", "error", err)
	}
}

// source settles which source a request is for, and its push channel.
func (s *Service) source(k keys.Key, r *http.Request) (kulkul.Source, kulkul.Feed, error) {
	id, err := k.Source(r.URL.Query().Get("source"))
	if err != nil {
		return kulkul.Source{}, kulkul.Feed{}, fail(http.StatusForbidden, codeForbidden, err.Error())
	}
	src, ok := s.deps.Settings.Current().Source(id)
	if !ok || src.Disabled {
		return src, kulkul.Feed{}, fail(http.StatusForbidden, codeForbidden, fmt.Sprintf("source %q is not (or no longer) taken from", id))
	}
	wanted := r.URL.Query().Get("feed")
	for _, f := range src.Feeds {
		if f.Disabled || wanted != "" && f.ID != wanted || wanted == "" && f.URL != "" {
			continue
		}
		return src, f, nil
	}
	if wanted != "" {
		return src, kulkul.Feed{}, fail(http.StatusForbidden, codeForbidden, fmt.Sprintf("source %q has no feed %q", id, wanted))
	}
	return src, kulkul.Feed{}, nil
}
