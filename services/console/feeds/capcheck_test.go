package feeds

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// The standard's schema is not in this tree (no package registry carries it),
// so its rules are written down here as a table: sections 3.2.1 to 3.2.4 of
// Common Alerting Protocol 1.2, with appendix A's schema for order and types.
// A grammar is the list of an element's children in the schema's sequence.

// rule is one child element: how often it may stand and what it may hold.
type rule struct {
	name     string
	min, max int // max -1: no end
	valid    func(string) error
	children []rule
}

const unbounded = -1

func oneOf(values ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(values, s) {
			return fmt.Errorf("%q is none of %v", s, values)
		}
		return nil
	}
}

func matches(pattern string) func(string) error {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(s string) error {
		if !re.MatchString(s) {
			return fmt.Errorf("%q does not match %s", s, pattern)
		}
		return nil
	}
}

func anyText(string) error { return nil }

func text(s string) error {
	if strings.TrimSpace(s) == "" {
		return fmt.Errorf("it is empty")
	}
	return nil
}

// instantOf is CAP's time: never a "Z", always an offset.
func instantOf(s string) error {
	if err := matches(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d`)(s); err != nil {
		return err
	}
	_, err := time.Parse("2006-01-02T15:04:05-07:00", s)
	return err
}

func address(s string) error {
	u, err := url.Parse(s)
	if err == nil && !u.IsAbs() {
		err = fmt.Errorf("%q is not a full absolute URI", s)
	}
	return err
}

// token has no spaces, commas or restricted characters.
var token = matches(`[^\s,<&]+`)

// circleOf is a WGS 84 point and a radius in kilometres.
func circleOf(s string) error {
	if err := matches(`-?\d+(\.\d+)?,-?\d+(\.\d+)? \d+(\.\d+)?`)(s); err != nil {
		return err
	}
	point, _, ok := strings.Cut(s, " ")
	lat, lon, two := strings.Cut(point, ",")
	if !ok || !two {
		return fmt.Errorf("%q: want latitude,longitude radius", s)
	}
	for _, c := range []struct {
		text  string
		bound float64
	}{{lat, 90}, {lon, 180}} {
		if v, err := strconv.ParseFloat(c.text, 64); err != nil || v < -c.bound || v > c.bound {
			return fmt.Errorf("%q: coordinate %q", s, c.text)
		}
	}
	return nil
}

func grammar() []rule {
	pair := []rule{{"valueName", 1, 1, text, nil}, {"value", 1, 1, anyText, nil}}
	area := []rule{{"areaDesc", 1, 1, text, nil}, {"polygon", 0, unbounded, anyText, nil}, {"circle", 0, unbounded, circleOf, nil},
		{"geocode", 0, unbounded, nil, pair}, {"altitude", 0, 1, anyText, nil}, {"ceiling", 0, 1, anyText, nil}}
	info := []rule{
		{"language", 0, 1, matches(`[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*`), nil},
		{"category", 1, unbounded, oneOf("Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"), nil},
		{"event", 1, 1, text, nil},
		{"responseType", 0, unbounded, oneOf("Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear", "None"), nil},
		{"urgency", 1, 1, oneOf("Immediate", "Expected", "Future", "Past", "Unknown"), nil},
		{"severity", 1, 1, oneOf("Extreme", "Severe", "Moderate", "Minor", "Unknown"), nil},
		{"certainty", 1, 1, oneOf("Observed", "Likely", "Possible", "Unlikely", "Unknown"), nil},
		{"audience", 0, 1, anyText, nil}, {"eventCode", 0, unbounded, nil, pair},
		{"effective", 0, 1, instantOf, nil}, {"onset", 0, 1, instantOf, nil}, {"expires", 0, 1, instantOf, nil},
		{"senderName", 0, 1, text, nil}, {"headline", 0, 1, text, nil}, {"description", 0, 1, anyText, nil}, {"instruction", 0, 1, anyText, nil},
		{"web", 0, 1, address, nil}, {"contact", 0, 1, anyText, nil}, {"parameter", 0, unbounded, nil, pair},
		{"resource", 0, unbounded, anyText, nil}, {"area", 0, unbounded, nil, area},
	}
	return []rule{
		{"identifier", 1, 1, token, nil}, {"sender", 1, 1, token, nil}, {"sent", 1, 1, instantOf, nil},
		{"status", 1, 1, oneOf("Actual", "Exercise", "System", "Test", "Draft"), nil},
		{"msgType", 1, 1, oneOf("Alert", "Update", "Cancel", "Ack", "Error"), nil},
		{"source", 0, 1, text, nil}, {"scope", 1, 1, oneOf("Public", "Restricted", "Private"), nil},
		{"restriction", 0, 1, text, nil}, {"addresses", 0, 1, text, nil}, {"code", 0, unbounded, text, nil}, {"note", 0, 1, text, nil},
		// extended messages: sender,identifier,sent, several with white space between
		{"references", 0, 1, matches(`[^\s,<&]+,[^\s,<&]+,\S+( [^\s,<&]+,[^\s,<&]+,\S+)*`), nil},
		{"incidents", 0, 1, text, nil}, {"info", 0, unbounded, nil, info},
	}
}

// element is any XML element with its children.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

const capNamespace = "urn:oasis:names:tc:emergency:cap:1.2"

// checkCAP holds a document against the standard.
func checkCAP(raw []byte) []string {
	var faults []string
	var root element
	d := xml.NewDecoder(strings.NewReader(strings.TrimSpace(string(raw))))
	if err := d.Decode(&root); err != nil {
		return []string{err.Error()}
	}
	if _, err := d.Token(); err != io.EOF {
		faults = append(faults, "something follows the root")
	}
	if root.XMLName != (xml.Name{Space: capNamespace, Local: "alert"}) {
		faults = append(faults, fmt.Sprintf("root %v", root.XMLName))
	}
	faults = append(faults, checkChildren("alert", root, grammar())...)
	get := func(e element, name string) string {
		for _, c := range e.Children {
			if c.XMLName.Local == name {
				return c.Text
			}
		}
		return ""
	}
	// What section 3.2.1 says beside the schema.
	if get(root, "scope") == "Restricted" && get(root, "restriction") == "" {
		faults = append(faults, "a restricted document says no restriction")
	}
	if m := get(root, "msgType"); m != "Alert" && get(root, "references") == "" {
		faults = append(faults, m+" without references")
	}
	return faults
}

func checkChildren(path string, e element, rules []rule) []string {
	var faults []string
	counts, at := map[string]int{}, 0
	for _, c := range e.Children {
		name := c.XMLName.Local
		i := slices.IndexFunc(rules, func(r rule) bool { return r.name == name })
		where := path + "/" + name
		if i < 0 || c.XMLName.Space != capNamespace {
			faults = append(faults, where+": not of the schema")
			continue
		}
		if i < at {
			faults = append(faults, where+": out of order")
		}
		at = i
		counts[name]++
		if len(rules[i].children) > 0 {
			faults = append(faults, checkChildren(where, c, rules[i].children)...)
		} else if err := rules[i].valid(c.Text); err != nil {
			faults = append(faults, where+": "+err.Error())
		}
	}
	for _, r := range rules {
		if n := counts[r.name]; n < r.min || (r.max != unbounded && n > r.max) {
			faults = append(faults, fmt.Sprintf("%s/%s: %d of them", path, r.name, n))
		}
	}
	return faults
}

// everyCAP gives every document that an alert can become.
func everyCAP(t *testing.T) (documents [][]byte) {
	t.Helper()
	for _, flashpoint := range append(kulkul.Flashpoints(), kulkul.Any) {
		for _, area := range append(kulkul.Areas(), kulkul.Any) {
			for _, state := range []kulkul.State{kulkul.Pending, kulkul.Firing, kulkul.Recovering, kulkul.Resolved} {
				for _, level := range []kulkul.Level{kulkul.NoLevel, kulkul.Watch, kulkul.Elevated, kulkul.High, kulkul.Critical} {
					a, n := alert(state), len(documents)
					a.Key.Flashpoint, a.Key.Area, a.Level = flashpoint, area, level
					a.Flashpoint, a.Area = "Name of <"+flashpoint+"> & more", "Name of "+area
					if n%2 == 0 {
						a.At, a.UpdatedAt = nil, a.Since
					}
					if n%3 == 0 {
						a.At = &Point{-8.55e-7, 125.57}
					}
					raw, err := CAP(site(), a)
					if err != nil {
						t.Fatal(err)
					}
					documents = append(documents, raw)
				}
			}
		}
	}
	return documents
}

func TestEveryCAPDocumentIsValid(t *testing.T) {
	all := everyCAP(t)
	for _, raw := range all {
		if faults := checkCAP(raw); len(faults) > 0 {
			t.Fatalf("%v\n%s", faults, raw)
		}
	}
	t.Logf("%d documents", len(all))
}

// The same against OASIS's own schema by libxml2's xmllint, where
// KULKUL_CAP_XSD names a copy of CAP-v1.2.xsd; none is in the tree.
func TestEveryCAPDocumentPassesTheSchema(t *testing.T) {
	schema := os.Getenv("KULKUL_CAP_XSD")
	if schema == "" {
		t.Skip("KULKUL_CAP_XSD names no copy of OASIS's CAP-v1.2.xsd")
	}
	dir := t.TempDir()
	args := []string{"--noout", "--nonet", "--schema", schema}
	for i, raw := range everyCAP(t) {
		args = append(args, filepath.Join(dir, fmt.Sprintf("%d.xml", i)))
		if err := os.WriteFile(args[len(args)-1], raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if said, err := exec.CommandContext(t.Context(), "xmllint", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %.2000s", err, said)
	}
	bad := filepath.Join(dir, "bad.xml")
	if err := os.WriteFile(bad, []byte(`<alert xmlns="`+capNamespace+`"><identifier>1</identifier></alert>`), 0o600); err != nil {
		t.Fatal(err)
	}
	if exec.CommandContext(t.Context(), "xmllint", "--noout", "--nonet", "--schema", schema, bad).Run() == nil {
		t.Error("a document without a sender passes")
	}
}

// The table finds what it is there to find.
func TestTheCAPTableFindsFaults(t *testing.T) {
	good, err := CAP(site(), alert(kulkul.Firing))
	if err != nil {
		t.Fatal(err)
	}
	for old, bad := range map[string]string{
		"<status>Actual<":               "<status>Real<",
		"-00:00</sent>":                 "Z</sent>",
		"<restriction>":                 "<restriction2>",
		"<severity>Moderate</severity>": "",
		"<sender>kulkul@":               "<sender>kulkul desk@",
		"<circle>5,117.2 0<":            "<circle>95,117.2 0<",
		"<web>https:":                   "<web>",
		"<category>Security</category>": "<category>Politics</category>",
		"<references>kulkul@":           "<references>kulkul desk@",
		"cap:1.2":                       "cap:1.1",
	} {
		text := string(good)
		changed := strings.Replace(text, old, bad, 1)
		if old == "<restriction>" {
			changed = strings.Replace(changed, "</restriction>", "</restriction2>", 1)
		}
		if changed == text {
			t.Fatalf("%s is not there:\n%s", old, text)
		}
		if len(checkCAP([]byte(changed))) == 0 {
			t.Errorf("%s passes", bad)
		}
	}
}
