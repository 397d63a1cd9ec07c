package store

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
)

// Backup says where the server keeps archives of the database.
type Backup struct {
	// Disk is the name of the server's disk that BACKUP may write to (its
	// backups.allowed_disk); empty: the server's own folder for backups
	// (backups.allowed_path).
	Disk string `json:"disk,omitempty" yaml:"disk"`
	// Folder is where this machine sees that place; empty: it does not, and
	// archives stay with the server.
	Folder string `json:"folder,omitempty" yaml:"folder"`
}

// backupPoll is how often the server is asked how far it is.
const backupPoll = 200 * time.Millisecond

// Backup writes the database into an archive of the name given, in the place
// that the configuration names, and returns when it is whole.
func (s *Store) Backup(ctx context.Context, name string) error {
	if err := s.archive(ctx, "BACKUP DATABASE %s %s TO %s ASYNC", name, "BACKUP_CREATED"); err != nil {
		return fmt.Errorf("back up the store: %w", err)
	}
	return nil
}

// Restore brings the database back from an archive. Its tables must not exist,
// or be empty.
func (s *Store) Restore(ctx context.Context, name string) error {
	if err := s.archive(ctx, "RESTORE DATABASE %s %s FROM %s ASYNC", name, "RESTORED"); err != nil {
		return fmt.Errorf("restore the store: %w", err)
	}
	return nil
}

// archive runs a statement beside the connection, however long it takes, and
// waits for its end.
func (s *Store) archive(ctx context.Context, format, name, done string) error {
	if !archiveName().MatchString(name) {
		return fmt.Errorf("archive %q: want letters, digits, '-' and '.'", name)
	}
	place := "File('" + name + "')"
	if s.backup.Disk != "" {
		place = "Disk('" + s.backup.Disk + "', '" + name + "')"
	}
	var id, status string
	sql := fmt.Sprintf(format, "`"+s.database+"`", (&renderer{cluster: s.cluster}).onCluster(), place)
	if err := s.conn.QueryRow(ctx, sql).Scan(&id, &status); err != nil {
		return err
	}
	tick := time.NewTicker(backupPoll)
	defer tick.Stop()
	for {
		var fault string
		err := s.conn.QueryRow(ctx, "SELECT toString(status), error FROM system.backups WHERE id = {id:String}", driver.NamedValue{Name: "id", Value: id}).Scan(&status, &fault)
		switch {
		case err != nil:
			return err
		case status == done:
			return nil
		case fault != "":
			return errors.New(fault)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

func archiveName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*$`) }

// Tables names the tables of the database, in order.
func (s *Store) Tables(ctx context.Context) ([]string, error) {
	return query(ctx, s, "tables", "SELECT name FROM system.tables WHERE database = currentDatabase() ORDER BY name",
		nil, func(r driver.Rows, name *string) error { return r.Scan(name) })
}
