package accounts

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

func TestTokens(t *testing.T) {
	d, bucket, _ := desk(t)
	add(t, d, "marta", kulkul.RoleEEP)
	add(t, d, "jo", kulkul.RoleViewer)
	secret, err := d.AddToken(t.Context(), "marta", "my reader")
	if err != nil {
		t.Fatal(err)
	}
	if u, err := d.Bearer(t.Context(), secret); err != nil || u.Name != "marta" || u.Role != kulkul.RoleEEP {
		t.Errorf("%v, %v", u, err)
	}
	entries, err := bucket.Load(t.Context(), "token.>")
	if err != nil || len(entries) != 1 || strings.Contains(string(entries[0].Value), secret[len(secret)-12:]) {
		t.Errorf("%v, %v", entries, err)
	}
	for _, bad := range []string{"", "kulkul_", "kulkul_marta", "kulkul_marta_", "kulkul_jo_" + strings.SplitN(secret, "_", 3)[2], secret + "x", "kulkul_>_x", strings.ToUpper(secret)} {
		if _, err := d.Bearer(t.Context(), bad); !errors.Is(err, ErrNoSession) {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	list, err := d.Tokens(t.Context(), "marta")
	if err != nil || len(list) != 1 || list[0].Name != "my reader" {
		t.Fatalf("%v, %v", list, err)
	}
	if err := d.RevokeToken(t.Context(), "jo", list[0].ID); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("another user revokes it: %v", err)
	}
	if err := d.RevokeToken(t.Context(), "marta", "*"); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("a wild card revokes: %v", err)
	}
	if err := d.RevokeToken(t.Context(), "marta", list[0].ID); err != nil {
		t.Error(err)
	}
	if _, err := d.Bearer(t.Context(), secret); !errors.Is(err, ErrNoSession) {
		t.Errorf("after it was revoked: %v", err)
	}
}

func TestTokensOfDisabledUsers(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "marta", kulkul.RoleEEP)
	secret, err := d.AddToken(t.Context(), "marta", "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Change(t.Context(), "marta", func(a *Account) error { a.Disabled = true; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Bearer(t.Context(), secret); !errors.Is(err, ErrNoSession) {
		t.Errorf("%v", err)
	}
}

func TestTokenLimits(t *testing.T) {
	d, _, _ := desk(t)
	add(t, d, "marta", kulkul.RoleEEP)
	for _, name := range []string{"", "  ", strings.Repeat("x", 81), "\xff"} {
		if _, err := d.AddToken(t.Context(), "marta", name); !errors.Is(err, ErrTokenName) {
			t.Errorf("name %q: %v", name, err)
		}
	}
	for i := range maxTokens {
		if _, err := d.AddToken(t.Context(), "marta", fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.AddToken(t.Context(), "marta", "one more"); !errors.Is(err, ErrTokens) {
		t.Errorf("%v", err)
	}
}
