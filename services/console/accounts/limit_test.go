package accounts

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

func TestLimiter(t *testing.T) {
	clk := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	l := newLimiter(clk.now)
	for i := range perNameAddress {
		if wait := l.try("marta", "192.0.2.1"); wait != 0 {
			t.Fatalf("attempt %d waits %s", i, wait)
		}
		clk.move(time.Minute)
	}
	if wait := l.try("marta", "192.0.2.1"); wait != window-perNameAddress*time.Minute {
		t.Errorf("waits %s", wait)
	}
	if l.try("marta", "192.0.2.2") != 0 || l.try("jo", "192.0.2.1") != 0 {
		t.Error("another address or another name waits, too")
	}
	clk.move(window - perNameAddress*time.Minute)
	if wait := l.try("marta", "192.0.2.1"); wait != 0 {
		t.Errorf("after the window: %s", wait)
	}
}

// One address that tries many names, and many addresses that try one name, are
// both held up.
func TestLimiterSprays(t *testing.T) {
	for name, who := range map[string]func(i int) (string, string){
		"names":     func(i int) (string, string) { return fmt.Sprint("n", i), "192.0.2.1" },
		"addresses": func(i int) (string, string) { return "marta", fmt.Sprint("192.0.2.", i) },
	} {
		clk := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		l := newLimiter(clk.now)
		passed := 0
		for i := range 500 {
			if l.try(who(i)) == 0 {
				passed++
			}
		}
		if want := map[string]int{"names": perAddress, "addresses": perName}[name]; passed != want {
			t.Errorf("%s: %d attempts, want %d", name, passed, want)
		}
		clk.move(window)
		l.sweep()
		if len(l.tries) != 0 {
			t.Errorf("%s: %d keys stay for ever", name, len(l.tries))
		}
	}
}

// Those who get in are not held up by how often they do.
func TestLimiterForgives(t *testing.T) {
	clk := &clock{at: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	l := newLimiter(clk.now)
	for i := range 1000 {
		if wait := l.try("marta", "192.0.2.1"); wait != 0 {
			t.Fatalf("sign-in %d waits %s", i, wait)
		}
		l.forgive("marta", "192.0.2.1")
	}
}

func TestSignInIsLimited(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "marta", kulkul.RoleAnalyst)
	var limited Limited
	for range perNameAddress + 1 {
		_, _, err := d.SignIn(t.Context(), "marta", "wrong password", "192.0.2.9")
		errors.As(err, &limited)
	}
	if limited.Wait <= 0 || !strings.Contains(limited.Error(), "15m") {
		t.Errorf("%v", limited)
	}
	if _, _, err := d.SignIn(t.Context(), "marta", good, "192.0.2.9"); !errors.As(err, &limited) {
		t.Errorf("the right password gets in through the limit: %v", err)
	}
}

func TestPassword(t *testing.T) {
	one, err := hashPassword(good)
	if err != nil {
		t.Fatal(err)
	}
	two, err := hashPassword(good)
	if err != nil || one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=47104,t=1,p=1$") {
		t.Errorf("%s, %s, %v", one, two, err)
	}
	for password, want := range map[string]bool{good: true, good + " ": false, "": false, strings.ToUpper(good): false} {
		if got, err := checkPassword(one, password); got != want || err != nil {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if ok, err := checkPassword(nobody, ""); ok || err != nil {
		t.Errorf("nobody's hash: %v, %v", ok, err)
	}
	for _, bad := range []string{"", "x", "$argon2i$v=19$m=1,t=1,p=1$AAAA$AAAA", "$argon2id$v=18$m=65536,t=3,p=2$AAAA$AAAA",
		"$argon2id$v=19$m=99999999,t=3,p=2$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "$argon2id$v=19$m=65536,t=3,p=2$!$AAAA", "$argon2id$v=19$m=65536,t=3,p=2$AAAA$AA"} {
		if ok, err := checkPassword(bad, good); ok || !errors.Is(err, errHash) {
			t.Errorf("hash %q: %v, %v", bad, ok, err)
		}
	}
}
