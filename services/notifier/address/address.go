// Package address makes the addresses to which answers to a mail and bounces of
// it come, and knows them again.
//
// In: a delivery, what the address is for, an end; or an address. Out: an
// address of the form local+TOKEN@domain; or the delivery that one was made for.
// The token holds the delivery's id, a hash of recipient, flashpoint episode and
// notification, and the day on which it ends, under an HMAC: no name and no
// address is in it. Called by the notifier's root when it sends and when it
// judges what came back.
package address

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"strings"
	"time"
)

// Config of the addresses. Without an address there are none: mails carry no
// Reply-To of this kind.
type Config struct {
	// Address is the mailbox below which they lie (kulkul@reply.example); its
	// server must deliver local+anything@domain to it (RFC 5233).
	Address string `yaml:"address"`
	// KeyFile holds the key of the HMAC: 32 bytes or more, of any kind. It is one
	// for notifier and intake; a new one ends the addresses in mails sent before.
	KeyFile string `yaml:"key_file"`
	// Bounces makes such an address the envelope's sender too, so that what cannot
	// be delivered comes back. SPF is then asked of the address's domain.
	Bounces bool `yaml:"bounces"`
}

// Purpose is what an address is for: the first letter of its token. One for
// bounces never answers.
type Purpose byte

// The purposes.
const (
	Answer Purpose = 'r' // Reply-To
	Bounce Purpose = 'b' // the envelope's sender
)

// Errors of reading.
var (
	ErrForeign = errors.New("this is no address for answers")
	ErrForged  = errors.New("the address is forged or damaged")
	ErrEnded   = errors.New("the address has ended")
)

const (
	idBytes  = 16                      // of a delivery's id
	macBytes = 12                      // of the HMAC: 96 bits, checked online only
	tagBytes = idBytes + 2 + macBytes  // id, day, HMAC
	tagText  = 1 + (tagBytes*8+4)/5    // its letter and base 32
	maxLocal = 64 - tagText - len("+") // RFC 5321, 4.5.3.1.1
	minKey   = 32                      // bytes
	day      = 24 * time.Hour
)

// Lower case, since some servers fold local parts.
func encoding() *base32.Encoding {
	return base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)
}

// Book makes and reads addresses. Nil makes none and knows none.
type Book struct {
	local, domain string
	key           []byte
	bounces       bool
}

// Open reads the key; nil where no address is configured.
func Open(c Config) (*Book, error) {
	if c == (Config{}) {
		return nil, nil
	}
	parsed, err := mail.ParseAddress(c.Address)
	if err != nil || c.Address != parsed.Address {
		return nil, fmt.Errorf("mail: replies.address %q: want a plain address", c.Address)
	}
	local, domain, _ := strings.Cut(parsed.Address, "@")
	if len(local) > maxLocal || strings.Contains(local, "+") {
		return nil, fmt.Errorf("mail: replies.address %q: before the @ at most %d characters and no +", c.Address, maxLocal)
	}
	key, err := os.ReadFile(c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("mail: read replies.key_file: %w", err)
	}
	if key = []byte(strings.TrimSpace(string(key))); len(key) < minKey {
		return nil, fmt.Errorf("mail: replies.key_file holds %d bytes; want %d or more", len(key), minKey)
	}
	return &Book{local: strings.ToLower(local), domain: strings.ToLower(domain), key: key, bounces: c.Bounces}, nil
}

// For gives the address of a delivery, good until the end of the UTC day of
// ends. It is empty for bounces where they are not asked for, and of a nil book.
func (b *Book) For(p Purpose, delivery string, ends time.Time) string {
	if b == nil || p == Bounce && !b.bounces {
		return ""
	}
	id, err := hex.DecodeString(delivery)
	if err != nil || len(id) != idBytes {
		return ""
	}
	body := binary.BigEndian.AppendUint16(id, uint16(ends.Unix()/int64(day/time.Second)))
	return b.local + "+" + string(p) + encoding().EncodeToString(append(body, b.mac(p, body)...)) + "@" + b.domain
}

// Read gives the delivery that an address was made for, and what it is for.
// ErrEnded comes with both: the address is genuine. Case does not matter.
func (b *Book) Read(address string, now time.Time) (Purpose, string, error) {
	local, domain, _ := strings.Cut(strings.ToLower(address), "@")
	base, tag, _ := strings.Cut(local, "+")
	if b == nil || domain != b.domain || base != b.local || tag == "" {
		return 0, "", ErrForeign
	}
	p := Purpose(tag[0])
	raw, err := encoding().DecodeString(tag[1:])
	if err != nil || len(raw) != tagBytes || p != Answer && p != Bounce {
		return 0, "", ErrForged
	}
	body, mac := raw[:idBytes+2], raw[idBytes+2:]
	if !hmac.Equal(mac, b.mac(p, body)) {
		return 0, "", ErrForged
	}
	delivery := hex.EncodeToString(body[:idBytes])
	last := time.Unix(int64(binary.BigEndian.Uint16(body[idBytes:]))*int64(day/time.Second), 0)
	if !now.Before(last.Add(day)) {
		return p, delivery, ErrEnded
	}
	return p, delivery, nil
}

func (b *Book) mac(p Purpose, body []byte) []byte {
	h := hmac.New(sha256.New, b.key)
	h.Write([]byte("kulkul reply address 1\x00" + string(p)))
	h.Write(body)
	return h.Sum(nil)[:macBytes]
}
