package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// ErrRedirects is wrapped where redirects lead nowhere.
var ErrRedirects = errors.New("redirects lead nowhere")

// way follows redirects: each meets the guard, waits for its host's turn, and
// is remembered where it is permanent.
type way struct {
	guard *dial.Guard
	turns Turns
	limit int
	at    string // host whose turn is held; "" after it was given back
	hops  int
	moved string
	kept  bool // a temporary redirect was met: what follows is not permanent
}

// step is the client's CheckRedirect: it is called before each redirect is
// followed, once the answer before it is done with.
func (w *way) step(req *http.Request, via []*http.Request) error {
	w.hops = len(via)
	if w.hops > w.limit {
		return fmt.Errorf("%w: more than %d", ErrRedirects, w.limit)
	}
	for _, v := range via {
		if v.URL.String() == req.URL.String() {
			return fmt.Errorf("%w: back to an address on the way", ErrRedirects)
		}
	}
	req.URL.User = nil // nobody's credentials are sent on or kept
	req.Header.Del("Referer")
	if err := w.guard.CheckURL(req.URL); err != nil {
		return err
	}
	switch req.Response.StatusCode {
	case http.StatusMovedPermanently, http.StatusPermanentRedirect:
		if !w.kept {
			w.moved = req.URL.String()
		}
	default:
		w.kept = true
	}
	return w.enter(req)
}

// enter gives the turn at the host before back and waits for the next one's:
// two requests that lead to each other's hosts must not hold both.
func (w *way) enter(req *http.Request) error {
	host := hostOf(req.URL)
	if w.turns == nil || host == w.at {
		return nil
	}
	w.leave()
	if err := w.turns.Enter(req.Context(), host); err != nil {
		return fmt.Errorf("wait for %s: %w", host, err)
	}
	w.at = host
	return nil
}

// leave gives back the turn that is held, if any.
func (w *way) leave() {
	if w.turns != nil && w.at != "" {
		w.turns.Leave(w.at)
		w.at = ""
	}
}

// hold keeps the host that asks to be left alone from being asked by anyone.
func (w *way) hold(pause time.Duration) {
	if w.turns != nil && w.at != "" {
		w.turns.Hold(w.at, pause)
	}
}

// Host is the host of an address as politeness counts it: its name or number
// in lower case, whatever the port; "" where there is none.
func Host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return hostOf(u)
}

func hostOf(u *url.URL) string { return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") }
