package accounts

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

func TestSearches(t *testing.T) {
	d, _, _ := desk(t)
	for _, s := range [][2]string{{"Shoals", "q=shoal"}, {"boats", "q=boat"}, {"Shoals", "q=shoal&area=environment"}} {
		if err := d.SaveSearch(t.Context(), "marta", s[0], s[1]); err != nil {
			t.Fatal(err)
		}
	}
	all, err := d.Searches(t.Context(), "marta")
	if err != nil || len(all) != 2 || all[0].Name != "boats" || all[1].Query != "q=shoal&area=environment" {
		t.Fatalf("%v, %v", all, err)
	}
	if other, err := d.Searches(t.Context(), "jo"); err != nil || len(other) != 0 {
		t.Errorf("another user has %v, %v", other, err)
	}
	if err := d.RemoveSearch(t.Context(), "marta", all[0].ID); err != nil {
		t.Error(err)
	}
	if err := d.RemoveSearch(t.Context(), "marta", all[0].ID); !errors.Is(err, bus.ErrNotFound) {
		t.Errorf("removed twice: %v", err)
	}
	for _, bad := range [][2]string{{"", "q=x"}, {strings.Repeat("x", 81), "q=x"}, {"long", strings.Repeat("x", 2001)}} {
		if err := d.SaveSearch(t.Context(), "marta", bad[0], bad[1]); !errors.Is(err, ErrSearchName) {
			t.Errorf("%.10q: %v", bad[0], err)
		}
	}
	for i := range maxSearches - 1 {
		if err := d.SaveSearch(t.Context(), "marta", fmt.Sprint("s", i), ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.SaveSearch(t.Context(), "marta", "too many", ""); !errors.Is(err, ErrSearches) {
		t.Errorf("%v", err)
	}
}
