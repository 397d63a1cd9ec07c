// Package link makes the links by which a reader answers from a mail, and knows
// them again.
//
// In: a delivery, an action, an end. Out: a secret for the mail and a record
// without it for the ledger. A link is good for one delivery, and so for one
// recipient and episode, and for one action. Called by the notifier; the ledger
// keeps the records, the answering pages check them.
package link

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"time"
)

// Action is what a link is for.
type Action string

// The actions.
const (
	Acknowledge Action = "acknowledge" // somebody takes the alert up
	Concur      Action = "concur"
	Doubt       Action = "doubt"
	Note        Action = "note" // of a party's national: a comment as a party
	Unsubscribe Action = "unsubscribe"
)

// Link is what is kept of a link.
type Link struct {
	Action Action `json:"action"`
	// Hash is SHA-256 over delivery, action and secret, in hexadecimal.
	Hash string    `json:"hash"`
	Ends time.Time `json:"ends"`
	Used time.Time `json:"used,omitzero"` // when the answer was taken in
}

// New makes a link of a delivery that works until ends, and its secret: 128
// random bits.
func New(delivery string, action Action, ends time.Time) (Link, string) {
	secret := strings.ToLower(rand.Text())
	return Link{Action: action, Hash: hash(delivery, action, secret), Ends: ends.UTC()}, secret
}

// Find gives the link of a delivery that action and secret open.
func Find(links []Link, delivery string, action Action, secret string) (Link, bool) {
	want := hash(delivery, action, secret)
	for _, l := range links {
		if l.Action == action && subtle.ConstantTimeCompare([]byte(l.Hash), []byte(want)) == 1 {
			return l, true
		}
	}
	return Link{}, false
}

// Path of a link below the console's address.
func Path(delivery string, action Action, secret string) string {
	return "/answers/" + delivery + "/" + string(action) + "/" + secret
}

func hash(delivery string, action Action, secret string) string {
	sum := sha256.Sum256([]byte(delivery + "\x00" + string(action) + "\x00" + secret))
	return hex.EncodeToString(sum[:])
}
