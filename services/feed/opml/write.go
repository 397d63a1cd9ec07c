package opml

import (
	"bufio"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Write writes a list as OPML 2.0, dated created: an outline for each source,
// and inside it one for each of its feeds. Read gives the same list back.
func Write(w io.Writer, l List, created time.Time) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "%s<opml version=\"2.0\" xmlns:kulkul=\"%s\">\n", xml.Header, Namespace)
	fmt.Fprintf(b, "  <head>\n    <title>%s</title>\n    <dateCreated>%s</dateCreated>\n  </head>\n  <body>\n",
		escape(l.Title), created.UTC().Format(time.RFC1123Z))
	for _, s := range l.Sources {
		writeSource(b, s)
	}
	b.WriteString("  </body>\n</opml>\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write OPML: %w", err)
	}
	return nil
}

func writeSource(b *bufio.Writer, s kulkul.Source) {
	since := ""
	if !s.Since.IsZero() {
		since = s.Since.UTC().Format(time.RFC3339)
	}
	b.WriteString("    <outline")
	write(b, "text", s.Name)
	write(b, "kulkul:source", s.ID)
	write(b, "kulkul:owner", s.Owner)
	write(b, "kulkul:country", s.Country)
	write(b, "kulkul:track", string(s.Track))
	write(b, "kulkul:reliability", string(s.Reliability))
	write(b, "kulkul:handling", string(s.Handling))
	write(b, "kulkul:since", since)
	write(b, "kulkul:quarantine", flag(s.Quarantine))
	write(b, "kulkul:disabled", flag(s.Disabled))
	write(b, "language", s.Language)
	write(b, "htmlUrl", s.Homepage)
	b.WriteString(">\n")
	for _, f := range s.Feeds {
		b.WriteString("      <outline")
		if f.URL != "" {
			write(b, "type", "rss")
		}
		write(b, "text", s.Name)
		write(b, "xmlUrl", f.URL)
		write(b, "htmlUrl", s.Homepage)
		write(b, "kulkul:feed", f.ID)
		write(b, "kulkul:schedule", f.Schedule)
		write(b, "language", f.Language)
		write(b, "kulkul:unconditional", flag(f.Unconditional))
		write(b, "kulkul:unconfirmed", flag(f.Unconfirmed))
		write(b, "kulkul:disabled", flag(f.Disabled))
		b.WriteString("/>\n")
	}
	b.WriteString("    </outline>\n")
}

// write writes an attribute that has a value.
func write(b *bufio.Writer, name, value string) {
	if value != "" {
		fmt.Fprintf(b, " %s=\"%s\"", name, escape(value))
	}
}

func flag(v bool) string {
	if v {
		return "true"
	}
	return ""
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder does not fail
	return b.String()
}
