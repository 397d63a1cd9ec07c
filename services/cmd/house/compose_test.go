package house

import (
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
	"github.com/kulkul-ews/kulkul/services/platform/config"
)

// configDir is where every image has its configuration.
const configDir = "/etc/kulkul"

// compose is docker-compose.yml, as far as the product has a say in it.
type compose struct {
	Services map[string]container
	Volumes  map[string]any
	Secrets  map[string]struct{ File string }
}

type container struct {
	Image       string
	Command     []string
	Ports       []string
	Volumes     []string
	Secrets     []string
	Environment map[string]string
	User        string
	ReadOnly    bool `json:"read_only"`
	Healthcheck struct {
		Test    []string
		Disable bool
	}
	DependsOn map[string]struct{ Condition string } `json:"depends_on"`
}

func (c container) ours() bool { return c.Image == "kulkul:latest" }

// text reads a file of the repository.
func text(t *testing.T, path string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root(t), filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// yamlInto reads YAML, anchors and merges resolved, by way of JSON.
func yamlInto(t *testing.T, name, text string, into any) {
	t.Helper()
	var tree any
	if err := yaml.Unmarshal([]byte(text), &tree); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	raw, err := json.Marshal(tree)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func readCompose(t *testing.T) compose {
	t.Helper()
	var c compose
	yamlInto(t, "docker-compose.yml", text(t, "docker-compose.yml"), &c)
	return c
}

// process decodes a kulkul.yaml over the defaults, strictly.
func process(t *testing.T, name, text string) assemble.File {
	t.Helper()
	f := assemble.DefaultFile()
	if err := config.Decode(name, []byte(text), &f); err != nil {
		t.Fatal(err)
	}
	return f
}

func portOf(t *testing.T, addr string) int {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatalf("address %q: %v", addr, err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatalf("address %q: %v", addr, err)
	}
	return n
}

func TestComposeRunsEveryService(t *testing.T) {
	c := readCompose(t)
	for _, name := range assemble.Names() {
		s, ok := c.Services[name]
		if want := []string{name, "--config", configDir}; !ok || !slices.Equal(s.Command, want) {
			t.Errorf("service %s runs %q, want %q", name, s.Command, want)
		}
		if s.DependsOn["migrate"].Condition != "service_completed_successfully" {
			t.Errorf("service %s does not wait for the schema", name)
		}
	}
	for name, s := range c.Services {
		if !s.ours() {
			continue
		}
		if name != "migrate" && !slices.Contains(assemble.Names(), name) {
			t.Errorf("container %s runs no service of the product", name)
		}
		if uid, _, _ := strings.Cut(s.User, ":"); uid == "" || uid == "0" || uid == "root" || !s.ReadOnly {
			t.Errorf("container %s: user %q, read-only root %v; want an unprivileged user on a read-only root", name, s.User, s.ReadOnly)
		}
	}
	for name, s := range c.Services {
		for other, on := range s.DependsOn {
			target, ok := c.Services[other]
			if !ok {
				t.Errorf("%s depends on %s, which is not there", name, other)
			}
			if on.Condition == "service_healthy" && len(target.Healthcheck.Test) == 0 {
				t.Errorf("%s waits for the health of %s, which has no check", name, other)
			}
		}
	}
}

func TestComposeMountsWhatIsThere(t *testing.T) {
	c := readCompose(t)
	for name, s := range c.Services {
		for _, mount := range s.Volumes {
			from, _, _ := strings.Cut(mount, ":")
			if !strings.HasPrefix(from, "./") {
				if _, ok := c.Volumes[from]; !ok {
					t.Errorf("%s: volume %s is not declared", name, from)
				}
				continue
			}
			if _, err := os.Stat(filepath.Join(root(t), filepath.FromSlash(from))); err != nil {
				t.Errorf("%s mounts %s: %v", name, from, err)
			}
		}
		for _, secret := range s.Secrets {
			if c.Secrets[secret].File == "" {
				t.Errorf("%s: secret %s is not declared", name, secret)
			}
		}
		for key, value := range s.Environment {
			if secret, ok := strings.CutPrefix(value, "/run/secrets/"); ok && !slices.Contains(s.Secrets, secret) {
				t.Errorf("%s: %s names secret %s, which the container does not get", name, key, secret)
			}
		}
	}
	readme := text(t, "deploy/docker/README.md")
	for secret := range c.Secrets {
		if !strings.Contains(readme, secret) {
			t.Errorf("deploy/docker/README.md does not say how to write secret %s", secret)
		}
	}
}

func TestComposeAgreesWithTheConfigurationInside(t *testing.T) {
	c := readCompose(t)
	f := process(t, "deploy/docker/kulkul.yaml", text(t, "deploy/docker/kulkul.yaml"))
	for name, listen := range map[string]string{"console": f.Console.Listen, "intake": f.Intake.Listen} {
		port := strconv.Itoa(portOf(t, listen))
		if want := []string{"127.0.0.1:" + port + ":" + port}; !slices.Equal(c.Services[name].Ports, want) {
			t.Errorf("%s publishes %q, listens at %s", name, c.Services[name].Ports, listen)
		}
	}
	health := []string{"CMD", "kulkul", "health", "http://127.0.0.1:" + strconv.Itoa(portOf(t, f.Telemetry.Listen)) + "/healthz"}
	for _, name := range assemble.Names() {
		s := c.Services[name]
		if !slices.Equal(s.Healthcheck.Test, health) {
			t.Errorf("%s is checked by %q, want %q", name, s.Healthcheck.Test, health)
		}
		for _, file := range []string{f.Bus.TokenFile, f.Store.PasswordFile} {
			secret, ok := strings.CutPrefix(file, "/run/secrets/")
			if !ok || !slices.Contains(s.Secrets, secret) {
				t.Errorf("%s reads %q, which it is not given", name, file)
			}
		}
	}
	at := f.Store.URL
	for engine, address := range map[string]string{"nats": f.Bus.URL, "clickhouse": at, "mail": "smtp://" + f.Notifier.Mail.Host} {
		u, err := url.Parse(address)
		if err != nil || c.Services[u.Hostname()].Image == "" || u.Hostname() != engine {
			t.Errorf("%s is to be reached at %q, which is no container (%v)", engine, address, err)
		}
	}
	env := c.Services["clickhouse"].Environment
	if env["CLICKHOUSE_USER"] != f.Store.User || env["CLICKHOUSE_DB"] != f.Store.Database {
		t.Errorf("ClickHouse is made for %v, the services ask as %s for %s", env, f.Store.User, f.Store.Database)
	}
	bus, err := url.Parse(f.Bus.URL)
	if err != nil || !strings.Contains(text(t, "deploy/nats/nats.conf"), "port: "+bus.Port()+"\n") {
		t.Errorf("NATS does not listen where the services ask: %q", f.Bus.URL)
	}
}

// TestComposeHasTheEnginesVersion: the schema uses what this version of
// ClickHouse has, and the tests run on it.
func TestComposeHasTheEnginesVersion(t *testing.T) {
	version := regexp.MustCompile(`"@chdb/lib-linux-x64-gnu": "(\d+\.\d+)\.`).FindStringSubmatch(text(t, "services/embedded/engine/package.json"))
	if version == nil {
		t.Fatal("the engine's package.json names no version")
	}
	if image := readCompose(t).Services["clickhouse"].Image; image != "clickhouse/clickhouse-server:"+version[1] {
		t.Errorf("docker-compose.yml runs %s, the tests run %s", image, version[1])
	}
}

// TestPortsAreTheSameEverywhere: one scheme in the defaults, in configs/ and in
// both deployments.
func TestPortsAreTheSameEverywhere(t *testing.T) {
	sample := text(t, "configs/kulkul.yaml")
	want := [3]int{8740, 8741, 9740}
	for name, f := range map[string]assemble.File{
		"configs/kulkul.yaml":           process(t, "configs/kulkul.yaml", sample),
		"deploy/docker/kulkul.yaml":     process(t, "docker", text(t, "deploy/docker/kulkul.yaml")),
		"deploy/kubernetes/kulkul.yaml": process(t, "kubernetes", kubernetesConfig(t)),
	} {
		if have := [3]int{portOf(t, f.Console.Listen), portOf(t, f.Intake.Listen), portOf(t, f.Telemetry.Listen)}; have != want {
			t.Errorf("%s: ports of console, intake, telemetry are %v, want %v", name, have, want)
		}
	}
	f := assemble.DefaultFile()
	if have := [2]int{portOf(t, f.Console.Listen), portOf(t, f.Intake.Listen)}; have != [2]int(want[:2]) {
		t.Errorf("the default ports of console and intake are %v, want %v", have, want[:2])
	}
	for _, port := range want {
		if !strings.Contains(sample, strconv.Itoa(port)) {
			t.Errorf("configs/kulkul.yaml does not speak of port %d", port)
		}
	}
}

// TestContainersRunCommandsThatExist asks the binary itself.
func TestContainersRunCommandsThatExist(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "kulkul")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", bin, "./services/cmd/kulkul")
	build.Dir = root(t)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the binary: %v\n%s", err, out)
	}
	commands := map[string][]string{}
	for name, s := range readCompose(t).Services {
		if s.ours() {
			commands["compose "+name] = s.Command
		}
	}
	for name, d := range kubernetesPods(t) {
		commands["kubernetes "+name] = d.Args
	}
	for name, args := range commands {
		flags := slices.IndexFunc(args, func(a string) bool { return strings.HasPrefix(a, "-") })
		out, err := exec.CommandContext(t.Context(), bin, append(slices.Clone(args), "--help")...).CombinedOutput()
		if want := "kulkul " + strings.Join(args[:flags], " ") + " [flags]"; err != nil || !strings.Contains(string(out), want) {
			t.Errorf("%s: %q is no command of the product: %v\n%s", name, args, err, out)
		}
	}
	code := http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	defer server.Close()
	if out, err := exec.CommandContext(t.Context(), bin, "health", server.URL).CombinedOutput(); err != nil {
		t.Errorf("kulkul health of a process that is well: %v\n%s", err, out)
	}
	code = http.StatusServiceUnavailable
	if err := exec.CommandContext(t.Context(), bin, "health", server.URL).Run(); err == nil {
		t.Error("kulkul health of a process that is not well ends with 0")
	}
}
