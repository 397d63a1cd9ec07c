package intake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// problem is an error answer after RFC 9457.
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Errors point into the body.
	Errors []kulkul.ReceiptProblem `json:"errors,omitempty"`
	// Receipt is there where items were refused one by one.
	Receipt *kulkul.Receipt `json:"receipt,omitempty"`

	retry time.Duration // Retry-After
}

// Error makes a problem an error, so that the steps of a request can end in one.
func (p *problem) Error() string { return p.Title + ": " + p.Detail }

// Codes of problems: the last part of type, and the metric's label.
const (
	codeUnauthorized = "unauthorized"
	codeForbidden    = "forbidden"
	codeSyntax       = "syntax"
	codeShape        = "shape"
	codeMedia        = "media-type"
	codeLimit        = "limit"
	codeEncoding     = "encoding"
	codeNotFeed      = "not-a-feed"
	codeItems        = "items"
	codeNotFound     = "not-found"
	codeReused       = "idempotency-reused"
	codeInProgress   = "in-progress"
	codeBadKey       = "idempotency-key"
	codeQuota        = "quota"
	codeBusy         = "busy"
	codeFull         = "full"
	codeInternal     = "internal"
)

// title is the summary of the problem type: the same for each occurrence.
func title(code string) string {
	switch code {
	case codeUnauthorized:
		return "The key or the signature is not accepted"
	case codeForbidden:
		return "The key is not for this"
	case codeSyntax:
		return "The body is not valid JSON"
	case codeShape:
		return "The body is neither an item nor a list of items"
	case codeMedia:
		return "The media type is not taken"
	case codeLimit:
		return "The body is beyond a limit"
	case codeEncoding:
		return "The content coding cannot be read"
	case codeNotFeed:
		return "The body is not a feed"
	case codeItems:
		return "No item was taken in"
	case codeNotFound:
		return "There is no such thing"
	case codeReused:
		return "The idempotency key was used for another request"
	case codeInProgress:
		return "The same request is in progress"
	case codeBadKey:
		return "The idempotency key cannot be used"
	case codeQuota:
		return "Too much at once"
	case codeBusy, codeFull:
		return "Not now"
	}
	return "Something failed on this side"
}

func fail(status int, code, detail string) *problem {
	return &problem{Type: "urn:kulkul:problem:" + code, Title: title(code), Status: status, Detail: detail}
}

// after sets Retry-After.
func (p *problem) after(d time.Duration) *problem {
	p.retry = d
	return p
}

func (p *problem) code() string { return p.Type[len("urn:kulkul:problem:"):] }

func (p *problem) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Type", "application/problem+json")
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(int((p.retry+time.Second-1)/time.Second)))
	}
	if p.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", `Bearer realm="kulkul"`)
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the partner has gone: nothing to be done
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // as above
}
