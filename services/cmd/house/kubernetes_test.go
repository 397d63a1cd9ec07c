package house

import (
	"slices"
	"strings"
	"testing"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
)

// object is one document of deploy/kubernetes/kulkul.yaml.
type object struct {
	Kind     string
	Metadata struct{ Name string }
	Data     map[string]string
	Spec     struct {
		Selector any
		Ports    []struct{ TargetPort string }
		Template struct {
			Metadata struct {
				Labels      map[string]string
				Annotations map[string]string
			}
			Spec struct {
				Containers []pod
				Volumes    []struct {
					Name      string
					ConfigMap struct{ Name string }
				}
			}
		}
	}
}

type pod struct {
	Name  string
	Args  []string
	Ports []struct {
		Name          string
		ContainerPort int
	}
	ReadinessProbe, LivenessProbe struct {
		HTTPGet struct{ Path, Port string }
	}
	VolumeMounts []struct{ Name, MountPath string }
}

func kubernetes(t *testing.T) []object {
	t.Helper()
	var out []object
	for _, doc := range strings.Split(text(t, "deploy/kubernetes/kulkul.yaml"), "\n---\n") {
		var o object
		yamlInto(t, "deploy/kubernetes/kulkul.yaml", doc, &o)
		out = append(out, o)
	}
	return out
}

func kubernetesConfig(t *testing.T) string {
	t.Helper()
	for _, o := range kubernetes(t) {
		if o.Kind == "ConfigMap" && o.Data["kulkul.yaml"] != "" {
			return o.Data["kulkul.yaml"]
		}
	}
	t.Fatal("no ConfigMap holds kulkul.yaml")
	return ""
}

// kubernetesPods are the containers, by the name of what runs them.
func kubernetesPods(t *testing.T) map[string]pod {
	t.Helper()
	out := map[string]pod{}
	for _, o := range kubernetes(t) {
		for _, c := range o.Spec.Template.Spec.Containers {
			out[o.Metadata.Name] = c
		}
	}
	return out
}

func TestKubernetesRunsEveryService(t *testing.T) {
	f := process(t, "deploy/kubernetes/kulkul.yaml", kubernetesConfig(t))
	pods := kubernetesPods(t)
	if len(pods) != len(assemble.Names())+1 {
		t.Errorf("%d pods for %d services and the migration", len(pods), len(assemble.Names()))
	}
	listens := map[string]string{"console": f.Console.Listen, "intake": f.Intake.Listen}
	for _, name := range assemble.Names() {
		p := pods["kulkul-"+name]
		if want := []string{name, "--config", configDir}; !slices.Equal(p.Args, want) {
			t.Errorf("%s runs %q, want %q", name, p.Args, want)
		}
		ports := map[string]int{}
		for _, port := range p.Ports {
			ports[port.Name] = port.ContainerPort
		}
		if ports["metrics"] != portOf(t, f.Telemetry.Listen) {
			t.Errorf("%s: metrics at %d, the process listens at %s", name, ports["metrics"], f.Telemetry.Listen)
		}
		if listen, ok := listens[name]; ok && ports["http"] != portOf(t, listen) {
			t.Errorf("%s: http at %d, the process listens at %s", name, ports["http"], listen)
		}
		if p.ReadinessProbe.HTTPGet.Path != "/readyz" || p.LivenessProbe.HTTPGet.Path != "/healthz" ||
			ports[p.ReadinessProbe.HTTPGet.Port] == 0 || ports[p.LivenessProbe.HTTPGet.Port] == 0 {
			t.Errorf("%s: probes %+v and %+v do not ask the process", name, p.ReadinessProbe, p.LivenessProbe)
		}
	}
}

func TestKubernetesMountsWhatTheConfigurationNames(t *testing.T) {
	f := process(t, "deploy/kubernetes/kulkul.yaml", kubernetesConfig(t))
	for _, o := range kubernetes(t) {
		for _, c := range o.Spec.Template.Spec.Containers {
			var at []string
			for _, m := range c.VolumeMounts {
				at = append(at, m.MountPath)
				if !slices.ContainsFunc(o.Spec.Template.Spec.Volumes, func(v struct {
					Name      string
					ConfigMap struct{ Name string }
				}) bool {
					return v.Name == m.Name
				}) {
					t.Errorf("%s mounts volume %s, which is not declared", o.Metadata.Name, m.Name)
				}
			}
			if !slices.Contains(at, configDir+"/"+assemble.FileName) {
				t.Errorf("%s does not get %s", o.Metadata.Name, assemble.FileName)
			}
			for _, file := range []string{f.Bus.TokenFile, f.Store.PasswordFile, f.Notifier.Mail.PasswordFile} {
				if !slices.ContainsFunc(at, func(dir string) bool { return strings.HasPrefix(file, dir+"/") }) {
					t.Errorf("%s reads %q, which nothing mounts (%q)", o.Metadata.Name, file, at)
				}
			}
		}
	}
}

// TestPrometheusAsksEveryService: the scrape names each container once, at the
// port where it tells of itself.
func TestPrometheusAsksEveryService(t *testing.T) {
	var c struct {
		RuleFiles []string `json:"rule_files"`
		Scrape    []struct {
			Job    string                       `json:"job_name"`
			Static []struct{ Targets []string } `json:"static_configs"`
		} `json:"scrape_configs"`
	}
	yamlInto(t, "deploy/prometheus/prometheus.yml", text(t, "deploy/prometheus/prometheus.yml"), &c)
	var have, want []string
	for _, s := range c.Scrape {
		for _, static := range s.Static {
			have = append(have, static.Targets...)
		}
	}
	_, port, _ := strings.Cut(process(t, "docker", text(t, "deploy/docker/kulkul.yaml")).Telemetry.Listen, ":")
	for _, name := range assemble.Names() {
		want = append(want, name+":"+port)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("Prometheus asks %q, want %q", have, want)
	}
	for _, rules := range c.RuleFiles {
		text(t, "deploy/prometheus/"+rules)
	}
}
