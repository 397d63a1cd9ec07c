package engine

import (
	"strings"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// readerMaySet says which settings a reader may choose: those that make its
// own statement smaller or change how its result is written.
func readerMaySet(name string) bool {
	switch name {
	case "max_execution_time", "timeout_overflow_mode", "max_threads", "max_block_size",
		"max_result_rows", "max_result_bytes", "result_overflow_mode",
		"max_rows_to_read", "max_bytes_to_read", "read_overflow_mode",
		"final", "limit", "offset", "session_timezone", "date_time_output_format",
		"network_compression_method", "network_zstd_compression_level",
		"send_progress_in_http_headers", "wait_end_of_query", "extremes":
		return true
	}
	return strings.HasPrefix(name, "output_format_")
}

// readerForbidden are functions that read files or call out and that no grant
// of the engine guards. As identifiers they may also stand after APPLY.
var readerForbidden = []string{"file", "eval", "executable", "filesystem"}

// check refuses texts of several statements, as ClickHouse's HTTP interface
// does, and what a reader may not run. The engine refuses most of the latter
// itself, by role and by readonly = 1; this is what these leave open: INTO
// OUTFILE, KILL QUERY and the scalar function file().
func (s *Session) check(sql string) error {
	a := s.conn.Classify(sql)
	if a.Statements > 1 {
		return chdb.NewError(62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	}
	if !s.reader {
		return nil
	}
	switch a.Class {
	case chdb.ReadOnly:
	case chdb.Unknown:
		return chdb.NewError(62, "SYNTAX_ERROR", "Syntax error, or a statement that is not known to read only")
	default:
		return chdb.NewError(164, "READONLY", "Cannot execute query in readonly mode")
	}
	if name := forbiddenIdentifier(sql); name != "" {
		return chdb.NewError(497, "ACCESS_DENIED", "Not enough privileges: a reader may not use "+name)
	}
	return nil
}

// forbiddenIdentifier finds the first identifier, quoted or not, that a reader
// may not use. Text in string literals and comments does not count.
func forbiddenIdentifier(sql string) string {
	for _, id := range identifiers(sql) {
		id = strings.ToLower(id)
		for _, f := range readerForbidden {
			if id == f {
				return f
			}
		}
		for _, prefix := range []string{"aigenerate", "aiclassify", "aiextract", "aitranslate", "aiembed"} {
			if strings.HasPrefix(id, prefix) {
				return id
			}
		}
	}
	return ""
}
