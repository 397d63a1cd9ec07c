package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// An exported list comes back as it was; edited, it is a new version that the
// running process follows; a list with a fault changes nothing and names the
// line.
func TestSourcesAsOPML(t *testing.T) {
	bin, data, dir := binary(t), t.TempDir(), t.TempDir()
	u, _ := up(t, data, process(), files(t))
	kulkul := func(args ...string) said {
		return command(t, bin, append([]string{"sources", "--data", data, "--config", filepath.Join(root(t), "configs")}, args...)...)
	}
	list := filepath.Join(dir, "list.opml")
	out := kulkul("export")
	if err := os.WriteFile(list, []byte(out.out), 0o644); err != nil || out.code != 0 {
		t.Fatal(err, out)
	}
	if got := kulkul("import", list); got.code != 0 || !strings.Contains(got.out, "nothing to do") || u.Settings.Current().Version != 1 {
		t.Errorf("the same again: %+v", got)
	}
	before := len(u.Settings.Current().Sources)
	change(t, list, func(s string) string {
		return strings.Replace(s, "</body>", `<outline text="Strait Notes" kulkul:source="strait-notes" kulkul:owner="strait-notes" kulkul:track="2" kulkul:reliability="C">
			<outline xmlUrl="https://strait.example/feed" kulkul:feed="strait-notes" kulkul:schedule="@every 3h" kulkul:unconditional="true" kulkul:disabled="true"/></outline></body>`, 1)
	})
	if got := kulkul("import", list, "--why", "one more"); got.code != 0 || !strings.Contains(got.out, "added 1: strait-notes") || !strings.Contains(got.out, "one more") {
		t.Errorf("an addition: %+v", got)
	}
	eventually(t, 10*time.Second, "the running process following", func() bool { return u.Settings.Current().Version == 2 })
	s, ok := u.Settings.Current().Source("strait-notes")
	if !ok || len(u.Settings.Current().Sources) != before+1 || len(s.Feeds) != 1 || !s.Feeds[0].Unconditional || !s.Feeds[0].Disabled || s.Feeds[0].Schedule != "@every 3h" {
		t.Errorf("the running configuration has %+v", s)
	}
	for fault, edit := range map[string]func(string) string{
		"unknown setting kulkul:shedule": func(s string) string { return strings.Replace(s, "@every 3h\"", "@every 3h\" kulkul:shedule=\"x\"", 1) },
		`"every now and then"`:           func(s string) string { return strings.Replace(s, "@every 3h", "every now and then", 1) },
	} {
		broken := filepath.Join(dir, "broken.opml")
		raw, err := os.ReadFile(list)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(broken, []byte(edit(string(raw))), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := kulkul("import", broken); got.code != 1 || !strings.Contains(got.err, fault) {
			t.Errorf("%s: %+v", fault, got)
		}
	}
	if v := u.Settings.Current().Version; v != 2 {
		t.Errorf("version %d after faults, want 2", v)
	}
}
