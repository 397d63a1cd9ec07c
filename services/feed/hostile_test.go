package feed

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestHostile feeds Parse bodies made to cost: each has to come back, as a
// document or an error, within a few seconds and within a small multiple of its
// own size in allocations.
func TestHostile(t *testing.T) {
	const size = 2 << 20
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	in := func(piece string) string { return "<rss><channel><item><description>" + fill(piece) }
	for _, c := range []struct{ name, body string }{
		{"billion laughs", `<!DOCTYPE r [<!ENTITY a "` + strings.Repeat("ha", 500) + `"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>` + in("&c;&b;&a;")},
		{"quadratic blow-up", `<!DOCTYPE r [<!ENTITY a "` + strings.Repeat("x", 1000) + `">]>` + in("&a;")},
		{"doctype without end", "<!DOCTYPE r [" + fill("<!ENTITY a 'b'>")},
		{"doctype of names", "<!DOCTYPE r [" + fill("<!ENTITY")},
		{"declarations", "<rss>" + fill("<![")},
		{"angle brackets", "<rss>" + fill("<")},
		{"tags that never end", "<rss>" + fill("<a b='c' ")},
		{"attributes", "<rss><a " + fill("b=c ") + "></rss>"},
		{"different attributes", "<rss><a " + fill("b") + ">"},
		{"quotes", "<rss>" + fill(`<a b="<a c='`)},
		{"unclosed elements", "<rss>" + fill("<a>")},
		{"unclosed items", "<rss><channel>" + fill("<item><title>")},
		{"stray end tags", "<rss><channel>" + fill("</a>")},
		{"comments", "<rss>" + fill("<!-- ")},
		{"CDATA", "<rss><item><title>" + fill("<![CDATA[x]]>")},
		{"namespaces", "<rss>" + fill("<a xmlns:b='c'>")},
		{"ampersands", in("&")},
		{"references", in("&#x26;#x26;")},
		{"nested inline", in("<b><i>")},
		{"nested divs, escaped", in("&lt;div&gt;")},
		{"lists", in("&lt;li&gt;")},
		{"tables", in("&lt;table&gt;&lt;tr&gt;&lt;td&gt;")},
		{"scripts", in("&lt;script&gt;")},
		{"attributes in HTML", in("&lt;a href=x title=y&gt;")},
		{"one word", in("x")},
		{"spaces", in(" \n")},
		{"soft hyphens", in("\u00AD")},
		{"categories", "<rss><channel><item>" + fill("<category>a</category>")},
		{"links", "<feed><entry>" + fill("<link href='x'/>")},
		{"base upon base", "<feed>" + fill("<entry xml:base='a/../b/'><link href='../x'/></entry>")},
		{"extensions", "<rss><channel><item>" + fill("<media:group><media:content url='x'>")},
		{"dates", "<rss><channel>" + fill("<item><pubDate>99 99 99 99 99</pubDate></item>")},
		{"double encoding", in("Ã¸")},
		{"brackets in JSON", `{"items":` + fill("[")},
		{"items in JSON", `{"items":[` + fill(`{},`) + `{}]}`},
		{"quotes in JSON", `{"items":[` + fill(`"\\"`)},
		{"wide characters", "\xFF\xFE" + fill("<\x00")},
		{"no charset", "<rss>" + fill("\x81\xFE")},
		{"NUL", fill("\x00")},
		{"HTML", fill("<html><body><p>")},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			d, err := Parse([]byte(c.body), Options{URL: "https://a.example/f"})
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			spent := after.TotalAlloc - before.TotalAlloc
			if took > 10*time.Second {
				t.Errorf("took %v", took)
			}
			if limit := uint64(80*len(c.body) + 16<<20); spent > limit {
				t.Errorf("allocated %d MiB for %d MiB", spent>>20, len(c.body)>>20)
			}
			if len(d.Items) > DefaultMaxItems || len(d.Problems) > 4*DefaultMaxItems {
				t.Errorf("%d entries, %d problems", len(d.Items), len(d.Problems))
			}
			t.Logf("%v, %d MiB allocated, %d entries, %v", took.Round(time.Millisecond), spent>>20, len(d.Items), err)
		})
	}
}
