package opml

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/feed/charset"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Read takes an OPML document apart. Its error is ErrNotOPML or ErrLimit,
// wrapped; outlines that cannot be used are Faults. Sources and feeds of a
// document the product wrote keep their ids; others get one made from their
// title or host, and are marked unconfirmed.
func Read(body []byte) (List, error) {
	if len(body) > maxBytes {
		return List{}, fmt.Errorf("%w: %d bytes, at most %d", ErrLimit, len(body), maxBytes)
	}
	text := charset.Decode(body, "").Text
	dec := xml.NewDecoder(strings.NewReader(text))
	dec.Strict = false
	dec.Entity = xml.HTMLEntity
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // decoded above
	r := &reader{dec: dec, text: text, urls: make(map[string]bool), ids: make(map[string]bool), list: List{made: make(map[string]bool)}}
	if err := r.run(); err != nil {
		return List{}, err
	}
	return r.list, nil
}

// reader walks the outlines. owners holds, for each open outline, the index of
// the source it belongs to, or -1.
type reader struct {
	dec      *xml.Decoder
	text     string
	list     List
	owners   []int
	outlines int
	isOPML   bool
	urls     map[string]bool
	ids      map[string]bool // of sources and feeds, each under its own letter
	body     bool
}

func (r *reader) run() error {
	for {
		t, err := r.dec.Token()
		if err != nil {
			if !r.isOPML {
				return fmt.Errorf("%w: %w", ErrNotOPML, err)
			}
			if !errors.Is(err, io.EOF) {
				r.fault("", "the document stops making sense here: "+err.Error())
			}
			return nil
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := r.start(t); err != nil {
				return err
			}
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(r.owners) > 0 {
				r.owners = r.owners[:len(r.owners)-1]
			}
		}
	}
}

func (r *reader) start(t xml.StartElement) error {
	name := strings.ToLower(t.Name.Local)
	switch {
	case !r.isOPML:
		if name != "opml" {
			return fmt.Errorf("%w: its root is <%s>", ErrNotOPML, t.Name.Local)
		}
		r.isOPML = true
	case name == "body":
		r.body = true
	case name == "title" && !r.body && r.list.Title == "":
		var s string
		if r.dec.DecodeElement(&s, &t) == nil {
			r.list.Title = strings.TrimSpace(s)
		}
	case name == "outline":
		return r.outline(t)
	}
	return nil
}

func (r *reader) outline(t xml.StartElement) error {
	r.outlines++
	if r.outlines > maxOutlines || len(r.owners) >= maxDepth {
		return fmt.Errorf("%w: more than %d outlines, or nested deeper than %d", ErrLimit, maxOutlines, maxDepth)
	}
	owner := -1
	if n := len(r.owners); n > 0 {
		owner = r.owners[n-1]
	}
	a := attributes(t.Attr)
	switch {
	case a["kulkul:source"] != "":
		owner = r.source(a)
	case a["kulkul:feed"] != "" && owner >= 0:
		r.feed(a, owner)
	case a["xmlurl"] != "":
		r.foreign(a, owner)
	}
	r.owners = append(r.owners, owner)
	return nil
}

// source takes an outline the product wrote for a source.
func (r *reader) source(a map[string]string) int {
	s := kulkul.Source{
		ID: a["kulkul:source"], Name: title(a), Owner: a["kulkul:owner"], Country: a["kulkul:country"],
		Track: kulkul.Track(a["kulkul:track"]), Language: a["language"],
		Reliability: kulkul.Reliability(a["kulkul:reliability"]), Homepage: a["htmlurl"],
		Handling: kulkul.Handling(a["kulkul:handling"]), Quarantine: r.truth(a, "kulkul:quarantine"),
		Disabled: r.truth(a, "kulkul:disabled"), Since: r.since(a),
	}
	r.settings(a, "source owner country track reliability handling since quarantine disabled")
	switch {
	case !kulkul.ValidID(s.ID):
		r.fault(title(a), "the source's id "+strconv.Quote(s.ID)+" may only have a–z, 0–9 and '-'")
		return -1
	case r.ids["s"+s.ID]:
		r.fault(title(a), "the source's id "+s.ID+" is taken")
		return -1
	}
	if !s.Track.Valid() {
		r.fault(title(a), "unknown track; taken for "+string(importedTrack))
		s.Track = importedTrack
	}
	if !s.Reliability.Valid() {
		r.fault(title(a), "unknown reliability; taken for "+string(importedReliability))
		s.Reliability = importedReliability
	}
	if !s.Handling.Valid() {
		r.fault(title(a), "unknown handling; taken for unit")
		s.Handling = kulkul.Unit
	}
	r.ids["s"+s.ID] = true
	r.list.Sources = append(r.list.Sources, s)
	return len(r.list.Sources) - 1
}

// feed takes an outline the product wrote for a feed.
func (r *reader) feed(a map[string]string, owner int) {
	f := kulkul.Feed{
		ID: a["kulkul:feed"], URL: a["xmlurl"], Schedule: a["kulkul:schedule"], Language: a["language"],
		Unconditional: r.truth(a, "kulkul:unconditional"), Unconfirmed: r.truth(a, "kulkul:unconfirmed"),
		Disabled: r.truth(a, "kulkul:disabled"),
	}
	r.settings(a, "feed schedule unconditional unconfirmed disabled")
	switch {
	case !kulkul.ValidID(f.ID):
		r.fault(title(a), "the feed's id "+strconv.Quote(f.ID)+" may only have a–z, 0–9 and '-'")
	case r.ids["f"+f.ID]:
		r.fault(title(a), "the feed's id "+f.ID+" is taken")
	case f.URL != "" && !r.address(a, &f.URL):
	default:
		r.ids["f"+f.ID] = true
		s := &r.list.Sources[owner]
		s.Feeds = append(s.Feeds, f)
	}
}

// foreign takes another reader's outline: a feed, and with it a source, unless
// it stands inside one.
func (r *reader) foreign(a map[string]string, owner int) {
	f := kulkul.Feed{URL: a["xmlurl"], Schedule: importedSchedule, Unconfirmed: true}
	if !r.address(a, &f.URL) {
		return
	}
	u, _ := url.Parse(f.URL)
	if owner < 0 {
		s := kulkul.Source{
			ID: r.id("s", title(a), u.Hostname()), Name: title(a), Track: importedTrack,
			Reliability: importedReliability, Homepage: a["htmlurl"], Language: a["language"],
		}
		if s.Name == "" {
			s.Name = u.Hostname()
		}
		s.Owner = s.ID
		r.list.Sources = append(r.list.Sources, s)
		owner = len(r.list.Sources) - 1
	}
	f.ID = r.id("f", title(a), u.Hostname())
	s := &r.list.Sources[owner]
	s.Feeds = append(s.Feeds, f)
}

// address checks a feed's address, takes a user out of it, and refuses one that
// the list has already.
func (r *reader) address(a map[string]string, link *string) bool {
	u, err := url.Parse(strings.TrimSpace(*link))
	if err == nil && u.Scheme == "feed" {
		u.Scheme = "http"
	}
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		r.fault(title(a), "not an http or https address: "+strconv.Quote(*link))
		return false
	case u.User != nil:
		r.fault(title(a), "the user in the address is not kept")
		u.User = nil
	}
	*link = u.String()
	if r.urls[*link] {
		r.fault(title(a), "listed twice: "+*link)
		return false
	}
	r.urls[*link] = true
	return true
}

// truth reads a setting that is on or off.
func (r *reader) truth(a map[string]string, name string) bool {
	switch a[name] {
	case "true", "1":
		return true
	case "", "false", "0":
	default:
		r.fault(title(a), name+" "+strconv.Quote(a[name])+" is neither true nor false; taken for false")
	}
	return false
}

// since reads the day from which a source counts.
func (r *reader) since(a map[string]string) time.Time {
	if a["kulkul:since"] == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, a["kulkul:since"])
	if err != nil {
		r.fault(title(a), "kulkul:since "+strconv.Quote(a["kulkul:since"])+" is no time as in 2026-01-31T00:00:00Z; left out")
	}
	return t.UTC()
}

// settings notes the product's own attributes that nobody reads.
func (r *reader) settings(a map[string]string, known string) {
	names := strings.Fields(known)
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if own, ok := strings.CutPrefix(name, "kulkul:"); ok && !slices.Contains(names, own) {
			r.fault(title(a), "unknown setting "+name)
		}
	}
}

// fault notes an outline at the decoder's place.
func (r *reader) fault(title, reason string) {
	line := 1 + strings.Count(r.text[:min(len(r.text), int(r.dec.InputOffset()))], "\n")
	r.list.Faults = append(r.list.Faults, Fault{Line: line, Title: title, Reason: reason})
}
