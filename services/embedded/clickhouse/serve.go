package clickhouse

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/engine"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/httpd"
)

// Serve opens the database, calls ready with the endpoint and serves until ctx
// ends; then it stops what still runs and closes the database. It opens the
// engine in this process, which can be done once per process.
func Serve(ctx context.Context, o Options, ready func(Endpoint)) error {
	l, err := listen(o.Addr)
	if err != nil {
		return err
	}
	defer l.Close()
	return serve(ctx, o, l, ready)
}

func serve(ctx context.Context, o Options, l net.Listener, ready func(Endpoint)) error {
	o, err := o.withDefaults()
	if err != nil {
		return err
	}
	if o.Library == "" {
		if o.Library, err = chdb.Find(".", o.Dir); err != nil {
			return err
		}
	}
	e, err := engine.Open(engine.Options{
		Dir: o.Dir, Library: o.Library, Memory: o.Memory, QueryMemory: o.QueryMemory,
		Threads: o.Threads, Sessions: o.Sessions, Log: o.Log,
	})
	if err != nil {
		return err
	}
	defer e.Close()
	o.Endpoint.URL = "http://" + l.Addr().String()
	return serveHTTP(ctx, httpd.New(e, o.accounts(), httpd.Hosts(l.Addr()), o.Log), l, func() { ready(o.Endpoint) })
}

// drainLimit is how long requests may take to end once their statements are
// stopped; those of clients that have sent none yet do not count.
const drainLimit = 300 * time.Millisecond

// serveHTTP serves until ctx ends, and returns when no request runs any more.
// Requests run in ctx, so that its end stops their statements.
func serveHTTP(ctx context.Context, h http.Handler, l net.Listener, ready func()) error {
	var running sync.WaitGroup
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			running.Add(1)
			defer running.Done()
			h.ServeHTTP(w, r)
		}),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       5 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	ready()
	select {
	case err := <-served:
		return fmt.Errorf("serve ClickHouse's interface: %w", err)
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainLimit)
	defer cancel()
	err := server.Shutdown(drain)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close()
	}
	if serveErr := <-served; !errors.Is(serveErr, http.ErrServerClosed) {
		err = errors.Join(err, serveErr)
	}
	running.Wait()
	return err
}

// yieldMemory makes the kernel choose this process first when memory runs out,
// so that the rest of the product lives on.
func yieldMemory() {
	// Not being allowed to is no reason not to serve.
	_ = os.WriteFile("/proc/self/oom_score_adj", []byte("500"), 0o644)
}
