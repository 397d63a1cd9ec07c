package e2e

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// TestMailsPerSecond measures how fast one notifier writes, sends and confirms
// mail over a real SMTP server on this machine that writes each to the disk.
func TestMailsPerSecond(t *testing.T) {
	evidence(t)
	m := newMailing(t, 135, 20)
	want := len(m.flashpoints) * 108 // four of five experts ask for watch
	for _, f := range m.flashpoints {
		m.raise(t, f, kulkul.Watch)
	}
	began := time.Now()
	kill := m.start(t)
	eventually(t, 3*time.Minute, "all mails", func() bool { return m.count(t) == want })
	took := time.Since(began)
	kill()
	t.Logf("%d mails in %v from the start of the process: %.0f mails/s (mark: 200)", want, took.Round(time.Millisecond), float64(want)/took.Seconds())
}
