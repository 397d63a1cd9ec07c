package assemble

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/kulkul-ews/kulkul/services/platform/store"
)

// RunInfo is DATA/run.json: where a running `kulkul up` is reached, and with
// which secrets. It is readable by its owner only and goes with the process.
type RunInfo struct {
	PID           int    `json:"pid"`
	Console       string `json:"console"` // http://127.0.0.1:PORT
	Intake        string `json:"intake"`
	Metrics       string `json:"metrics,omitempty"`
	BusURL        string `json:"bus_url"`
	BusToken      string `json:"bus_token"`
	StoreURL      string `json:"store_url"`
	StoreUser     string `json:"store_user"`
	StorePassword string `json:"store_password"`
	StoreBackups  string `json:"store_backups"`     // folder of the database's archives
	Mailbox       string `json:"mailbox,omitempty"` // folder of delivered mail
	SMTP          string `json:"smtp,omitempty"`
	// ClickHouse is the process id of the database's child.
	ClickHouse int `json:"clickhouse_pid"`
}

const runFile = "run.json"

// Write puts the file in place, all at once.
func (r RunInfo) Write(dir string) error {
	raw, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write %s: %w", runFile, err)
	}
	tmp := filepath.Join(dir, runFile+".new")
	if err := os.WriteFile(tmp, raw, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", runFile, err)
	}
	return os.Rename(tmp, filepath.Join(dir, runFile))
}

// RemoveRunInfo takes the file away when the process ends.
func RemoveRunInfo(dir string) error {
	err := os.Remove(filepath.Join(dir, runFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// ReadRunInfo reads the file of the `kulkul up` that holds the data folder.
func ReadRunInfo(dir string) (RunInfo, error) {
	var r RunInfo
	raw, err := os.ReadFile(filepath.Join(dir, runFile))
	if err != nil {
		return r, fmt.Errorf("read %s: %w", runFile, err)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		return r, fmt.Errorf("read %s: %w", runFile, err)
	}
	return r, nil
}

// Apply points a configuration at the running process's engines.
func (r RunInfo) Apply(f *File) {
	f.Bus.URL, f.Bus.Token = r.BusURL, r.BusToken
	f.Store.URL, f.Store.User, f.Store.Password = r.StoreURL, r.StoreUser, r.StorePassword
	f.Store.Backup = store.Backup{Folder: r.StoreBackups}
}

// info describes engines.
func (e *Engines) info() RunInfo {
	at := e.ClickHouse.Endpoint()
	r := RunInfo{PID: os.Getpid(), BusURL: e.NATS.URL(), BusToken: e.NATS.Token(),
		StoreURL: at.URL, StoreUser: at.User, StorePassword: at.Password, StoreBackups: e.BackupDir, ClickHouse: e.ClickHouse.PID()}
	if e.Mail != nil {
		r.Mailbox, r.SMTP = e.MailDir, e.Mail.Addr()
	}
	return r
}
