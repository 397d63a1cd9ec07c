package assemble

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/kulkul-ews/kulkul/services/archiver"
	"github.com/kulkul-ews/kulkul/services/collector"
	"github.com/kulkul-ews/kulkul/services/console"
	"github.com/kulkul-ews/kulkul/services/detector"
	"github.com/kulkul-ews/kulkul/services/intake"
	"github.com/kulkul-ews/kulkul/services/notifier"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/config"
	"github.com/kulkul-ews/kulkul/services/platform/store"
	"github.com/kulkul-ews/kulkul/services/platform/telemetry"
	"github.com/kulkul-ews/kulkul/services/tagger"
)

// FileName of the process's own configuration, beside the running one's files.
const FileName = "kulkul.yaml"

// File is kulkul.yaml: how a process runs. What is watched, by which rules and
// for whom is the running configuration's business.
type File struct {
	Telemetry telemetry.Config `yaml:"telemetry"`
	Bus       bus.Config       `yaml:"bus"`
	Store     store.Config     `yaml:"store"`
	// Retention is how long each table of the store keeps its rows; a table
	// that is not named keeps them for ever.
	Retention store.Retention  `yaml:"retention"`
	Embedded  Embedded         `yaml:"embedded"`
	Collector collector.Config `yaml:"collector"`
	Intake    intake.Config    `yaml:"intake"`
	Tagger    tagger.Config    `yaml:"tagger"`
	Archiver  archiver.Config  `yaml:"archiver"`
	Detector  detector.Config  `yaml:"detector"`
	Notifier  notifier.Config  `yaml:"notifier"`
	Console   console.Config   `yaml:"console"`
}

// Embedded says how `kulkul up` runs its own engines.
type Embedded struct {
	// Memory limits the database engine, in bytes.
	Memory int64 `yaml:"memory"`
	// Sync is "always" to force every message to the disk before it is
	// acknowledged, or how long a write may rest in the system's cache.
	Sync string `yaml:"sync"`
}

// DefaultFile is what kulkul.yaml says when it says nothing.
func DefaultFile() File {
	return File{
		Telemetry: telemetry.DefaultConfig(),
		Bus:       bus.DefaultConfig(),
		Store:     store.DefaultConfig(),
		Embedded:  Embedded{Memory: 2 << 30, Sync: "2m"},
		Collector: collector.DefaultConfig(),
		Intake:    intake.DefaultConfig(),
		Tagger:    tagger.DefaultConfig(),
		Archiver:  archiver.DefaultConfig(),
		Detector:  detector.DefaultConfig(),
		Notifier:  notifier.DefaultConfig(),
		Console:   console.DefaultConfig(),
	}
}

// ReadFile reads kulkul.yaml of a configuration folder over the defaults. A
// folder without one runs on the defaults.
func ReadFile(dir string) (File, error) {
	f := DefaultFile()
	path := filepath.Join(dir, FileName)
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return f, nil
	}
	if err != nil {
		return f, fmt.Errorf("read configuration: %w", err)
	}
	return f, config.Decode(path, raw, &f)
}

// Baseline reports a retention under which the rules would lose what they
// compare with: the detectors look back so many days, at tags and at how much
// each source gave.
func (f File) Baseline(history int) error {
	for _, table := range []string{"items", "item_tags"} {
		if keep, named := f.Retention[table]; named && keep < time.Duration(history+1)*24*time.Hour {
			return fmt.Errorf("retention of %s: %s is less than the %d days that history in %s asks for: rules would lose their baseline",
				table, keep, history+1, config.IndicatorsFile)
		}
	}
	return nil
}

// sync reads Embedded.Sync.
func (e Embedded) sync() (interval time.Duration, always bool, err error) {
	if e.Sync == "always" {
		return 0, true, nil
	}
	interval, err = time.ParseDuration(e.Sync)
	if err != nil || interval <= 0 {
		return 0, false, fmt.Errorf("embedded.sync %q: want always or a duration", e.Sync)
	}
	return interval, false, nil
}
