package collector

import (
	"fmt"
	"runtime"
	"time"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
	"github.com/kulkul-ews/kulkul/services/collector/health"
	"github.com/kulkul-ews/kulkul/services/collector/schedule"
	"github.com/kulkul-ews/kulkul/services/platform/dial"
)

// Config says how feeds are asked.
type Config struct {
	Fetch    fetch.Config    `yaml:"fetch"`
	Schedule schedule.Policy `yaml:"schedule"`
	Health   health.Policy   `yaml:"health"`
	Dial     dial.Config     `yaml:"dial"`
	// HostGap is the pause between two requests to one host.
	HostGap time.Duration `yaml:"host_gap"`
	// Connections is how many feeds are asked at once; SlowConnections how many
	// of these may be feeds that did not answer in time before.
	Connections     int `yaml:"connections"`
	SlowConnections int `yaml:"slow_connections"`
	// Workers is how many bodies are parsed and published at once; 0: one more
	// than processors.
	Workers int `yaml:"workers"`
	// Spread is the longest time over which feeds that fell due while nothing
	// ran are asked after a start.
	Spread time.Duration `yaml:"spread"`
	// WholeEvery is how often a feed is asked without validators, for servers
	// whose validators never change.
	WholeEvery time.Duration `yaml:"whole_every"`
	// AdoptAfter is how many times in a row a permanent redirect must lead to
	// the same address before that is asked in its place. GoneAfter is how many
	// answers of 410 in a row retire a feed.
	AdoptAfter int `yaml:"adopt_after"`
	GoneAfter  int `yaml:"gone_after"`
	// Standby makes this collector wait until no other runs.
	Standby bool `yaml:"standby"`
}

// DefaultConfig suits some hundreds of feeds on the public internet.
func DefaultConfig() Config {
	return Config{
		Fetch: fetch.DefaultConfig(), Schedule: schedule.DefaultPolicy(), Health: health.DefaultPolicy(),
		HostGap: 2 * time.Second, Connections: 256, SlowConnections: 64, Spread: 2 * time.Minute,
		WholeEvery: 7 * 24 * time.Hour, AdoptAfter: 3, GoneAfter: 3,
	}
}

// check reports the first setting that cannot work.
func (c Config) check() error {
	switch {
	case c.Connections < 1 || c.SlowConnections < 1:
		return fmt.Errorf("collector: connections and slow_connections must be at least 1")
	case c.Fetch.Timeout <= 0:
		return fmt.Errorf("collector: fetch.timeout must be more than 0")
	case c.Schedule.Floor < 0 || c.Schedule.Ceiling < c.Schedule.Floor:
		return fmt.Errorf("collector: schedule.ceiling must be at least schedule.floor")
	case c.Schedule.Jitter < 0 || c.Schedule.Jitter > 1:
		return fmt.Errorf("collector: schedule.jitter must be between 0 and 1")
	case c.AdoptAfter < 1 || c.GoneAfter < 1:
		return fmt.Errorf("collector: adopt_after and gone_after must be at least 1")
	}
	return nil
}

func (c Config) workers() int {
	if c.Workers > 0 {
		return c.Workers
	}
	return runtime.GOMAXPROCS(0) + 1
}
