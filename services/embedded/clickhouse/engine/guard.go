package engine

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/embedded/clickhouse/chdb"
)

// readerSettings are the settings that a reader may choose: those that make
// its own statement smaller, change how it reads tables, or how its result is
// written. None changes the language, allows a feature or raises a limit of
// memory.
var readerSettings = []string{
	"extremes", "final", "limit", "offset", "result_overflow_mode", "read_overflow_mode", "timeout_overflow_mode",
	"max_block_size", "max_bytes_to_read", "max_execution_time", "max_final_threads", "max_result_bytes",
	"max_result_rows", "max_rows_to_read", "max_threads",
	"aggregate_functions_null_for_empty", "do_not_merge_across_partitions_select_final", "force_index_by_date",
	"force_primary_key", "group_by_use_nulls", "join_algorithm", "join_use_nulls",
	"prefer_column_name_to_alias", "select_sequential_consistency", "transform_null_in", "use_skip_indexes",
	"date_time_input_format", "date_time_output_format", "session_timezone",
	"network_compression_method", "network_zstd_compression_level", "send_progress_in_http_headers",
}

func readerMaySet(name string) bool {
	return slices.Contains(readerSettings, name) ||
		strings.HasPrefix(name, "output_format_") || strings.HasPrefix(name, "optimize_")
}

// check refuses what no one, or a reader, may run. It is a second fence: the
// engine itself refuses a reader's writes (readonly = 1) and sources (its
// role), but not INTO OUTFILE, KILL QUERY and the function file().
func (s *Session) check(sql string) error {
	a := s.conn.Classify(sql)
	switch {
	case a.Statements > 1:
		return chdb.NewError(62, "SYNTAX_ERROR", "Syntax error (Multi-statements are not allowed)")
	case s.reader && a.Class > chdb.ReadOnly && a.Class < chdb.Unknown:
		return chdb.NewError(164, "READONLY", "Cannot execute query in readonly mode")
	case !s.reader && a.Class != chdb.Control:
		return nil
	}
	plain, err := s.engine.canonical(sql)
	if err != nil {
		return err
	}
	words := lex(plain)
	if a.Class == chdb.Control && intoOutfile(words) {
		return chdb.NewError(358, "INTO_OUTFILE_NOT_ALLOWED", "INTO OUTFILE is not allowed")
	}
	if !s.reader {
		return nil
	}
	if a.Class != chdb.ReadOnly {
		return chdb.NewError(164, "READONLY", "Cannot execute a query that is not known to read only in readonly mode")
	}
	if name := forbiddenCall(words); name != "" {
		return chdb.NewError(497, "ACCESS_DENIED", fmt.Sprintf("Not enough privileges: a reader may not use the function %s", name))
	}
	return nil
}

// canonical gives a statement as the engine's own formatter writes it: without
// comments and heredocs, all names bare or in backticks. It uses a session of
// its own, since a reader's settings could change what comes out.
func (e *Engine) canonical(sql string) (string, error) {
	conn, err := e.lib.Open(e.sessionOptions()...)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	out, err := conn.Query("SELECT formatQuerySingleLine({sql:String})", "TabSeparatedRaw", map[string]string{"sql": escapeParam(sql)})
	if err != nil {
		return "", err
	}
	return string(out), nil
}

// escapeParam writes text as a parameter's value.
func escapeParam(text string) string {
	return strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\x00", `\0`).Replace(text)
}

// readerForbidden are functions that read files, call out or run text as SQL
// and that no grant of the engine guards.
var readerForbidden = []string{"file", "eval", "filesystem", "executable"}

// forbiddenCall finds a function that a reader may not use, called or named
// after APPLY.
func forbiddenCall(words []word) string {
	for i, w := range words {
		applied := i > 0 && strings.EqualFold(words[i-1].text, "APPLY")
		if !w.called && !applied {
			continue
		}
		name := strings.ToLower(w.text)
		if slices.Contains(readerForbidden, name) {
			return w.text
		}
		for _, prefix := range []string{"aigenerate", "aiclassify", "aiextract", "aitranslate", "aiembed"} {
			if strings.HasPrefix(name, prefix) {
				return w.text
			}
		}
	}
	return ""
}

func intoOutfile(words []word) bool {
	for i, w := range words {
		if w.text == "OUTFILE" && i > 0 && words[i-1].text == "INTO" {
			return true
		}
	}
	return false
}
