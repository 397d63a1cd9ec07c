package kulkul

import "time"

// Returned is a mail that came back to an address for answers or bounces, as the
// intake read it: what it says and how far its sender is proven.
type Returned struct {
	// ID follows from the Message-ID, the sender and the text: a copy that comes
	// by another way has the same.
	ID      string    `json:"id"`
	At      time.Time `json:"at"` // when it was read; UTC
	To      []string  `json:"to,omitempty"`
	From    string    `json:"from,omitempty"` // address alone; empty where there is not exactly one
	Subject string    `json:"subject,omitempty"`
	Text    string    `json:"text,omitempty"` // what the sender wrote, without what they quoted
	// Doubt says why the sender is not proven; empty: DMARC passed for From.
	Doubt string `json:"doubt,omitempty"`
	// Automatic: a program answered (RFC 3834), not a person.
	Automatic bool    `json:"automatic,omitempty"`
	Bounce    *Bounce `json:"bounce,omitempty"`
	// Original is the Message-ID of the mail that it is about, where it says so.
	Original string `json:"original,omitempty"`
}

// Bounce is what a delivery status notification (RFC 3464) says of a mail.
type Bounce struct {
	Permanent bool   `json:"permanent"` // it will never arrive; else it is late
	Status    string `json:"status"`    // RFC 3463, such as 5.1.1
	Text      string `json:"text,omitempty"`
}

// Reply is a mail that waits for an analyst.
type Reply struct {
	Mail Returned `json:"mail"`
	// Why is the reason for which it was not taken as it is.
	Why string `json:"why"`
	// Answer is what it says if the analyst finds it genuine; empty: nothing can
	// be made of it.
	Answer []Review `json:"answer,omitempty"`
}
