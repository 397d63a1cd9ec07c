// Package httpd speaks ClickHouse's HTTP interface, as far as clickhouse-go
// and plain tools such as curl use it, in front of the engine of this process.
// In come HTTP requests with SQL, rows and settings; out go results, or errors
// with ClickHouse's codes. Package clickhouse serves it on loopback.
//
// Not offered, and refused with a clear error: session_id, external tables
// (multipart bodies), and compressed bodies other than gzip, deflate, br, zstd
// and ClickHouse's own blocks.
package httpd

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/engine"
)

// Account is one of the two who may connect.
type Account struct {
	User, Password string
	Reader         bool // may read tables only
}

// Handler answers requests.
type Handler struct {
	engine   *engine.Engine
	accounts []Account
	hosts    []string // the Host headers that are answered; empty: all
	log      *slog.Logger
}

// New makes a handler. hosts are the addresses (host:port) under which it is
// served; a request that names another one is refused, so that no web page can
// reach it through a name of its own that resolves to loopback.
func New(e *engine.Engine, accounts []Account, hosts []string, log *slog.Logger) *Handler {
	return &Handler{engine: e, accounts: accounts, hosts: hosts, log: log}
}

// Hosts gives the Host headers that belong to a listening address: for a
// loopback one its names with the port.
func Hosts(addr net.Addr) []string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok || !tcp.IP.IsLoopback() {
		return nil
	}
	_, port, err := net.SplitHostPort(tcp.String())
	if err != nil {
		return nil
	}
	return []string{tcp.String(), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("localhost", port), net.JoinHostPort("::1", port)}
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if len(h.hosts) > 0 && !slices.Contains(h.hosts, r.Host) {
		http.Error(w, "this server does not answer for host "+r.Host, http.StatusMisdirectedRequest)
		return
	}
	w.Header().Set("X-ClickHouse-Server-Display-Name", displayName)
	switch {
	case r.URL.Path == "/ping", r.URL.Path == "/" && r.Method == http.MethodGet && r.URL.RawQuery == "":
		_, _ = io.WriteString(w, "Ok.\n") // a client that has gone needs no answer
	case r.URL.Path != "/":
		http.Error(w, "there is no handle "+r.URL.Path+"; use / or /ping", http.StatusNotFound)
	case r.Method != http.MethodPost && r.Method != http.MethodGet:
		w.Header().Set("Allow", "GET, POST")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
	default:
		h.statement(w, r)
	}
}

// statement answers one request that carries SQL.
func (h *Handler) statement(w http.ResponseWriter, r *http.Request) {
	account, err := h.authenticate(r)
	if err != nil {
		writeError(w, err)
		return
	}
	q, err := parseRequest(r, account.Reader)
	if err != nil {
		writeError(w, err)
		return
	}
	out := newResponse(w, q)
	if isHello(q.statement.SQL) {
		out.finish(out.write(h.hello(q.protocol)))
		return
	}
	s, err := h.engine.Session(r.Context(), q.access)
	if err != nil {
		out.finish(err)
		return
	}
	defer s.Close()
	if q.rows == nil {
		out.finish(s.Run(r.Context(), q.statement, out.write))
		return
	}
	n, err := s.Insert(r.Context(), q.statement, q.rows)
	out.inserted(n)
	out.finish(err)
}
