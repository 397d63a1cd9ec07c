package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Problem is one fault of a configuration file.
type Problem struct {
	File string
	Line int // 1-based; 0 where the fault has no line
	Text string
}

// String is "file:line: text".
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems are all the faults found; as an error they read one a line.
type Problems []Problem

// Error lists the faults, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err is the list as an error, sorted by file and line; nil where it is empty.
func (ps Problems) Err() error {
	if len(ps) == 0 {
		return nil
	}
	sort.SliceStable(ps, func(i, j int) bool {
		if ps[i].File != ps[j].File {
			return ps[i].File < ps[j].File
		}
		return ps[i].Line < ps[j].Line
	})
	return ps
}

// Decode reads one YAML document strictly: an unknown key, a repeated key, a
// value of the wrong type or a second document is a Problems error that names
// file and line. An empty file leaves into as it was.
func Decode(name string, data []byte, into any) error {
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	err := d.Decode(into)
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		var more any
		if err = d.Decode(&more); errors.Is(err, io.EOF) {
			return nil
		}
		return Problems{{File: name, Text: "a second document follows; want one"}}
	}
	return Problems{located(name, err)}
}

func located(name string, err error) Problem {
	var at yaml.Error
	if !errors.As(err, &at) {
		return Problem{File: name, Text: err.Error()}
	}
	p := Problem{File: name, Text: at.GetMessage()}
	if t := at.GetToken(); t != nil && t.Position != nil {
		p.Line = t.Position.Line
	}
	return p
}

// locator finds the line of a value by its YAML path, for faults that only
// show once the document is read.
type locator struct {
	name string
	file *ast.File
}

func newLocator(name string, data []byte) locator {
	f, err := parser.ParseBytes(data, 0)
	if err != nil {
		return locator{name: name} // Decode has told of it
	}
	return locator{name, f}
}

// at makes a problem located at the path ("$.sources[2].id").
func (l locator) at(path, format string, args ...any) Problem {
	p := Problem{File: l.name, Text: fmt.Sprintf(format, args...)}
	if l.file == nil {
		return p
	}
	y, err := yaml.PathString(path)
	if err != nil {
		return p
	}
	if n, err := y.FilterFile(l.file); err == nil && n != nil && n.GetToken() != nil {
		p.Line = n.GetToken().Position.Line
	}
	return p
}
