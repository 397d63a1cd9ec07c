package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// ParamError says which parameter of a method cannot be read, and why.
type ParamError struct{ Method, Parameter, Reason string }

func (e *ParamError) Error() string {
	return fmt.Sprintf("%s: parameter %q %s", e.Method, e.Parameter, e.Reason)
}

// read decodes parameters over the defaults that target, a pointer to a
// detector, holds.
func read(method string, params []byte, target any) error {
	if len(bytes.TrimSpace(params)) == 0 || string(bytes.TrimSpace(params)) == "null" {
		return nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(params, &members); err != nil {
		return fmt.Errorf("%s: params: want an object", method)
	}
	known := names(reflect.TypeOf(target).Elem())
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if silent(name) {
			continue
		}
		if !slices.Contains(known, name) {
			return &ParamError{method, name, "is not known; known are " + strings.Join(known, ", ")}
		}
		if err := set(target, name, members[name]); err != nil {
			return &ParamError{method, name, err.Error()}
		}
	}
	return nil
}

// silent names parameters that change nothing: a remark, and what surveillance
// prints while it works.
func silent(name string) bool {
	return name == "note" || name == "verbose" || name == "glmWarnings" || name == "plot"
}

// set decodes one parameter by its exact name.
func set(target any, name string, value json.RawMessage) error {
	value, err := wholeNumbers(value)
	if err != nil {
		return err
	}
	one, err := json.Marshal(map[string]json.RawMessage{name: value})
	if err != nil {
		return err
	}
	var wrong *json.UnmarshalTypeError
	switch err := json.Unmarshal(one, target); {
	case errors.As(err, &wrong):
		return fmt.Errorf("is a %s where %s is wanted", wrong.Value, wrong.Type)
	default:
		return err
	}
}

// names are the parameters of a detector: the JSON names of its fields, those of
// embedded structs included.
func names(t reflect.Type) []string {
	var found []string
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			found = append(found, names(f.Type)...)
			continue
		}
		if tag := f.Tag.Get("json"); tag != "" && tag != "-" {
			found = append(found, tag)
		}
	}
	return found
}

// wholeNumbers rewrites numbers such as 7.0 and 1e2 without point and exponent,
// as other languages write whole numbers that way.
func wholeNumbers(value json.RawMessage) (json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(value))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(whole(v))
}

func whole(v any) any {
	switch v := v.(type) {
	case json.Number:
		if !strings.ContainsAny(v.String(), ".eE") {
			return v
		}
		f, err := v.Float64()
		if err == nil && f == float64(int64(f)) {
			return json.Number(strconv.FormatInt(int64(f), 10))
		}
	case []any:
		for i := range v {
			v[i] = whole(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = whole(v[k])
		}
	}
	return v
}
