package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/lexicon"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// tagDiff compares what two taxonomies make of the same items. Neither looks
// at corrections by people: they stand whatever the rules say.
type tagDiff struct {
	old, new *lexicon.Taxonomy
	limit    int // items to list
	items    int
	changed  int
	tags     map[string]*tagCount
	list     []string
}

// tagCount counts one tag's items.
type tagCount struct{ old, new, gained, lost int }

// diffTags is `kulkul tag --diff OLD NEW [FILE|-]`: over the file's items, or
// over what is stored where none is named.
func diffTags(c *cobra.Command, w world, args []string, limit int) error {
	d := tagDiff{limit: limit, tags: map[string]*tagCount{}}
	for n, t := range []**lexicon.Taxonomy{&d.old, &d.new} {
		loaded, err := taxonomyIn(args[n])
		if err != nil {
			return fmt.Errorf("%s: %w", args[n], err)
		}
		*t = loaded
	}
	if err := d.read(c, w, args[2:]); err != nil {
		return err
	}
	return d.print(w.out)
}

// taxonomyIn loads the taxonomy of a configuration folder, or of a folder that
// is one.
func taxonomyIn(dir string) (*lexicon.Taxonomy, error) {
	if _, err := os.Stat(filepath.Join(dir, config.TaxonomyDir)); err == nil {
		return taxonomyOf(dir)
	}
	return lexicon.Load(os.DirFS(dir))
}

func (d *tagDiff) read(c *cobra.Command, w world, file []string) error {
	if len(file) > 0 {
		r, err := open(w, file[0])
		if err != nil {
			return err
		}
		defer r.Close()
		plain, err := unzipped(r)
		if err != nil {
			return fmt.Errorf("%s: %w", file[0], err)
		}
		return eachLine(plain, func(l textLine) error { d.add(l.ID, l.lexiconText()); return nil })
	}
	return withProcess(c, w, func(ctx context.Context, p *assemble.Process) error {
		for t, err := range p.Store.EachItem(ctx, store.All(), "", 0, kulkul.DayOf(time.Now().UTC())) {
			if err != nil {
				return fmt.Errorf("read the stored items: %w", err)
			}
			i := &t.Item
			d.add(i.ID, lexicon.Text{Title: i.Title, Summary: i.Summary, Body: i.Text, Language: i.Language, Source: i.Source})
		}
		return nil
	})
}

// add tags one item both ways.
func (d *tagDiff) add(id string, x lexicon.Text) {
	d.items++
	before, after := d.old.Tag(x), d.new.Tag(x)
	lines := d.compare(slices.Concat(before.Areas, before.Flashpoints), slices.Concat(after.Areas, after.Flashpoints))
	if len(lines) == 0 {
		return
	}
	d.changed++
	if len(d.list) < d.limit {
		d.list = append(d.list, fmt.Sprintf("%s [%s, %s] %s\n%s", id, after.Language, cmp.Or(x.Source, "source unknown"), x.Title, strings.Join(lines, "")))
	}
}

// compare counts an item's tags, and says what changed, a line per tag.
func (d *tagDiff) compare(before, after []kulkul.Tag) (lines []string) {
	has := func(list []kulkul.Tag, id string) bool {
		return slices.ContainsFunc(list, func(t kulkul.Tag) bool { return t.ID == id })
	}
	for _, t := range before {
		n := d.count(t.ID)
		n.old++
		if !has(after, t.ID) {
			n.lost++
			lines = append(lines, changeLine("lost", t))
		}
	}
	for _, t := range after {
		n := d.count(t.ID)
		n.new++
		if !has(before, t.ID) {
			n.gained++
			lines = append(lines, changeLine("gained", t))
		}
	}
	return lines
}

func (d *tagDiff) count(id string) *tagCount {
	if d.tags[id] == nil {
		d.tags[id] = &tagCount{}
	}
	return d.tags[id]
}

// changeLine shows a tag with the words that gave it, under the taxonomy that
// gives it.
func changeLine(what string, t kulkul.Tag) string {
	var words []string
	for _, e := range t.Evidence {
		words = append(words, fmt.Sprintf("%q in the %s (%s)", e.Text, e.Field, e.Rule))
	}
	return fmt.Sprintf("  %s %s, %.2f: %s\n", what, t.ID, t.Score, strings.Join(words, ", "))
}

func (d *tagDiff) print(out io.Writer) error {
	if _, err := fmt.Fprintf(out, "%d items under %s and %s: %d changed\n", d.items, d.old.Version(), d.new.Version(), d.changed); err != nil {
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "tag\told\tnew\tgained\tlost")
	for _, id := range slices.Sorted(maps.Keys(d.tags)) {
		n := d.tags[id]
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\n", id, n.old, n.new, n.gained, n.lost)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, one := range d.list {
		if _, err := fmt.Fprintf(out, "\n%s", one); err != nil {
			return err
		}
	}
	if more := d.changed - len(d.list); more > 0 {
		_, err := fmt.Fprintf(out, "\n%d more; --list %d shows them\n", more, d.changed)
		return err
	}
	return nil
}
