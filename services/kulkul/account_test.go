package kulkul

import (
	"testing"
	"time"
)

func TestRoleOrder(t *testing.T) {
	roles := Roles()
	for i, r := range roles {
		for j, least := range roles {
			if got := r.AtLeast(least); got != (i >= j) {
				t.Errorf("%s at least %s: %v", r, least, got)
			}
		}
		if parsed, err := ParseRole(string(r)); err != nil || parsed != r {
			t.Errorf("parse %s: %v, %v", r, parsed, err)
		}
	}
	for _, bad := range []string{"", "root", "Admin"} {
		if _, err := ParseRole(bad); err == nil {
			t.Errorf("role %q was read", bad)
		}
		if Role(bad).AtLeast(RoleViewer) || Role(bad).AtLeast("") {
			t.Errorf("role %q may do something", bad)
		}
	}
}

func TestMaySee(t *testing.T) {
	now := time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		role     Role
		handling Handling
		embargo  time.Duration
		want     bool
	}{
		{"", Public, 0, true}, {"", Members, 0, false},
		{RoleViewer, "", 0, true}, {RoleViewer, Members, 0, true}, {RoleViewer, EEPs, 0, false}, {RoleViewer, Unit, 0, false},
		{RoleEEP, EEPs, 0, true}, {RoleEEP, Unit, 0, false},
		{RoleAnalyst, Unit, 0, true}, {RoleAdmin, "secret", 0, true}, {RoleEEP, "secret", 0, false},
		{RoleViewer, Public, time.Hour, false}, {RoleEEP, Public, time.Hour, false}, {RoleAnalyst, Public, time.Hour, true},
		{RoleViewer, Public, -time.Second, true}, {RoleCoordinator, Unit, time.Hour, true},
	} {
		item := Item{Handling: c.handling}
		if c.embargo != 0 {
			item.Embargo = now.Add(c.embargo)
		}
		if got := (User{Role: c.role}).MaySee(item, now); got != c.want {
			t.Errorf("%s sees %q under an embargo of %s: %v, want %v", c.role, c.handling, c.embargo, got, c.want)
		}
	}
}
