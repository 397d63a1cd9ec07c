package console

import (
	"os"
	"os/exec"
	"testing"
)

// Pictures of every page go into the folder that KULKUL_SHOTS names.
func TestShots(t *testing.T) {
	folder := os.Getenv("KULKUL_SHOTS")
	if folder == "" {
		t.Skip("KULKUL_SHOTS names no folder for pictures")
	}
	cmd := exec.CommandContext(t.Context(), "node", append([]string{"browser/shots.mjs", folder}, here.paths()...)...)
	cmd.Env = append(os.Environ(), "CONSOLE_URL="+here.base, "CONSOLE_PASSWORD="+password)
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatal(err)
	}
}
