package rulefile

import (
	"slices"
	"strconv"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// reader walks the nodes of one file and gathers its problems.
type reader struct {
	file     string
	problems Problems
}

func (r *reader) pos(n ast.Node) Pos {
	line := 1
	if n != nil && n.GetToken() != nil && n.GetToken().Position != nil {
		line = n.GetToken().Position.Line
	}
	return Pos{File: r.file, Line: line}
}

func (r *reader) add(n ast.Node, hint, format string, args ...any) {
	r.problems.Add(r.pos(n), hint, format, args...)
}

// root is the mapping a file must hold, nil where there is none.
func (r *reader) root(data []byte) ast.Node {
	f, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return nil
	}
	if len(f.Docs) == 0 || len(f.Docs) == 1 && f.Docs[0].Body == nil {
		r.add(nil, "", "the file is empty")
		return nil
	}
	if len(f.Docs) > 1 {
		r.add(nil, "one YAML document per file", "want one document, found %d", len(f.Docs))
		return nil
	}
	return f.Docs[0].Body
}

// entry is one key of a mapping with its value.
type entry struct {
	key   string
	node  ast.Node // of the key
	value ast.Node
}

// entries lists a mapping's entries and reports keys that stand twice.
func (r *reader) entries(n ast.Node, what string) []entry {
	var pairs []*ast.MappingValueNode
	switch m := n.(type) {
	case *ast.MappingNode:
		pairs = m.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{m}
	case nil, *ast.NullNode:
		return nil
	default:
		r.add(n, "write key: value lines", "%s: want a mapping", what)
		return nil
	}
	seen := map[string]Pos{}
	list := make([]entry, 0, len(pairs))
	for _, p := range pairs {
		key, ok := r.scalar(p.Key)
		if !ok {
			continue
		}
		if first, twice := seen[key]; twice {
			r.add(p.Key, "first at line "+strconv.Itoa(first.Line), "%s: key %q stands twice", what, key)
			continue
		}
		seen[key] = r.pos(p.Key)
		list = append(list, entry{key: key, node: p.Key, value: p.Value})
	}
	return list
}

// unknown reports a key that means nothing here.
func (r *reader) unknown(e entry, what string, known []string) {
	r.add(e.node, DidYouMean(e.key, known), "%s: unknown key %q", what, e.key)
}

// elements lists a sequence's elements; a lone scalar counts as a list of one.
func (r *reader) elements(n ast.Node, what string) []ast.Node {
	switch s := n.(type) {
	case *ast.SequenceNode:
		return s.Values
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode, *ast.MappingValueNode:
		r.add(n, "write [a, b] or one - a line", "%s: want a list", what)
		return nil
	}
	return []ast.Node{n}
}

// scalar is the text of a scalar as written.
func (r *reader) scalar(n ast.Node) (string, bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, true
	case *ast.LiteralNode:
		return s.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	case nil, *ast.NullNode:
		r.add(n, "give it a value or take the key out", "empty value")
	case *ast.AnchorNode, *ast.AliasNode, *ast.MergeKeyNode, *ast.TagNode:
		r.add(n, "write it out; * and & at the start of a term need quotes", "anchors, aliases and tags are not used here")
	default:
		r.add(n, "", "want a single value")
	}
	return "", false
}

// texts is a list of scalars.
func (r *reader) texts(n ast.Node, what string) []string {
	var list []string
	for _, e := range r.elements(n, what) {
		if s, ok := r.scalar(e); ok {
			list = append(list, s)
		}
	}
	return list
}

// refs is a list of names with their places.
func (r *reader) refs(n ast.Node, what string) []Ref {
	var list []Ref
	for _, e := range r.elements(n, what) {
		if s, ok := r.scalar(e); ok {
			list = append(list, Ref{Name: s, Pos: r.pos(e)})
		}
	}
	return list
}

// number is a number between lo and hi.
func (r *reader) number(n ast.Node, what string, lo, hi float64) (float64, bool) {
	s, ok := r.scalar(n)
	if !ok {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= lo && v <= hi) {
		r.add(n, "", "%s: want a number from %g to %g, found %q", what, lo, hi, s)
		return 0, false
	}
	return v, true
}

// point is [latitude, longitude].
func (r *reader) point(n ast.Node, what string) Point {
	list := r.elements(n, what)
	if len(list) != 2 {
		r.add(n, "write [latitude, longitude] in degrees", "%s: want two numbers", what)
		return Point{}
	}
	lat, ok1 := r.number(list[0], what+" latitude", -90, 90)
	lon, ok2 := r.number(list[1], what+" longitude", -180, 180)
	return Point{Lat: lat, Lon: lon, Set: ok1 && ok2}
}

// terms is a mapping from language to a list of terms.
func (r *reader) terms(n ast.Node, what string) []Term {
	var list []Term
	for _, e := range r.entries(n, what) {
		r.language(e, what)
		list = append(list, r.termList(e)...)
	}
	return list
}

func (r *reader) termList(e entry) []Term {
	var list []Term
	for _, v := range r.elements(e.value, e.key) {
		if s, ok := r.scalar(v); ok {
			list = append(list, Term{Text: s, Lang: e.key, Pos: r.pos(v)})
		}
	}
	return list
}

// language reports a key that is no language.
func (r *reader) language(e entry, what string) {
	if known := append(Languages(), Every); !slices.Contains(known, e.key) {
		r.unknown(e, what, known)
	}
}
