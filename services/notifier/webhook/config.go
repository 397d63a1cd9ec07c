package webhook

import (
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// Config names the receivers.
type Config struct {
	Dial      dial.Config   `yaml:"dial"`    // networks that are open although private
	Timeout   time.Duration `yaml:"timeout"` // of one try
	Receivers []Receiver    `yaml:"receivers"`
}

// DefaultConfig names none.
func DefaultConfig() Config { return Config{Timeout: 10 * time.Second} }

// The formats of a body.
const (
	// Kulkul is the product's own, with a type, an instant and data, as Standard
	// Webhooks recommends.
	Kulkul = "kulkul"
	// Alertmanager is what Alertmanager sends to its webhook receivers, version 4.
	Alertmanager = "alertmanager"
)

// Receiver is one program that is told.
type Receiver struct {
	Name   string `yaml:"name"` // an id; deliveries are recorded under it
	URL    string `yaml:"url"`
	Format string `yaml:"format"` // kulkul or alertmanager
	// SecretFile holds whsec_ and the base64 of 24 to 64 bytes, the key of the
	// signature; kulkul bodies are always signed.
	SecretFile string `yaml:"secret_file"`
	// BearerFile holds a token for the Authorization header; empty: none is sent.
	BearerFile string `yaml:"bearer_file"`
	// Handling is the most closed level of item that it is shown; public where
	// nothing is said.
	Handling kulkul.Handling `yaml:"handling"`
	// Flashpoints, Areas, Groups (of indicators) and Level select alerts as a person's subscription does.
	Flashpoints []string     `yaml:"flashpoints"`
	Areas       []string     `yaml:"areas"`
	Groups      []string     `yaml:"groups"`
	Level       kulkul.Level `yaml:"level"`
}

// Recipient is the name under which deliveries to the receiver are kept. A
// person's id has no colon.
func (r Receiver) Recipient() string { return "webhook:" + r.Name }

// Selects the alerts of a notification that the receiver is told of: those that
// no other alert explains, and that it asks for.
func (r Receiver) Selects(alerts []kulkul.Alert) []kulkul.Alert {
	wants := kulkul.Subscription{Flashpoints: r.Flashpoints, Areas: r.Areas, Groups: r.Groups, Level: r.Level}
	var out []kulkul.Alert
	for _, a := range alerts {
		if a.Inhibited == "" && wants.Selects(a) {
			out = append(out, a)
		}
	}
	return out
}

// For lists the receivers of a notification about the alerts.
func (h *Hooks) For(alerts []kulkul.Alert) []Receiver {
	var out []Receiver
	for _, r := range h.receivers {
		if len(r.Selects(alerts)) > 0 {
			out = append(out, r)
		}
	}
	return out
}

// Find a receiver by name.
func (h *Hooks) Find(name string) (Receiver, bool) {
	i := slices.IndexFunc(h.receivers, func(r Receiver) bool { return r.Name == name })
	if i < 0 {
		return Receiver{}, false
	}
	return h.receivers[i], true
}

func (r Receiver) check() error {
	switch {
	case !kulkul.ValidID(r.Name):
		return errors.New("name: want 1 to 64 of a–z, 0–9 and '-'")
	case r.Format != Kulkul && r.Format != Alertmanager:
		return fmt.Errorf("format %q: want kulkul or alertmanager", r.Format)
	case r.Format == Kulkul && r.SecretFile == "":
		return errors.New("secret_file: a kulkul body is signed")
	case !r.Handling.Valid():
		return fmt.Errorf("handling %q: want public, members, eeps or unit", r.Handling)
	}
	for _, f := range r.Flashpoints {
		if !slices.Contains(kulkul.Flashpoints(), f) {
			return fmt.Errorf("flashpoint %q is unknown", f)
		}
	}
	for _, a := range r.Areas {
		if !slices.Contains(kulkul.Areas(), a) {
			return fmt.Errorf("area %q is unknown", a)
		}
	}
	for _, g := range r.Groups {
		if !kulkul.ValidID(g) {
			return fmt.Errorf("group %q: want 1 to 64 of a–z, 0–9 and '-'", g)
		}
	}
	return nil
}

// decodeSecret reads a secret as Standard Webhooks writes it.
func decodeSecret(text string) ([]byte, error) {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	if !ok {
		return nil, errors.New("want whsec_ and base64")
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return nil, errors.New("want whsec_ and base64") // the cause would show the secret
	}
	if len(key) < shortestKey || len(key) > longestKey {
		return nil, fmt.Errorf("%d bytes: want %d to %d", len(key), shortestKey, longestKey)
	}
	return key, nil
}
