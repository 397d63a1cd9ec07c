package sheet

import "testing"

func TestAMissingFontIsSaid(t *testing.T) {
	if _, err := New(Fonts{}); err == nil {
		t.Error("a press without fonts")
	}
}
