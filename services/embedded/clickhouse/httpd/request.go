package httpd

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/engine"
)

// maxSQL limits a statement that comes as a body, inline rows included; bytes.
// Rows beside a statement in the URL have no limit.
const maxSQL = 64 << 20

// request is what one HTTP request asks for.
type request struct {
	access    engine.Access
	statement engine.Statement
	rows      io.Reader // the rows of an insert; nil for any other statement
	protocol  int       // the client's protocol version, 0 for none
	queryID   string
	compress  bool // the answer goes out in ClickHouse's compressed blocks
	zstd      bool // those blocks are compressed by zstd instead of lz4
}

// parseRequest reads a request. URL parameters that are not the interface's
// own are settings, as with ClickHouse.
func parseRequest(r *http.Request, reader bool) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, chdb.NewError(36, "BAD_ARGUMENTS", "Cannot read the parameters of the URL: "+err.Error())
	}
	body, err := decodedBody(r, isTrue(values.Get("decompress")))
	if err != nil {
		return nil, err
	}
	q := &request{
		access:    engine.Access{Reader: reader, ReadOnly: r.Method == http.MethodGet, Settings: map[string]string{}},
		statement: engine.Statement{Format: "TabSeparated", Params: map[string]string{}},
	}
	sql := ""
	for name, all := range values {
		value := all[len(all)-1]
		if name == "query" {
			sql = value
			continue
		}
		if err := q.take(name, value); err != nil {
			return nil, err
		}
	}
	for name, value := range map[string]string{"database": r.Header.Get("X-ClickHouse-Database"), "default_format": r.Header.Get("X-ClickHouse-Format")} {
		if value != "" {
			_ = q.take(name, value) // neither name can fail
		}
	}
	return q, q.setSQL(sql, body)
}

// take reads one URL parameter.
func (q *request) take(name, value string) error {
	switch name {
	case "database":
		q.access.Database = value
	case "default_format":
		q.statement.Format = value
	case "client_protocol_version":
		q.protocol, _ = strconv.Atoi(value)
	case "query_id":
		q.queryID = value
	case "compress":
		q.compress = isTrue(value)
	case "user", "password", "decompress", "quota_key", "buffer_size", "wait_end_of_query",
		"enable_http_compression", "http_zlib_compression_level", "stacktrace", "close_session", "session_timeout", "session_check":
		// read elsewhere, or without effect here
	case "session_id", "role":
		return chdb.NewError(48, "NOT_IMPLEMENTED", fmt.Sprintf("The embedded server does not offer %s", name))
	default:
		if param, ok := strings.CutPrefix(name, "param_"); ok {
			q.statement.Params[param] = value
			return nil
		}
		if name == "network_compression_method" {
			q.zstd = strings.EqualFold(value, "zstd")
		}
		q.access.Settings[name] = value
	}
	return nil
}

func isTrue(value string) bool { return value == "1" || strings.EqualFold(value, "true") }

var (
	insertStart  = regexp.MustCompile(`(?is)^(?:\s+|--[^\n]*\n|/\*.*?\*/)*INSERT\b`)
	insertFormat = regexp.MustCompile(`(?is)\s+FORMAT\s+([A-Za-z][A-Za-z0-9]*)\s*;?\s*$`)
)

// setSQL puts the statement together: from the URL, from the body, or from
// both. An INSERT in the URL that ends in FORMAT has its rows in the body.
func (q *request) setSQL(sql string, body io.Reader) error {
	if at := insertFormat.FindStringSubmatchIndex(sql); at != nil && insertStart.MatchString(sql) {
		q.statement.Format = sql[at[2]:at[3]]
		q.statement.SQL = sql[:at[0]]
		q.rows = body
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(body, maxSQL+1))
	switch {
	case err != nil:
		return chdb.NewError(27, "CANNOT_PARSE_INPUT_ASSERTION_FAILED", "Cannot read the request body: "+err.Error())
	case len(text) > maxSQL:
		return chdb.NewError(223, "QUERY_IS_TOO_LARGE", fmt.Sprintf("The statement is larger than %d bytes; send rows as the body of an INSERT in the URL", maxSQL))
	}
	if sql != "" && len(text) > 0 {
		sql += "\n"
	}
	q.statement.SQL = sql + string(text)
	if strings.TrimSpace(q.statement.SQL) == "" {
		return chdb.NewError(62, "SYNTAX_ERROR", "Syntax error: the query is empty")
	}
	return nil
}

// decodedBody undoes the body's compression; blocks says that it is in
// ClickHouse's own.
func decodedBody(r *http.Request, blocks bool) (io.Reader, error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind == "multipart/form-data" {
		return nil, chdb.NewError(48, "NOT_IMPLEMENTED", "The embedded server does not offer external tables")
	}
	return decode(r.Body, r.Header.Get("Content-Encoding"), blocks)
}
