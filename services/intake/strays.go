package intake

import (
	"net"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// strays counts the connections that brought bytes and no request: what
// net/http answers or cuts off before any handler sees it.
type strays struct {
	net.Listener
	open    sync.Map // remote address → *visit
	counter prometheus.Counter
}

// visit is one connection.
type visit struct {
	net.Conn
	strays    *strays
	read, met atomic.Bool
	closed    sync.Once
}

func (s *strays) Accept() (net.Conn, error) {
	c, err := s.Listener.Accept()
	if err != nil {
		return nil, err
	}
	v := &visit{Conn: c, strays: s}
	s.open.Store(c.RemoteAddr().String(), v)
	return v, nil
}

// meet notes that a request has come.
func (s *strays) meet(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if v, ok := s.open.Load(r.RemoteAddr); ok {
			v.(*visit).met.Store(true)
		}
		h.ServeHTTP(w, r)
	})
}

func (v *visit) Read(p []byte) (int, error) {
	n, err := v.Conn.Read(p)
	if n > 0 {
		v.read.Store(true)
	}
	return n, err
}

func (v *visit) Close() error {
	v.closed.Do(func() {
		v.strays.open.CompareAndDelete(v.RemoteAddr().String(), v)
		if v.read.Load() && !v.met.Load() {
			v.strays.counter.Inc()
		}
	})
	return v.Conn.Close()
}
