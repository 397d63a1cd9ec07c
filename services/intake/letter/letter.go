// Package letter reads a mail that came back: what its sender wrote, how far the
// sender is proven, and whether a program wrote it.
//
// In: a message as RFC 5322 has it, whole or cut, from an inbox or a relay's
// POST. Out: a kulkul.Returned; an error only where there is no message in it.
// It knows no address, no delivery and no person. Called by the intake's root.
package letter

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the character sets that mails are written in
	"github.com/emersion/go-message/mail"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// Limits of what is read.
const (
	MaxBytes   = 8 << 20 // of a message; the rest is not looked at
	maxText    = 32 << 10
	maxParts   = 50
	maxSubject = 300
	maxTo      = 50
)

// ErrUnreadable is returned for bytes that are no mail.
var ErrUnreadable = errors.New("this is no mail")

// Read reads a message. authority is the authserv-id (RFC 8601) of the server
// whose word on DMARC counts; whole is false where the message was cut at
// MaxBytes, and then its sender is not taken at their word.
func Read(raw []byte, whole bool, authority string, now time.Time) (kulkul.Returned, error) {
	m := kulkul.Returned{At: now.UTC()}
	e, err := message.Read(bytes.NewReader(raw))
	if e == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return m, errors.Join(ErrUnreadable, err)
	}
	h := mail.Header{Header: e.Header}
	if !h.Has("From") && !h.Has("Message-Id") {
		return m, ErrUnreadable
	}
	m.From = sender(h)
	m.To = recipients(h)
	m.Subject = clean(first(h.Subject()), maxSubject)
	m.Automatic = automatic(h)
	m.Original = original(h)
	read := content{}
	read.walk(e, 0)
	m.Bounce = read.bounce()
	if m.Original == "" || m.Bounce != nil && read.original != "" {
		m.Original = read.original
	}
	m.Text = clean(Own(read.said()), maxText)
	switch {
	case !whole:
		m.Doubt = "the mail is too large to be read whole"
	case m.From == "":
		m.Doubt = "it names no sender, or more than one"
	default:
		m.Doubt = doubt(h, authority, m.From)
	}
	sum := sha256.Sum256([]byte(m.Text))
	m.ID = kulkul.Hash("mail", first(h.MessageID()), m.From, hex.EncodeToString(sum[:]))
	if first(h.MessageID()) == "" {
		sum = sha256.Sum256(raw)
		m.ID = kulkul.Hash("mail", "", m.From, hex.EncodeToString(sum[:]))
	}
	return m, nil
}

// first is a header's value, empty where it cannot be read.
func first(value string, err error) string {
	if err != nil {
		return ""
	}
	return value
}

// sender is the one address of the one From; two are how forgers make one reader
// check the other.
func sender(h mail.Header) string {
	if fields := h.FieldsByKey("From"); fields.Len() != 1 {
		return ""
	}
	list, err := h.AddressList("From")
	if err != nil || len(list) != 1 {
		return ""
	}
	return list[0].Address
}

// recipients are the addresses that a mail was sent to or came by.
func recipients(h mail.Header) []string {
	var out []string
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "To", "Cc"} {
		fields := h.FieldsByKey(name)
		for fields.Next() && len(out) < maxTo {
			list, err := mail.ParseAddressList(fields.Value())
			if err != nil {
				continue
			}
			for _, a := range list {
				if !slices.Contains(out, a.Address) && len(out) < maxTo && len(a.Address) < 320 {
					out = append(out, a.Address)
				}
			}
		}
	}
	return out
}

// automatic reports whether a program answered: RFC 3834, and what programs from
// before it say.
func automatic(h mail.Header) bool {
	said := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	precedence := strings.ToLower(strings.TrimSpace(h.Get("Precedence")))
	return said != "" && said != "no" || h.Has("X-Autoreply") || h.Has("X-Autorespond") || h.Has("X-Auto-Response-Suppress") && h.Has("X-Ms-Exchange-Inbox-Rules-Loop") ||
		precedence == "auto_reply" || precedence == "bulk" || precedence == "junk" || precedence == "list"
}

// original is the Message-ID of the mail that was answered.
func original(h mail.Header) string {
	ids, err := h.MsgIDList("In-Reply-To")
	if err != nil || len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// clean makes a text valid UTF-8 without control characters, and short.
func clean(s string, limit int) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r == utf8.RuneError {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	for len(s) > limit {
		_, size := utf8.DecodeLastRuneInString(s[:limit])
		s = s[:limit-size]
	}
	return strings.TrimSpace(s)
}

// limited reads what a part says, at most maxText bytes; what cannot be decoded
// ends it.
func limited(r io.Reader) string {
	raw, _ := io.ReadAll(io.LimitReader(r, maxText)) // what came before the fault is kept
	return string(raw)
}
