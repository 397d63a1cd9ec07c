package fetch

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/platform/unpack"
)

// Config bounds one fetch.
type Config struct {
	// UserAgent names the product and where to learn of it; From, where set, is
	// the operator's mail address (RFC 9110, section 10.1.2).
	UserAgent string `yaml:"user_agent"`
	From      string `yaml:"from"`
	// Timeout bounds the whole of it, redirects and body included.
	Timeout time.Duration `yaml:"timeout"`
	// MaxWire, MaxDecoded and MaxRatio bound a body: bytes as sent, bytes
	// decoded, and how many of these one of those may become.
	MaxWire    int64 `yaml:"max_wire"`
	MaxDecoded int64 `yaml:"max_decoded"`
	MaxRatio   int64 `yaml:"max_ratio"`
	// LargeBodies is how many bodies of more than 1 MiB are held at once.
	LargeBodies int `yaml:"large_bodies"`
	// MaxRedirects bounds how many redirects are followed.
	MaxRedirects int `yaml:"max_redirects"`
}

// DefaultConfig suits feeds on the public internet.
func DefaultConfig() Config {
	return Config{
		UserAgent: "Kulkul/1 (early warning feed reader; +https://github.com/kulkul-ews/kulkul)",
		Timeout:   30 * time.Second, MaxWire: 16 << 20, MaxDecoded: 32 << 20, MaxRatio: 200, LargeBodies: 4, MaxRedirects: 5,
	}
}

func (c Config) limits() unpack.Limits {
	return unpack.Limits{Wire: c.MaxWire, Decoded: c.MaxDecoded, Ratio: c.MaxRatio}
}
