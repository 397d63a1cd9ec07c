package push

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// member and object keep a JSON object as it was written, repeats included.
type member struct {
	name  string
	value any // object, []any, string, json.Number, bool or nil
}

type object []member

// parse reads a body into values without recursion deeper than the limit.
func parse(body []byte, limits Limits) (any, error) {
	if len(body) > limits.MaxBytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(body), limits.MaxBytes)
	}
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrSyntax)
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	v, err := value(dec, limits, 1)
	if err != nil {
		return nil, explain(dec, err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%w: something follows the value at byte %d", ErrSyntax, dec.InputOffset())
	}
	return v, nil
}

func explain(dec *json.Decoder, err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.Is(err, ErrLimit):
		return err
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%w: it ends early", ErrSyntax)
	case errors.As(err, &syntax):
		return fmt.Errorf("%w: %s at byte %d", ErrSyntax, syntax.Error(), syntax.Offset)
	}
	return fmt.Errorf("%w: %w at byte %d", ErrSyntax, err, dec.InputOffset())
}

func value(dec *json.Decoder, limits Limits, depth int) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	d, ok := t.(json.Delim)
	if !ok {
		return t, nil
	}
	if depth > limits.MaxDepth {
		return nil, fmt.Errorf("%w: nested deeper than %d", ErrLimit, limits.MaxDepth)
	}
	if d == '{' {
		return members(dec, limits, depth)
	}
	return elements(dec, limits, depth)
}

func members(dec *json.Decoder, limits Limits, depth int) (any, error) {
	o := object{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := value(dec, limits, depth+1)
		if err != nil {
			return nil, err
		}
		if len(o) == maxMembers {
			return nil, fmt.Errorf("%w: more than %d members", ErrLimit, maxMembers)
		}
		s, _ := name.(string)
		o = append(o, member{s, v})
	}
	_, err := dec.Token() // the closing brace
	return o, err
}

// maxMembers bounds the members of one object.
const maxMembers = 100

func elements(dec *json.Decoder, limits Limits, depth int) (any, error) {
	list := []any{}
	for dec.More() {
		if len(list) == limits.MaxItems {
			return nil, fmt.Errorf("%w: more than %d elements", ErrLimit, limits.MaxItems)
		}
		v, err := value(dec, limits, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := dec.Token() // the closing bracket
	return list, err
}

func typeName(v any) string {
	switch v.(type) {
	case object:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a string"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	}
	return "null"
}
