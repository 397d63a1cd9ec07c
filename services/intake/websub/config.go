package websub

import "time"

// Config says how hubs are subscribed to.
type Config struct {
	// Lease is how long a subscription is asked for; hubs may give less.
	Lease time.Duration `yaml:"lease"`
	// Every is how often it is looked whether something is to be subscribed to
	// or renewed.
	Every time.Duration `yaml:"every"`
}

// DefaultConfig asks for ten days and looks every five minutes.
func DefaultConfig() Config {
	return Config{Lease: 10 * 24 * time.Hour, Every: 5 * time.Minute}
}
