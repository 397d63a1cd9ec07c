package lexicon

import (
	"errors"
	"slices"
	"strings"

	"github.com/kulkul-ews/kulkul/services/lexicon/fold"
	"github.com/kulkul-ews/kulkul/services/lexicon/language"
	"github.com/kulkul-ews/kulkul/services/lexicon/match"
	"github.com/kulkul-ews/kulkul/services/lexicon/rulefile"
	"github.com/kulkul-ews/kulkul/services/lexicon/terms"
)

// featuresGroup is the group of all features of a flashpoint.
const featuresGroup = "features"

// compiler resolves the names in the files and fills a taxonomy.
type compiler struct {
	files    []*rulefile.File
	problems Problems
	t        *Taxonomy
	groups   map[string]int32 // by file/group
	builder  *match.Builder
	uses     map[uint32][]use // by pattern
	places   []rulefile.Pos   // by pattern: where it was first written
}

func newCompiler(files []*rulefile.File, problems Problems) *compiler {
	return &compiler{
		files: files, problems: problems, groups: map[string]int32{},
		builder: match.NewBuilder(), uses: map[uint32][]use{},
		t: &Taxonomy{index: map[string]int32{}, detector: language.New()},
	}
}

func (c *compiler) compile(m *rulefile.Model) *Taxonomy {
	c.declare()
	c.includes()
	for _, f := range c.files {
		c.terms(f)
	}
	for _, f := range c.files {
		c.rules(f)
	}
	c.circles()
	c.model(m)
	if len(c.problems) > 0 {
		return nil
	}
	automaton, bad := c.builder.Build()
	for _, b := range bad {
		c.problems.Add(c.places[b.Pattern], "write words only; , . ( ) and the like end a phrase", "%s", b.Text)
	}
	if len(bad) > 0 {
		return nil
	}
	t := c.t
	t.automaton = automaton
	c.flatten()
	for _, f := range c.files {
		t.examples = append(t.examples, examples{kind: f.Kind, id: f.ID, list: f.Examples})
	}
	t.scratch.New = func() any { return newScratch(t) } // of t alone: the compiler is several times its size
	return t
}

// declare numbers groups and scored files.
func (c *compiler) declare() {
	for _, kind := range []rulefile.Kind{rulefile.Context, rulefile.Flashpoint, rulefile.Area} {
		for _, f := range c.files {
			if f.Kind == kind {
				c.t.index[f.ID] = int32(len(c.t.scored))
				c.t.scored = append(c.t.scored, scored{id: f.ID, kind: kind, threshold: float32(f.Threshold)})
			}
		}
	}
	for _, f := range c.files {
		for _, g := range groupsOf(f) {
			c.group(f.ID+"/"+g.Name, g.Pos)
		}
		if len(f.Features) > 0 {
			c.group(f.ID+"/"+featuresGroup, f.Features[0].Group.Pos)
		}
	}
}

// groupsOf are a file's groups, its features' among them.
func groupsOf(f *rulefile.File) []rulefile.Group {
	list := slices.Clone(f.Groups)
	for _, x := range f.Features {
		list = append(list, x.Group)
	}
	return list
}

func (c *compiler) group(name string, at rulefile.Pos) {
	if _, twice := c.groups[name]; twice {
		c.problems.Add(at, "features are groups, too; "+featuresGroup+" holds them all", "group %s stands twice", name)
		return
	}
	id := int32(len(c.t.groups))
	c.groups[name] = id
	c.t.groups = append(c.t.groups, group{name: name, within: []int32{id}})
}

// find is the group that ref names in file f.
func (c *compiler) find(f *rulefile.File, ref rulefile.Ref) (int32, bool) {
	name := ref.Name
	if !strings.Contains(name, "/") {
		name = f.ID + "/" + name
	}
	if id, ok := c.groups[name]; ok {
		return id, true
	}
	var known []string
	for have := range c.groups {
		if local, own := strings.CutPrefix(have, f.ID+"/"); own && !strings.Contains(ref.Name, "/") {
			known = append(known, local)
		} else if strings.Contains(ref.Name, "/") {
			known = append(known, have)
		}
	}
	slices.Sort(known)
	c.problems.Add(ref.Pos, rulefile.DidYouMean(ref.Name, known), "no group %q", ref.Name)
	return 0, false
}

// includes works out for every group in which others it is contained.
func (c *compiler) includes() {
	parents := make([][]int32, len(c.t.groups))
	for _, f := range c.files {
		for _, g := range groupsOf(f) {
			id := c.groups[f.ID+"/"+g.Name]
			for _, ref := range g.Include {
				if child, ok := c.find(f, ref); ok {
					parents[child] = append(parents[child], id)
				}
			}
		}
		for _, x := range f.Features {
			child := c.groups[f.ID+"/"+x.Group.Name]
			parents[child] = append(parents[child], c.groups[f.ID+"/"+featuresGroup])
		}
	}
	for id := range c.t.groups {
		g := &c.t.groups[id]
		for k := 0; k < len(g.within); k++ {
			for _, p := range parents[g.within[k]] {
				if !slices.Contains(g.within, p) {
					g.within = append(g.within, p)
				}
			}
		}
	}
}

func (c *compiler) terms(f *rulefile.File) {
	what := isTerm
	if f.Kind == rulefile.Masks {
		what = isMask
	}
	for _, g := range groupsOf(f) {
		id := c.groups[f.ID+"/"+g.Name]
		for _, raw := range g.Terms {
			c.term(raw, use{role: what, group: id, weight: float32(g.Weight)})
		}
		for _, raw := range g.Except {
			c.term(raw, use{role: isExcept, group: id})
		}
	}
}

// term adds the patterns of one term.
func (c *compiler) term(raw rulefile.Term, u use) {
	t, err := terms.Parse(raw.Text, raw.Lang)
	if err != nil {
		hint := ""
		if e := (*terms.Error)(nil); errors.As(err, &e) {
			hint = e.Hint
		}
		c.problems.Add(raw.Pos, hint, "%v", err)
		return
	}
	u.weight *= float32(t.Weight)
	u.audience = audience(raw.Lang, t.Forms[0][0].Text)
	for _, form := range t.Forms {
		var parts []uint32
		for _, p := range form {
			if n := len([]rune(p.Text)); p.Open && n < 3 && script(p.Text) == "latin" {
				c.problems.Add(raw.Pos, "three letters at least before *", "term %q matches too much", raw.Text)
			}
			id := c.builder.Add(match.Pattern{
				Text: p.Text, Open: p.Open, StartEdge: p.StartEdge, EndEdge: p.EndEdge, Exact: t.Exact,
			})
			if int(id) == len(c.places) {
				c.places = append(c.places, raw.Pos)
			}
			parts = append(parts, id)
		}
		if len(parts) == 1 {
			c.uses[parts[0]] = append(c.uses[parts[0]], u)
			continue
		}
		g := gapTerm{parts: parts, use: u}
		for _, n := range t.Gaps {
			g.gaps = append(g.gaps, uint32(n)*fold.UnitsPerWord)
			c.t.widest = max(c.t.widest, uint32(n)*fold.UnitsPerWord)
		}
		opening := c.part(parts[0], u.audience)
		if opening.role == isPart {
			opening.role, opening.group = isOpening, int32(len(c.t.openings))
			c.t.openings = append(c.t.openings, nil)
		}
		c.t.openings[opening.group] = append(c.t.openings[opening.group], int32(len(c.t.gaps)))
		c.t.gaps = append(c.t.gaps, g)
		for _, p := range parts[1:] {
			c.part(p, u.audience)
		}
	}
}

// part notes that a pattern is a part of gap terms that count in the audience.
func (c *compiler) part(pattern uint32, audience uint32) *use {
	at := slices.IndexFunc(c.uses[pattern], func(u use) bool { return u.role == isOpening || u.role == isPart })
	if at < 0 {
		at = len(c.uses[pattern])
		c.uses[pattern] = append(c.uses[pattern], use{role: isPart})
	}
	u := &c.uses[pattern][at]
	u.audience |= audience
	return u
}

// flatten lays the uses of patterns side by side.
func (c *compiler) flatten() {
	c.t.useAt = make([]uint32, c.t.automaton.Patterns()+1)
	for p := range c.t.automaton.Patterns() {
		c.t.useAt[p] = uint32(len(c.t.uses))
		c.t.uses = append(c.t.uses, c.uses[uint32(p)]...)
	}
	c.t.useAt[c.t.automaton.Patterns()] = uint32(len(c.t.uses))
}
