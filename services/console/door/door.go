// Package door is what every request to the console passes first: panics
// caught, security headers set, foreign-origin writes refused, answers
// compressed, requests counted.
//
// In: any request. Out: the same to the next handler, or a refusal. Called by
// the console's root.
package door

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// policy lets pages load what this server sends and nothing else: no inline
// script or style, no frame, no other origin.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"

// Door wraps handlers.
type Door struct {
	log *slog.Logger
	// secure says that browsers reach the console over TLS.
	secure   bool
	origin   *http.CrossOriginProtection
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

// New makes a door. Where publicURL is an https one, browsers are told to stay
// with TLS.
func New(publicURL string, log *slog.Logger, reg prometheus.Registerer) *Door {
	d := &Door{
		log: log, secure: strings.HasPrefix(publicURL, "https://"), origin: http.NewCrossOriginProtection(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kulkul_console_requests_total", Help: "Requests answered, by route and status class.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kulkul_console_request_seconds", Help: "Time until a request was answered, by route.",
			Buckets: []float64{.005, .01, .025, .05, .1, .15, .25, .4, .8, 1.5, 3, 10},
		}, []string{"route"}),
	}
	reg.MustRegister(d.requests, d.seconds)
	return d
}

// Wrap puts the door before next. Longest is the biggest request body.
func (d *Door) Wrap(next http.Handler, longest int64) http.Handler {
	next = http.MaxBytesHandler(next, longest)
	next = d.origin.Handler(next)
	next = compress(next)
	return d.catch(d.headers(next))
}

// Route counts and times the requests of one route. It stands inside Wrap.
func (d *Door) Route(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start, rec := time.Now(), &recorder{ResponseWriter: w, status: http.StatusOK}
		defer func() {
			d.requests.WithLabelValues(pattern, strconv.Itoa(rec.status/100)+"xx").Inc()
			d.seconds.WithLabelValues(pattern).Observe(time.Since(start).Seconds())
		}()
		next.ServeHTTP(rec, r)
	})
}

func (d *Door) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("X-Robots-Tag", "noindex, nofollow")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store")
		if d.secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// catch turns a panic into an answer of 500.
func (d *Door) catch(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(p)
			}
			d.log.Error("request panicked", "method", r.Method, "path", r.URL.Path, "panic", p, "stack", string(debug.Stack()))
			http.Error(w, "Internal error.", http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder remembers the status.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
