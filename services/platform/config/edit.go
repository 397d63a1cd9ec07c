package config

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// EditSources gives a sources.yaml that lists the sources given, in their order
// as far as they are new. What stays as it was keeps its lines and remarks;
// where the file has no shape that allows this, all of it is written anew. An
// error is one of the file as it was.
func EditSources(name string, data []byte, sources []kulkul.Source) ([]byte, error) {
	before, err := ParseSources(name, data)
	if err != nil {
		return nil, err
	}
	out, err := spliced(data, before, sources)
	if err != nil {
		return nil, err
	}
	after, err := ParseSources(name, out)
	if err != nil || !alike(after, sources) {
		return whole(sources)
	}
	return out, nil
}

// alike reports whether two lists hold the same, in whatever order.
func alike(a, b []kulkul.Source) bool {
	byID := make(map[string]kulkul.Source, len(a))
	for _, s := range a {
		byID[s.ID] = s
	}
	for _, s := range b {
		if !reflect.DeepEqual(byID[s.ID], s) {
			return false
		}
	}
	return len(a) == len(b)
}

// whole is a file of its own.
func whole(sources []kulkul.Source) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("sources:\n")
	for _, s := range sources {
		text, err := written(s)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	if len(sources) == 0 {
		return []byte("sources: []\n"), nil
	}
	return b.Bytes(), nil
}

// written is a source as an entry of the list.
func written(s kulkul.Source) (string, error) {
	raw, err := yaml.MarshalWithOptions([]kulkul.Source{s}, yaml.Indent(2), yaml.IndentSequence(true))
	if err != nil {
		return "", fmt.Errorf("write source %s: %w", s.ID, err)
	}
	return string(raw), nil
}

// spliced replaces the lines of the sources that differ, takes out those of
// sources that are gone, and adds the new ones at the end.
func spliced(data []byte, before, sources []kulkul.Source) ([]byte, error) {
	starts := entryLines(data)
	if len(starts) != len(before) || len(starts) == 0 || len(sources) == 0 {
		return whole(sources)
	}
	wanted := make(map[string]kulkul.Source, len(sources))
	for _, s := range sources {
		wanted[s.ID] = s
	}
	lines := strings.SplitAfter(string(data), "\n")
	var b strings.Builder
	b.WriteString(strings.Join(lines[:starts[0]], ""))
	for i, s := range before {
		end := len(lines)
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		now, stays := wanted[s.ID]
		delete(wanted, s.ID)
		text := strings.Join(lines[starts[i]:end], "")
		switch {
		case !stays:
			continue
		case !reflect.DeepEqual(now, s):
			var err error
			if text, err = written(now); err != nil {
				return nil, err
			}
		case !strings.HasSuffix(text, "\n"):
			text += "\n"
		}
		b.WriteString(text)
	}
	for _, s := range sources {
		if _, isNew := wanted[s.ID]; !isNew {
			continue
		}
		text, err := written(s)
		if err != nil {
			return nil, err
		}
		b.WriteString(text)
	}
	return []byte(b.String()), nil
}

// entryLines gives the lines (from 0) on which the entries of a block list
// under "sources" begin; none where the file has another shape.
func entryLines(data []byte) []int {
	f, err := parser.ParseBytes(data, 0)
	if err != nil || len(f.Docs) != 1 {
		return nil
	}
	m, ok := f.Docs[0].Body.(*ast.MappingNode)
	if !ok || len(m.Values) != 1 {
		return nil
	}
	list, ok := m.Values[0].Value.(*ast.SequenceNode)
	if !ok || list.IsFlowStyle {
		return nil
	}
	var starts []int
	for _, v := range list.Values {
		starts = append(starts, v.GetToken().Position.Line-1)
	}
	return starts
}
