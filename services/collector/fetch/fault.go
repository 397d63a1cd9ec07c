package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"

	"github.com/kulkul-ews/kulkul/services/platform/dial"
	"github.com/kulkul-ews/kulkul/services/platform/unpack"
)

// Fault says in one short constant why there is no feed: a metric's label.
type Fault string

// The faults.
const (
	Refused   Fault = "refused_address" // the guard's refusal
	Redirects Fault = "redirects"
	Timeout   Fault = "timeout"
	DNS       Fault = "dns"
	TLS       Fault = "tls"
	Connect   Fault = "connect"
	TooBig    Fault = "too_big"
	Bomb      Fault = "expands"
	Coding    Fault = "coding"
	Cut       Fault = "cut"
	Protocol  Fault = "protocol"
	Limited   Fault = "limited" // 429 or 503: asked to come later
	Gone      Fault = "gone"    // 410
	NotFound  Fault = "not_found"
	Denied    Fault = "denied" // 401, 403, 451
	Client    Fault = "status_4xx"
	Server    Fault = "status_5xx"
	Status    Fault = "status_other"
)

// ErrStatus is wrapped for an answer whose status is neither 200 nor 304.
var ErrStatus = errors.New("unwanted status")

type badStatus int

func (s badStatus) Error() string {
	return fmt.Sprintf("status %d %s", int(s), http.StatusText(int(s)))
}

func statusError(code int) error { return fmt.Errorf("%w: %w", ErrStatus, badStatus(code)) }

// classify names what stands behind an error.
func classify(err error) Fault {
	var (
		status badStatus
		dns    *net.DNSError
		op     *net.OpError
		cert   *tls.CertificateVerificationError
		alert  tls.AlertError
		record tls.RecordHeaderError
		host   x509.HostnameError
	)
	switch {
	case errors.Is(err, dial.ErrRefused):
		return Refused
	case errors.Is(err, ErrRedirects):
		return Redirects
	case errors.As(err, &status):
		return statusFault(int(status))
	case errors.Is(err, unpack.ErrTooBig):
		return TooBig
	case errors.Is(err, unpack.ErrRatio):
		return Bomb
	case errors.Is(err, unpack.ErrCoding), errors.Is(err, unpack.ErrCorrupt):
		return Coding
	case errors.Is(err, unpack.ErrCut):
		return Cut
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.Canceled):
		return Timeout
	case errors.As(err, &dns):
		return DNS
	case errors.As(err, &cert), errors.As(err, &alert), errors.As(err, &record), errors.As(err, &host),
		strings.Contains(err.Error(), "tls: "), strings.Contains(err.Error(), "server gave HTTP response to HTTPS"):
		return TLS
	case errors.As(err, &op):
		return Connect
	}
	return Protocol
}

func statusFault(code int) Fault {
	switch {
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		return Limited
	case code == http.StatusGone:
		return Gone
	case code == http.StatusNotFound:
		return NotFound
	case code == http.StatusUnauthorized, code == http.StatusForbidden, code == http.StatusUnavailableForLegalReasons:
		return Denied
	case code >= 400 && code < 500:
		return Client
	case code >= 500:
		return Server
	}
	return Status
}
