package httpd

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/ClickHouse/ch-go/compress"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// writeLimit is how long a client may take to read one block.
const writeLimit = 5 * time.Minute

// response writes the answer to one request: a status only with the first
// block, so that an error before it still gets a status of its own.
type response struct {
	w          http.ResponseWriter
	compressor *compress.Writer // nil: plain
	tag        string           // marks an exception inside a running answer
	started    bool
}

func newResponse(w http.ResponseWriter, q *request) *response {
	out := &response{w: w, tag: rand.Text()[:16]}
	if q.compress {
		method := compress.LZ4
		if q.zstd {
			method = compress.ZSTD
		}
		out.compressor = compress.NewWriter(compress.LevelZero, method)
	}
	header := w.Header()
	header.Set("Content-Type", contentType(q.statement.Format))
	header.Set("X-ClickHouse-Format", q.statement.Format)
	header.Set("X-ClickHouse-Timezone", "UTC")
	header.Set("X-ClickHouse-Exception-Tag", out.tag)
	if q.queryID != "" {
		header.Set("X-ClickHouse-Query-Id", q.queryID)
	}
	return out
}

func contentType(format string) string {
	switch {
	case strings.HasPrefix(format, "JSON"):
		return "application/json; charset=UTF-8"
	case strings.HasPrefix(format, "TabSeparated"), strings.HasPrefix(format, "TSV"):
		return "text/tab-separated-values; charset=UTF-8"
	case strings.HasPrefix(format, "CSV"):
		return "text/csv; charset=UTF-8; header=absent"
	}
	return "application/octet-stream"
}

// write sends one block.
func (out *response) write(block []byte) error {
	out.started = true
	if out.compressor != nil {
		if err := out.compressor.Compress(block); err != nil {
			return fmt.Errorf("compress a block: %w", err)
		}
		block = out.compressor.Data
	}
	// A client that reads nothing must not hold its place for ever. Where the
	// connection takes no deadline, as in tests, there is none.
	_ = http.NewResponseController(out.w).SetWriteDeadline(time.Now().Add(writeLimit))
	_, err := out.w.Write(block)
	return err
}

// inserted says how many rows an insert stored.
func (out *response) inserted(rows uint64) {
	out.w.Header().Set("X-ClickHouse-Summary", fmt.Sprintf(`{"written_rows":"%d"}`, rows))
}

// finish ends the answer: well where err is nil, else with the error. Once
// blocks are out the error follows them in ClickHouse's frame for that.
func (out *response) finish(err error) {
	switch {
	case err == nil && !out.started:
		out.w.Header().Set("Content-Length", "0")
		out.w.WriteHeader(http.StatusOK)
	case err != nil && !out.started:
		writeError(out.w, err)
	case err != nil:
		text := exception(err).Text
		fmt.Fprintf(out.w, "\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", out.tag, text, len(text)+1, out.tag)
	}
}

// writeError answers with an error and nothing else.
func writeError(w http.ResponseWriter, err error) {
	e := exception(err)
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=UTF-8")
	header.Set("X-ClickHouse-Exception-Code", strconv.Itoa(e.Code))
	header.Del("X-ClickHouse-Format")
	if e.Code == 516 {
		header.Set("WWW-Authenticate", `Basic realm="ClickHouse server HTTP API"`)
	}
	w.WriteHeader(status(e.Code))
	fmt.Fprintln(w, e.Text)
}

// exception gives err the form of ClickHouse's errors.
func exception(err error) *chdb.Error {
	var e *chdb.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return chdb.NewError(394, "QUERY_WAS_CANCELLED", "Query was cancelled")
	}
	return chdb.NewError(chdb.UnknownException, "UNKNOWN_EXCEPTION", err.Error())
}

// status maps a code to the HTTP status that ClickHouse answers it with.
func status(code int) int {
	switch code {
	case 516, 192, 193: // authentication, users
		return http.StatusForbidden
	case 62, 27, 36, 6, 26, 38, 41, 42, 43, 53, 69, 72, 130, 131, 457: // what was asked is malformed
		return http.StatusBadRequest
	case 60, 81, 46, 47, 50, 56, 63, 73, 115: // a name is unknown
		return http.StatusNotFound
	case 223:
		return http.StatusRequestEntityTooLarge
	case 48:
		return http.StatusNotImplemented
	}
	return http.StatusInternalServerError
}
