package indicator

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Problem is one fault of the file.
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

// Problems are all the faults found, in the file's order.
type Problems []Problem

// Error lists the faults, one a line.
func (ps Problems) Error() string {
	var b bytes.Buffer
	for i, p := range ps {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.String())
	}
	return b.String()
}

// file is indicators.yaml as it is written.
type file struct {
	Version string `yaml:"version"`
	History int    `yaml:"history"`
	Late    int    `yaml:"late"`
	Settle  int    `yaml:"settle"`
	Budget  struct {
		Alerts float64 `yaml:"alerts"`
		Days   float64 `yaml:"days"`
		FDR    float64 `yaml:"fdr"`
		P      float64 `yaml:"p"`
	} `yaml:"budget"`
	Life struct {
		CoolDown string `yaml:"cool_down"`
		Ease     string `yaml:"ease"`
		Mute     string `yaml:"mute"`
	} `yaml:"life"`
	Levels struct {
		Elevated gate `yaml:"elevated"`
		High     gate `yaml:"high"`
		Critical gate `yaml:"critical"`
	} `yaml:"levels"`
	Opportunity struct {
		Within  int     `yaml:"within"`
		Window  int     `yaml:"window"`
		Ratio   float64 `yaml:"ratio"`
		Stories float64 `yaml:"stories"`
		Talks   Talks   `yaml:"talks"`
	} `yaml:"opportunity"`
	Indicators []rule `yaml:"indicators"`
}

type gate struct {
	Owners    int     `yaml:"owners"`
	Countries int     `yaml:"countries"`
	Ratio     float64 `yaml:"ratio"`
	AnyOf     struct {
		Days      int `yaml:"days"`
		Detectors int `yaml:"detectors"`
		Stories   int `yaml:"stories"`
	} `yaml:"any_of"`
}

func (g gate) policy() life.Gate {
	return life.Gate{Owners: g.Owners, Countries: g.Countries, Ratio: g.Ratio,
		AnyOf: life.Alternatives{Days: g.AnyOf.Days, Detectors: g.AnyOf.Detectors, Stories: g.AnyOf.Stories}}
}

type rule struct {
	ID           string         `yaml:"id"`
	Group        string         `yaml:"group"`
	Method       string         `yaml:"method"`
	Params       map[string]any `yaml:"params"`
	Window       int            `yaml:"window"`
	Minimum      Minimum        `yaml:"minimum"`
	Clear        Clear          `yaml:"clear"`
	Hold         string         `yaml:"hold"`
	Share        float64        `yaml:"share"`
	Level        string         `yaml:"level"`
	Corroborates bool           `yaml:"corroborates"`
	Series       Scope          `yaml:"series"`
}

// defaults are what a file need not say.
func defaults() file {
	var f file
	f.History, f.Late, f.Settle = 400, 2, 28
	f.Budget.Alerts, f.Budget.Days, f.Budget.FDR, f.Budget.P = 1, 14, 0.05, 0.01
	f.Life.CoolDown, f.Life.Ease, f.Life.Mute = "72h", "48h", "168h"
	f.Opportunity.Within, f.Opportunity.Window, f.Opportunity.Ratio, f.Opportunity.Stories = 60, 14, 0.25, 4
	f.Opportunity.Talks = Talks{Stories: 3, Publishers: 2, Ratio: 3}
	g := life.DefaultGates()
	for _, p := range []struct {
		from life.Gate
		to   *gate
	}{{g.Elevated, &f.Levels.Elevated}, {g.High, &f.Levels.High}, {g.Critical, &f.Levels.Critical}} {
		p.to.Owners, p.to.Countries, p.to.Ratio = p.from.Owners, p.from.Countries, p.from.Ratio
		p.to.AnyOf.Days, p.to.AnyOf.Detectors, p.to.AnyOf.Stories = p.from.AnyOf.Days, p.from.AnyOf.Detectors, p.from.AnyOf.Stories
	}
	return f
}

// Parse reads the file named name (the name shows in faults). The error is
// Problems with every fault found. An empty file has no indicators and the
// default times, gates and budget.
func Parse(name string, data []byte) (Indicators, error) {
	f := defaults()
	d := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict())
	switch err := d.Decode(&f); {
	case errors.Is(err, io.EOF):
		f = defaults() // an empty document has emptied it
	case err != nil:
		return Indicators{}, Problems{located(name, err)}
	}
	c := check{name: name}
	c.tree, _ = parser.ParseBytes(data, 0) // Decode has told of faults
	in := c.indicators(f)
	if in.Version == "" {
		in.Version = kulkul.Hash("indicators", string(data))[:12]
	}
	in.Life.Indicators = in.Version
	if len(c.found) > 0 {
		return Indicators{}, c.found
	}
	return in, nil
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

// check gathers faults with their lines.
type check struct {
	name  string
	tree  *ast.File
	found Problems
}

// fault notes a problem at a YAML path ("$.indicators[2].id"), or at the
// nearest thing above it that is in the file.
func (c *check) fault(path, format string, args ...any) {
	p := Problem{File: c.name, Text: fmt.Sprintf(format, args...)}
	for path != "$" && p.Line == 0 && c.tree != nil {
		if y, err := yaml.PathString(path); err == nil {
			if n, err := y.FilterFile(c.tree); err == nil && n != nil && n.GetToken() != nil {
				p.Line = n.GetToken().Position.Line
			}
		}
		path = parent(path)
	}
	c.found = append(c.found, p)
}

func parent(path string) string {
	for i := len(path) - 1; i > 0; i-- {
		if path[i] == '.' || path[i] == '[' {
			return path[:i]
		}
	}
	return "$"
}
