package engine

import (
	"fmt"
	"testing"
)

func TestLex(t *testing.T) {
	for canonical, want := range map[string]string{
		"SELECT a, count() FROM t":                  "[{SELECT false} {a false} {count true} {FROM false} {t false}]",
		"SELECT 'file(1)', file":                    "[{SELECT false} {file false}]",
		`SELECT 'it\'s file(', file(1)`:             "[{SELECT false} {file true} {1 false}]",
		`SELECT 'a''file(', b`:                      "[{SELECT false} {b false}]",
		"SELECT `fi\\`le`, `a$b`(1)":                "[{SELECT false} {fi`le false} {a$b true} {1 false}]",
		"SELECT * APPLY file":                       "[{SELECT false} {APPLY false} {file false}]",
		"SELECT 1 INTO OUTFILE 'x'":                 "[{SELECT false} {1 false} {INTO false} {OUTFILE false}]",
		"SELECT 'never ends":                        "[{SELECT false}]",
		`SELECT 'ends in a backslash\`:              "[{SELECT false}]",
		"":                                          "[]",
		"SELECT {p:String}, {list:Array(UInt8)}[1]": "[{SELECT false} {p false} {String false} {list false} {Array true} {UInt8 false} {1 false}]",
	} {
		if got := fmt.Sprint(lex(canonical)); got != want {
			t.Errorf("%s\n got %s\nwant %s", canonical, got, want)
		}
	}
}

func TestForbiddenCall(t *testing.T) {
	for canonical, want := range map[string]string{
		"SELECT file FROM t":               "",
		"SELECT 1 AS file":                 "",
		"SELECT profile(1), files(2)":      "",
		"SELECT file('x')":                 "file",
		"SELECT FILE('x')":                 "FILE",
		"SELECT * APPLY file":              "file",
		"SELECT * APPLY x -> file(x)":      "file",
		"SELECT * APPLY `file`":            "file",
		"SELECT * FROM eval('SELECT 1')":   "eval",
		"SELECT AIGenerate('x')":           "AIGenerate",
		"SELECT aiTranslateText('x')":      "aiTranslateText",
		"SELECT aid(1)":                    "",
		"SELECT * FROM filesystem('/etc')": "filesystem",
	} {
		if got := forbiddenCall(lex(canonical)); got != want {
			t.Errorf("%s: %q, want %q", canonical, got, want)
		}
	}
}

func FuzzLex(f *testing.F) {
	for _, seed := range []string{"SELECT 'a' `b`", `'\`, "`", "''''", "a(", "\x80("} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range lex(s) {
			if len(w.text) > len(s) {
				t.Errorf("a word longer than its text: %q", w.text)
			}
		}
	})
}

func TestReaderSettings(t *testing.T) {
	for name, want := range map[string]bool{
		"max_threads": true, "final": true, "output_format_json_quote_64bit_integers": true, "optimize_read_in_order": true,
		"readonly": false, "max_memory_usage": false, "dialect": false, "allow_experimental_eval_table_function": false,
		"allow_ddl": false, "profile": false, "input_format_allow_errors_num": false, "format_schema": false, "": false,
	} {
		if got := readerMaySet(name); got != want {
			t.Errorf("%q: %v, want %v", name, got, want)
		}
	}
}

func TestQuoting(t *testing.T) {
	for in, want := range map[string]string{"a": `'a'`, `it's \`: `'it\'s \\'`, "": "''"} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
	if got, want := quoteIdentifier("a`b\\c d"), "`a\\`b\\\\c d`"; got != want {
		t.Errorf("quoteIdentifier gives %s, want %s", got, want)
	}
	if got, want := escapeParam("a\tb\\n\x00\r\n"), `a\tb\\n\0\r\n`; got != want {
		t.Errorf("escapeParam gives %s, want %s", got, want)
	}
}
