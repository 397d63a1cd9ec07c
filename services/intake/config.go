package intake

import (
	"fmt"
	"net/url"
	"time"

	"github.com/kulkul-ews/kulkul/services/intake/mailbox"
	"github.com/kulkul-ews/kulkul/services/intake/websub"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// Config says how pushes are taken.
type Config struct {
	// Listen is the address of the HTTP server; empty: none, and Handler is
	// served by somebody else.
	Listen string `yaml:"listen"`
	// PublicURL is where partners and hubs reach this server
	// ("https://push.example.org"); empty: no hub is subscribed to.
	PublicURL string `yaml:"public_url"`
	// MaxWire and MaxDecoded bound a body, as sent and decoded, in bytes;
	// MaxItems the items of one push.
	MaxWire    int64 `yaml:"max_wire"`
	MaxDecoded int64 `yaml:"max_decoded"`
	MaxItems   int   `yaml:"max_items"`
	// Requests and Items are how many of them a key may bring in a minute; the
	// burst is what it may bring at once. A key's own limit overrides Items.
	Requests   int `yaml:"requests"`
	Items      int `yaml:"items"`
	ItemsBurst int `yaml:"items_burst"`
	// Concurrent is how many requests are worked on at once.
	Concurrent int `yaml:"concurrent"`
	// RetryAfter is what a partner is told to wait while COLLECTED is full.
	RetryAfter time.Duration `yaml:"retry_after"`

	WebSub websub.Config `yaml:"websub"`
	Mail   MailConfig    `yaml:"mail"`
	Dial   dial.Config   `yaml:"dial"`
}

// DefaultConfig listens on loopback.
func DefaultConfig() Config {
	return Config{Listen: "127.0.0.1:8741", MaxWire: 8 << 20, MaxDecoded: 16 << 20, MaxItems: 1000,
		Requests: 120, Items: 1200, ItemsBurst: 5000, Concurrent: 64, RetryAfter: 10 * time.Second,
		WebSub: websub.DefaultConfig(), Mail: MailConfig{Inbox: mailbox.DefaultConfig()}}
}

func (c Config) check() error {
	switch {
	case c.MaxWire < 1 || c.MaxDecoded < 1 || c.MaxItems < 1 || c.Concurrent < 1:
		return fmt.Errorf("intake: max_wire, max_decoded, max_items and concurrent must be at least 1")
	case c.MaxItems > 2000:
		return fmt.Errorf("intake: max_items must be at most 2000: a receipt holds no more")
	case c.PublicURL != "":
		u, err := url.Parse(c.PublicURL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return fmt.Errorf("intake: public_url %q: want an http or https address", c.PublicURL)
		}
	}
	return nil
}
