package letter

import (
	"bufio"
	"errors"
	"io"
	"mime"
	"net/textproto"
	"regexp"
	"strings"

	"github.com/emersion/go-message"
	"github.com/emersion/go-message/mail"
	"golang.org/x/net/html"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// content is what the parts of a message hold.
type content struct {
	parts       int
	plain, html string
	report      bool // a delivery status notification
	status      []textproto.MIMEHeader
	original    string // Message-ID of the mail that a notification is about
}

// maxDepth of parts within parts.
const maxDepth = 8

// walk reads a part and those within it. What cannot be read is left out.
func (c *content) walk(e *message.Entity, depth int) {
	if c.parts++; c.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params, err := e.Header.ContentType()
	if err != nil {
		kind = "text/plain"
	}
	c.report = c.report || kind == "multipart/report" && strings.EqualFold(params["report-type"], "delivery-status")
	if parts := e.MultipartReader(); parts != nil {
		for {
			p, err := parts.NextPart()
			if p == nil || errors.Is(err, io.EOF) {
				return
			}
			c.walk(p, depth+1)
			if c.parts > maxParts {
				return
			}
		}
	}
	disposition, _, _ := mime.ParseMediaType(e.Header.Get("Content-Disposition"))
	switch {
	case kind == "message/delivery-status" || kind == "message/global-delivery-status":
		c.status = fields(limited(e.Body))
	case kind == "text/rfc822-headers" || kind == "message/rfc822" || kind == "message/global" || kind == "message/global-headers":
		if inner, _ := message.Read(strings.NewReader(limited(e.Body) + "\r\n\r\n")); inner != nil && c.original == "" {
			h := mail.Header{Header: inner.Header}
			c.original = first(h.MessageID())
		}
	case disposition == "attachment":
	case kind == "text/plain" && c.plain == "":
		c.plain = limited(e.Body)
	case kind == "text/html" && c.html == "":
		c.html = limited(e.Body)
	}
}

// said is the text: the plain one, or the HTML's.
func (c *content) said() string {
	if strings.TrimSpace(c.plain) != "" || c.html == "" {
		return c.plain
	}
	return plain(c.html)
}

// plain is the text of an HTML mail, without what it quotes.
func plain(source string) string {
	var out strings.Builder
	skipping := 0
	for z := html.NewTokenizer(strings.NewReader(source)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return out.String()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "blockquote", "style", "script", "head", "title":
				skipping++
			case "br", "p", "div", "tr", "li":
				out.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "blockquote", "style", "script", "head", "title":
				skipping = max(0, skipping-1)
			}
		case html.TextToken:
			if skipping == 0 {
				out.WriteString(string(z.Text()))
			}
		}
	}
}

// fields reads the blocks of a delivery status: one about the mail, then one for
// each recipient.
func fields(text string) []textproto.MIMEHeader {
	var out []textproto.MIMEHeader
	r := textproto.NewReader(bufio.NewReader(strings.NewReader(strings.TrimSpace(text) + "\r\n\r\n")))
	for len(out) < maxTo {
		h, err := r.ReadMIMEHeader()
		if len(h) > 0 {
			out = append(out, h)
		}
		if err != nil {
			return out
		}
	}
	return out
}

// bounce is what a notification says: the worst that it says of a recipient; nil
// where it tells of no failure and no delay.
func (c *content) bounce() *kulkul.Bounce {
	if !c.report {
		return nil
	}
	var out *kulkul.Bounce
	for _, h := range c.status {
		action := strings.ToLower(strings.TrimSpace(h.Get("Action")))
		status := enhanced().FindString(h.Get("Status"))
		if action != "failed" && action != "delayed" || status == "" {
			continue
		}
		_, text, _ := strings.Cut(h.Get("Diagnostic-Code"), ";")
		b := &kulkul.Bounce{Permanent: action == "failed" && strings.HasPrefix(status, "5"), Status: status, Text: clean(text, maxSubject)}
		if out == nil || b.Permanent && !out.Permanent {
			out = b
		}
	}
	return out
}

// enhanced is a status code of RFC 3463.
func enhanced() *regexp.Regexp { return regexp.MustCompile(`[245]\.\d{1,3}\.\d{1,3}`) }
