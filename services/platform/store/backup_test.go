package store

import (
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

// What is backed up comes back, indexes for words and views included, where
// nothing is; and a second time it is refused.
func TestBackupComesBackWhereNothingIs(t *testing.T) {
	s, ctx := migrated(t), t.Context()
	item := sample(t, 1, time.Now().Format(time.DateOnly))
	must(t, s.Writer().WriteItems(ctx, []kulkul.Tagged{item}))
	const name = "all-of-it.tar"
	must(t, s.Backup(ctx, name))
	if err := s.Restore(ctx, name); err == nil {
		t.Error("restored over what is there")
	}
	tables, err := s.Tables(ctx)
	must(t, err)
	for _, table := range tables {
		must(t, s.conn.Exec(ctx, "DROP TABLE "+table+" SYNC"))
	}
	must(t, s.Restore(ctx, name))
	must(t, s.Ready(ctx))
	got, err := s.ItemsByID(ctx, All(), item.Taxonomy, []string{item.Item.ID})
	if err != nil || len(got) != 1 {
		t.Errorf("%d items, error %v", len(got), err)
	}
	if err := s.Backup(ctx, "../"+name); err == nil {
		t.Error("a name that leads elsewhere was taken")
	}
	if err := s.Restore(ctx, "missing.tar"); err == nil {
		t.Error("restored what is not there")
	}
}
