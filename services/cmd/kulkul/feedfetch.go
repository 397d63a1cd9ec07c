package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/collector"
)

func feedFetchCommand(w world) *cobra.Command {
	var expression string
	var allow []string
	var asJSON bool
	c := &cobra.Command{
		Use:   "fetch URL",
		Short: "ask an address once, politely, and say what was got, what would come next and why",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f, err := assemble.ReadFile(configDir(c))
			if err != nil {
				return err
			}
			f.Collector.Dial.Allow = append(f.Collector.Dial.Allow, allow...)
			glance, err := collector.FetchOnce(c.Context(), f.Collector, args[0], expression, time.Now)
			if err != nil {
				return misuse{err}
			}
			show := printGlance
			if asJSON {
				show = encodeGlance
			}
			if err := show(w.out, glance); err != nil {
				return err
			}
			if glance.Fault != "" {
				return errFailed
			}
			return nil
		},
	}
	c.Flags().StringVar(&expression, "schedule", "@every 1h", "schedule the feed would have")
	c.Flags().StringSliceVar(&allow, "allow", nil, "network in CIDR form that may be asked although it is private")
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	return c
}

func encodeGlance(out io.Writer, g collector.Glance) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(g)
}

// printGlance says in words what a fetch got, what it was mended of, and what
// comes next.
func printGlance(out io.Writer, g collector.Glance) error {
	p := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(label, format string, args ...any) {
		fmt.Fprintf(p, "%s\t%s\n", label, strings.TrimSpace(strings.Map(printable, fmt.Sprintf(format, args...))))
	}
	line("asked", "%s", g.URL)
	if g.Final != g.URL {
		line("answered by", "%s (redirects: %d)", g.Final, g.Redirects)
	}
	if g.Moved != "" {
		line("moved", "for good, to %s; asked there after several such answers in a row", g.Moved)
	}
	if g.Status != 0 {
		line("answer", "%d %s, %s, in %v", g.Status, http.StatusText(g.Status), g.Protocol, g.Took.Round(time.Millisecond))
	}
	if g.Bytes > 0 {
		line("body", "%d bytes, %d as sent, %s", g.Bytes, g.Wire, cmp.Or(g.ContentType, "no content type"))
	}
	if v := strings.Join(slices.DeleteFunc([]string{g.ETag, g.LastModified}, func(s string) bool { return s == "" }), ", "); v != "" {
		line("validators", "%s: the next fetch asks only for what is newer", v)
	}
	if g.Fault != "" {
		line("fault", "%s (%s)", g.Error, g.Fault)
	}
	for _, f := range g.Feeds {
		line("points to", "%s %s", f.URL, f.Title)
	}
	if g.Format != "" {
		line("feed", "%s (%s), %d entries%s", cmp.Or(g.Title, "without a title"), g.Format, g.Items, dated(", newest of ", g.Newest))
	}
	for _, h := range g.First {
		line("", "%s %s", cmp.Or(h.Title, h.Link), dated("· ", h.Published))
	}
	for _, m := range g.Problems {
		at := "document"
		if m.Index >= 0 {
			at = fmt.Sprintf("entry %d", m.Index)
		}
		line("mended", "%s: %s (%s)", at, m.Reason, m.Code)
	}
	if g.Hub != "" {
		line("hub", "%s announces what is new (WebSub)", g.Hub)
	}
	line("next", "%s: %s", g.Next.UTC().Format("2006-01-02 15:04 UTC"), g.Why)
	return p.Flush()
}

// printable leaves out what a publisher could steer a terminal with.
func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

func dated(before string, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return before + t.UTC().Format("2006-01-02 15:04 UTC")
}
