package kulkul

import (
	"strconv"
	"time"
)

// Delivery is one notification of one flashpoint episode to one recipient, as
// DELIVERIES carries it.
type Delivery struct {
	ID        string `json:"id"`
	Recipient string `json:"recipient"` // person id or channel name
	Channel   string `json:"channel"`   // email, webhook, cap
	Address   string `json:"address,omitempty"`
	// Flashpoint and Episode name the flashpoint episode.
	Flashpoint string `json:"flashpoint"`
	Episode    int    `json:"episode"`
	// Notification is first, worse, repeat-n, resolved, escalation-n or digest-date.
	Notification string `json:"notification"`
	// MessageID is the mail's Message-ID without angle brackets; a second copy
	// of a delivery carries the same one.
	MessageID string    `json:"message_id,omitempty"`
	Subject   string    `json:"subject,omitempty"`
	Level     Level     `json:"level"`
	Status    string    `json:"status"` // sent, failed, refused, withdrawn, digested, delayed, bounced
	Attempts  int       `json:"attempts"`
	Error     string    `json:"error,omitempty"`
	Events    []string  `json:"events,omitempty"` // ids of the alert events it tells of
	At        time.Time `json:"at"`
}

// DeliveryID is the identity of a delivery: who is told, of which flashpoint
// episode, and which notification of it.
func DeliveryID(recipient, flashpoint string, episode int, notification string) string {
	return Hash("delivery", recipient, flashpoint, strconv.Itoa(episode), notification)
}
