package mailbox

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/emersion/go-smtp"
)

// Faults makes a server that was started with Options.Faults misbehave, for
// tests of what sends mail. Recipients are full addresses, or "*" for all.
type Faults struct {
	// Temporary recipients are answered 451, Permanent ones 550.
	Temporary []string `json:"temporary,omitempty"`
	Permanent []string `json:"permanent,omitempty"`
	// Drop keeps a mail to these and then closes the connection instead of
	// answering: the sender cannot know that it was accepted.
	Drop []string `json:"drop,omitempty"`
	// DelayMS is how long every mail waits for its answer; milliseconds.
	DelayMS int `json:"delayMs,omitempty"`
	// Times is how many faults of the first three kinds happen until all is
	// well again; 0 for no end.
	Times int `json:"times,omitempty"`
}

// faultState is the faults in force and how many of them have happened.
type faultState struct {
	Faults
	text     string // of the file they came from
	happened int
}

const faultsFile = "faults.json"

// WriteFaults puts faults in force for the server of a folder, also one in
// another process, from the next command on. Zero Faults end them.
func WriteFaults(dir string, f Faults) error {
	text, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write faults: %w", err)
	}
	temporary := filepath.Join(dir, "."+faultsFile)
	if err := os.WriteFile(temporary, text, 0o600); err != nil {
		return fmt.Errorf("write faults: %w", err)
	}
	if err := os.Rename(temporary, filepath.Join(dir, faultsFile)); err != nil {
		return fmt.Errorf("write faults: %w", err)
	}
	return nil
}

// refuse gives the answer to a recipient that the faults refuse.
func (m *Mailbox) refuse(to string) error {
	if m.strikes(func(f Faults) []string { return f.Temporary }, to) {
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 2, 1}, Message: "try again later"}
	}
	if m.strikes(func(f Faults) []string { return f.Permanent }, to) {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	}
	return nil
}

// delayOrDrop waits as long as the faults ask and says whether the connection
// is to be dropped.
func (m *Mailbox) delayOrDrop(to []string) (drop bool) {
	m.mu.Lock()
	m.loadFaults()
	delay := time.Duration(m.faults.DelayMS) * time.Millisecond
	m.mu.Unlock()
	time.Sleep(delay)
	return m.strikes(func(f Faults) []string { return f.Drop }, to...)
}

// strikes says whether a kind of fault hits one of the recipients, and counts
// it.
func (m *Mailbox) strikes(kind func(Faults) []string, to ...string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.loadFaults()
	if m.faults.Times > 0 && m.faults.happened >= m.faults.Times {
		return false
	}
	for _, hit := range kind(m.faults.Faults) {
		if hit == "*" || slices.Contains(to, hit) {
			m.faults.happened++
			return true
		}
	}
	return false
}

// loadFaults reads the file again and, where it differs, counts anew.
func (m *Mailbox) loadFaults() {
	if !m.options.Faults {
		return
	}
	text, err := os.ReadFile(filepath.Join(m.options.Dir, faultsFile))
	if err != nil || string(text) == m.faults.text {
		return // no faults, or the same
	}
	next := faultState{text: string(text)}
	if err := json.Unmarshal(text, &next.Faults); err != nil {
		m.options.Log.Error("read faults", "error", err)
		return
	}
	m.faults = next
}
