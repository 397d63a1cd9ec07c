package demo

import (
	"time"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
)

// Adapt opens a process's configuration to the invented world: its feeds live
// on loopback addresses, which are closed to the guarded dialer otherwise, and
// nobody has time to wait for politeness between hosts of one's own.
func Adapt(f *assemble.File) {
	f.Collector.Dial.Allow = []string{"127.0.0.0/8"}
	f.Collector.HostGap = 100 * time.Millisecond
	f.Collector.Spread = time.Second
	f.Intake.Dial.Allow = []string{"127.0.0.0/8"}
	f.Notifier.Mail.From, f.Notifier.Mail.Domain = "kulkul@demo.example", "demo.example"
}
