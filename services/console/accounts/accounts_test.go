package accounts

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
	"github.com/kulkul-ews/kulkul/services/platform/enginetest"
)

var engines *enginetest.Process

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

func testMain(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kulkul-accounts-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	if engines, err = enginetest.Launch(enginetest.NATS, dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer engines.Close()
	return m.Run()
}

// clock is a time that tests move.
type clock struct {
	sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time { c.Lock(); defer c.Unlock(); return c.at }

func (c *clock) move(d time.Duration) { c.Lock(); c.at = c.at.Add(d); c.Unlock() }

// desk is a desk over an emptied bucket.
func desk(t *testing.T) (*Desk, *bus.Bucket, *clock) {
	t.Helper()
	c := bus.DefaultConfig()
	c.URL, c.Token = engines.Engines.NATS.URL, engines.Engines.NATS.Token
	b, err := bus.Connect(t.Context(), "console", c, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	bucket, err := b.Bucket(t.Context(), bus.BucketUsers)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := bucket.Load(t.Context(), ">")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := bucket.Delete(t.Context(), e.Key); err != nil {
			t.Fatal(err)
		}
	}
	clk := &clock{at: time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC)}
	return NewDesk(b, clk.now), bucket, clk
}

const good = "a long password"

func add(t *testing.T, d *Desk, name string, role kulkul.Role) {
	t.Helper()
	if err := d.Add(t.Context(), name, role, good); err != nil {
		t.Fatal(err)
	}
}

func signIn(t *testing.T, d *Desk, name string) string {
	t.Helper()
	token, _, err := d.SignIn(t.Context(), name, good, "192.0.2.1")
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestAddRefuses(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	for name, c := range map[string]struct {
		user     string
		role     kulkul.Role
		password string
		want     error
	}{
		"taken":    {"marta", kulkul.RoleViewer, good, ErrExists},
		"no name":  {"", kulkul.RoleViewer, good, ErrName},
		"bad name": {"a.b>c", kulkul.RoleViewer, good, ErrName},
		"short":    {"x", kulkul.RoleViewer, "nine char", ErrPassword},
		"long":     {"x", kulkul.RoleViewer, strings.Repeat("x", 257), ErrPassword},
		"no role":  {"x", "root", good, nil},
	} {
		err := d.Add(t.Context(), c.user, c.role, c.password)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestSignInAndOut(t *testing.T) {
	d, bucket, _ := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	token := signIn(t, d, " Marta ")
	u, err := d.Who(t.Context(), token)
	if err != nil || u.Name != "marta" || u.Role != kulkul.RoleAnalyst {
		t.Fatalf("%v, %v", u, err)
	}
	entries, err := bucket.Load(t.Context(), ">")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.Contains(e.Key+string(e.Value), token) || strings.Contains(string(e.Value), good) {
			t.Errorf("%s keeps a secret in the clear", e.Key)
		}
	}
	if err := d.SignOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{token, "", "made up"} {
		if _, err := d.Who(t.Context(), gone); !errors.Is(err, ErrNoSession) {
			t.Errorf("token %q: %v", gone, err)
		}
	}
}

func TestWrongCredentialsAreNotToldApart(t *testing.T) {
	d, _, clk := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	add(t, d, "gone", kulkul.RoleAnalyst)
	if err := d.Change(t.Context(), "gone", func(a *Account) error { a.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	for i, c := range [][2]string{{"marta", "wrong password"}, {"nobody", good}, {"gone", good}, {"no such name!", good}, {"marta", ""}, {"marta", strings.Repeat("x", 5000)}, {"", ""}} {
		clk.move(window)
		if _, _, err := d.SignIn(t.Context(), c[0], c[1], fmt.Sprint("192.0.2.", i)); !errors.Is(err, ErrCredentials) {
			t.Errorf("%q: %v", c[0], err)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	d, _, clk := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	idle := signIn(t, d, "marta")
	clk.move(idleTime + time.Minute)
	if _, err := d.Who(t.Context(), idle); !errors.Is(err, ErrNoSession) {
		t.Errorf("after %s idle: %v", idleTime, err)
	}
	busy := signIn(t, d, "marta")
	for range 15 {
		clk.move(idleTime - time.Minute)
		_, err := d.Who(t.Context(), busy)
		if ended := errors.Is(err, ErrNoSession); ended {
			if d.now().Sub(time.Date(2026, 1, 12, 21, 1, 0, 0, time.UTC)) <= totalTime {
				t.Errorf("a session in use ended early: %v", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Error("a session in use never ends")
}

func TestChangesEndSessions(t *testing.T) {
	for name, change := range map[string]func(*Account) error{
		"password": SetPassword("another password"),
		"role":     func(a *Account) error { a.Role = kulkul.RoleViewer; return nil },
		"disabled": func(a *Account) error { a.Disabled = true; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			d, _, clk := desk(t)
			add(t, d, "marta", kulkul.RoleAnalyst)
			token := signIn(t, d, "marta")
			clk.move(time.Second)
			if err := d.Change(t.Context(), "marta", change); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Who(t.Context(), token); !errors.Is(err, ErrNoSession) {
				t.Errorf("the old session: %v", err)
			}
		})
	}
}

func TestTheLastAdministratorStays(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "one", kulkul.RoleAdmin)
	demote := func(a *Account) error { a.Role = kulkul.RoleViewer; return nil }
	if err := d.Change(t.Context(), "one", demote); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("the only one: %v", err)
	}
	add(t, d, "two", kulkul.RoleAdmin)
	if err := d.Change(t.Context(), "one", demote); err != nil {
		t.Errorf("one of two: %v", err)
	}
	if err := d.Change(t.Context(), "two", func(a *Account) error { a.Disabled = true; return nil }); !errors.Is(err, ErrLastAdmin) {
		t.Errorf("disabling the last: %v", err)
	}
	if err := d.Change(t.Context(), "nobody", demote); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

func TestSweep(t *testing.T) {
	d, bucket, clk := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	signIn(t, d, "marta")
	clk.move(idleTime + time.Hour)
	fresh := signIn(t, d, "marta")
	if n, err := d.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v; want 1", n, err)
	}
	if _, err := d.Who(t.Context(), fresh); err != nil {
		t.Error(err)
	}
	keys, err := bucket.Keys(t.Context(), "session.>")
	if err != nil || len(keys) != 1 {
		t.Errorf("keys %v, %v", keys, err)
	}
}

func TestListGivesNames(t *testing.T) {
	d, _, _ := desk(t)
	for _, n := range []string{"c", "a", "b"} {
		add(t, d, n, kulkul.RoleViewer)
	}
	all, err := d.List(t.Context())
	if err != nil || len(all) != 3 || all[0].Name != "a" || all[2].User().Role != kulkul.RoleViewer {
		t.Errorf("%v, %v", all, err)
	}
}

// Two who change one account at the same moment: one of them is told.
func TestChangesConflict(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	err := d.Change(t.Context(), "marta", func(*Account) error {
		return d.Change(context.Background(), "marta", func(a *Account) error { a.Person = "eep-nz"; return nil })
	})
	if !errors.Is(err, bus.ErrConflict) {
		t.Errorf("%v, want a conflict", err)
	}
}
