package indicator

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/detect/algorithm/catalog"
	"github.com/kulkul-ews/kulkul/services/detect/life"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// limits of what a file may ask for.
const (
	minHistory, maxHistory = 30, 4000
	maxLate                = 7
)

func (c *check) indicators(f file) Indicators {
	in := Indicators{Version: f.Version, History: f.History, Late: f.Late, Settle: f.Settle,
		Budget: Budget{f.Budget.Alerts, f.Budget.Days, f.Budget.FDR, f.Budget.P},
		Life: life.Policy{CoolDown: c.span("$.life.cool_down", f.Life.CoolDown), Ease: c.span("$.life.ease", f.Life.Ease),
			Mute:  c.span("$.life.mute", f.Life.Mute),
			Gates: life.Gates{Elevated: f.Levels.Elevated.policy(), High: f.Levels.High.policy(), Critical: f.Levels.Critical.policy()}},
		Opportunity: Opportunity{f.Opportunity.Within, f.Opportunity.Ratio, f.Opportunity.Stories, f.Opportunity.Window, f.Opportunity.Talks}}
	c.between("$.history", float64(f.History), minHistory, maxHistory)
	c.between("$.late", float64(f.Late), 0, maxLate)
	c.between("$.settle", float64(f.Settle), 0, maxHistory)
	c.between("$.budget.alerts", f.Budget.Alerts, 0.01, 1000)
	c.between("$.budget.days", f.Budget.Days, 1, 366)
	c.between("$.budget.fdr", f.Budget.FDR, 0.0001, 0.5)
	c.between("$.budget.p", f.Budget.P, 1e-9, 0.5)
	c.opportunity(f)
	ids := map[string]bool{}
	for n, r := range f.Indicators {
		path := fmt.Sprintf("$.indicators[%d]", n)
		if ids[r.ID] {
			c.fault(path+".id", "indicator id %q is used twice", r.ID)
		}
		ids[r.ID] = true
		in.List = append(in.List, c.indicator(path, r))
	}
	return in
}

// opportunity: without a window the notice is off.
func (c *check) opportunity(f file) {
	o := f.Opportunity
	c.between("$.opportunity.within", float64(o.Within), 0, 366)
	c.between("$.opportunity.window", float64(o.Window), 1, 60)
	c.between("$.opportunity.ratio", o.Ratio, 0, 1)
	c.between("$.opportunity.talks.stories", float64(o.Talks.Stories), 1, 1000)
	c.between("$.opportunity.talks.publishers", float64(o.Talks.Publishers), 0, 1000)
	c.between("$.opportunity.talks.ratio", o.Talks.Ratio, 1, 1000)
	for n, rule := range o.Talks.Rules {
		id, name, _ := strings.Cut(rule, "/")
		if name == "" || !slices.Contains(kulkul.Areas(), id) && !slices.Contains(kulkul.Flashpoints(), id) {
			c.fault(fmt.Sprintf("$.opportunity.talks.rules[%d]", n), "%q: want an area or a flashpoint, a slash, and the name of one of its rules", rule)
		}
	}
}

func (c *check) between(path string, v, low, high float64) {
	if !(v >= low && v <= high) {
		c.fault(path, "%g: want %g to %g", v, low, high)
	}
}

// span reads a length of time; empty is none.
func (c *check) span(path, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 {
		c.fault(path, "%q is no length of time; want such as 24h or 90m", text)
	}
	return d
}

func (c *check) indicator(path string, r rule) Indicator {
	i := Indicator{ID: r.ID, Group: r.Group, Method: r.Method, Params: r.Params, Window: r.Window, Minimum: r.Minimum,
		Clear: r.Clear, Hold: c.span(path+".hold", r.Hold), Share: r.Share, Level: kulkul.Critical, Corroborates: r.Corroborates, Scope: r.Series}
	if !kulkul.ValidID(r.ID) {
		c.fault(path+".id", "indicator id %q: want 1 to 64 of a–z, 0–9 and '-'", r.ID)
	}
	if i.Group == "" {
		i.Group = "reports"
	} else if !kulkul.ValidID(i.Group) {
		c.fault(path+".group", "group %q: want 1 to 64 of a–z, 0–9 and '-'", i.Group)
	}
	if i.Window == 0 {
		i.Window = 7
	}
	c.between(path+".window", float64(i.Window), 1, 366)
	if i.Share == 0 {
		i.Share = 1
	}
	c.between(path+".share", i.Share, 0.001, 1000)
	if r.Level != "" {
		level, err := kulkul.ParseLevel(r.Level)
		if err != nil || level == kulkul.NoLevel {
			c.fault(path+".level", "level %q: want watch, elevated, high or critical", r.Level)
		}
		i.Level = level
	}
	c.minimum(path, &i)
	c.scope(path+".series", r.Series)
	if r.Method == Threshold {
		c.threshold(path, &i)
	} else {
		c.detector(path, &i)
	}
	return i
}

func (c *check) minimum(path string, i *Indicator) {
	m := i.Minimum
	if m.Stories < 0 || m.Publishers < 0 || m.Countries < 0 || m.Weight < 0 || m.History < 0 || m.Ratio < 0 {
		c.fault(path+".minimum", "a negative minimum")
	}
	if i.Clear.Stories < 0 || i.Clear.P < 0 || i.Clear.P >= 1 || i.Clear.Ratio < 0 {
		c.fault(path+".clear", "want stories and ratio of 0 or more, p of 0 to 1")
	}
	if i.Clear.Ratio == 0 && m.Ratio > 0 {
		i.Clear.Ratio = (1 + m.Ratio) / 2
	}
	if i.Clear.Ratio > m.Ratio {
		c.fault(path+".clear.ratio", "the lower bound %g lies above minimum.ratio %g", i.Clear.Ratio, m.Ratio)
	}
}

// threshold: the minimum is the rule; half of it is the lower bound.
func (c *check) threshold(path string, i *Indicator) {
	if len(i.Params) > 0 {
		c.fault(path+".params", "a threshold has no params: its rule is window and minimum")
	}
	if i.Minimum.Stories < 1 {
		c.fault(path, "a threshold needs minimum.stories of 1 or more")
	}
	if i.Corroborates {
		c.fault(path+".corroborates", "a threshold cannot corroborate: it is no detector")
	}
	if i.Clear.Stories == 0 {
		i.Clear.Stories = (i.Minimum.Stories + 1) / 2
	}
	if i.Clear.Stories > i.Minimum.Stories {
		c.fault(path+".clear.stories", "the lower bound %d lies above the threshold %d", i.Clear.Stories, i.Minimum.Stories)
	}
}

func (c *check) detector(path string, i *Indicator) {
	if i.Method == "" {
		c.fault(path, "indicator %q has no method; want threshold or one of %s", i.ID, strings.Join(methods(), ", "))
		return
	}
	d, err := build(i.Method, i.Params)
	if err != nil {
		if errors.Is(err, catalog.ErrUnknownMethod) {
			c.fault(path+".method", "method %q%s; want threshold or one of %s", i.Method,
				near(i.Method, methods()), strings.Join(methods(), ", "))
		} else {
			c.fault(path+".params", "%v", err)
		}
		return
	}
	i.Detector, i.P, i.Lead = d, pvalue(i.Method), lead(i.Method)
	if i.Clear.P == 0 {
		i.Clear.P = 0.05
	}
}

func (c *check) scope(path string, s Scope) {
	for _, l := range []struct {
		name, what string
		have, want []string
	}{
		{"kinds", "kind of series", s.Kinds, []string{Pairs, Flashpoints, Areas}},
		{"flashpoints", "flashpoint", s.Flashpoints, kulkul.Flashpoints()},
		{"areas", "area", s.Areas, kulkul.Areas()},
	} {
		for n, v := range l.have {
			if !slices.Contains(l.want, v) {
				c.fault(fmt.Sprintf("%s.%s[%d]", path, l.name, n), "no %s %q%s", l.what, v, near(v, l.want))
			}
		}
	}
}

// near hints at the word that was probably meant.
func near(word string, words []string) string {
	best, distance := "", len(word)/2+1
	for _, w := range words {
		if d := edits(word, w); d < distance {
			best, distance = w, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %s?)", best)
}

// edits is the Levenshtein distance of two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
