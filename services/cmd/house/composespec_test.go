package house

import (
	"path/filepath"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
)

// TestComposeFileIsSound loads docker-compose.yml as `docker compose config`
// does, with the library that it is made of: the schema, the interpolation, and
// that what one entry names another declares.
func TestComposeFileIsSound(t *testing.T) {
	dir, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	options, err := cli.NewProjectOptions([]string{filepath.Join(dir, "docker-compose.yml")}, cli.WithWorkingDirectory(dir), cli.WithProfiles([]string{"*"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(readCompose(t).Services); len(project.Services) != want || project.Name != "kulkul" {
		t.Errorf("project %s of %d services, want %d", project.Name, len(project.Services), want)
	}
}
