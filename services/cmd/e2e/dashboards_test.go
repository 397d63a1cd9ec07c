package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/cmd/assemble"
)

// asked is one question of a dashboard or a rule.
type asked struct{ where, expr, sql string }

// questions reads every panel of dashboards/ and every rule about ourselves.
func questions(t *testing.T) []asked {
	t.Helper()
	boards, err := filepath.Glob(filepath.Join(root(t), "dashboards", "*.json"))
	if err != nil || len(boards) != 4 {
		t.Fatalf("%d dashboards (%v), want 4", len(boards), err)
	}
	var out []asked
	for _, path := range boards {
		var board struct {
			Panels []struct {
				Title      string
				Datasource struct{ UID string }
				Targets    []struct{ Expr, RawSQL string }
			}
		}
		raw, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(raw, &board)
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range board.Panels {
			for _, target := range p.Targets {
				q := asked{filepath.Base(path) + ": " + p.Title, target.Expr, target.RawSQL}
				if (q.expr != "") == (q.sql != "") || (q.expr != "") != (p.Datasource.UID == "prometheus") || (q.sql != "") != (p.Datasource.UID == "clickhouse") {
					t.Errorf("%s: names %q and asks something else", q.where, p.Datasource.UID)
				}
				out = append(out, q)
			}
		}
	}
	var rules struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	raw, err := os.ReadFile(filepath.Join(root(t), "deploy", "prometheus", "rules.yml"))
	if err == nil {
		err = yaml.Unmarshal(raw, &rules)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range rules.Groups {
		for _, r := range g.Rules {
			out = append(out, asked{"rules.yml: " + r.Alert, r.Expr, ""})
		}
	}
	return out
}

// told is what the product tells of itself: the labels of each metric.
func told(reg *prometheus.Registry) map[string]map[string]bool {
	desc := regexp.MustCompile(`fqName: "([^"]+)".*constLabels: \{([^}]*)\}, variableLabels: \{([^}]*)\}`)
	ch := make(chan *prometheus.Desc)
	go func() { defer close(ch); reg.Describe(ch) }()
	out := map[string]map[string]bool{}
	for d := range ch {
		m := desc.FindStringSubmatch(d.String())
		if m == nil {
			continue
		}
		labels := map[string]bool{"le": true, "job": true, "instance": true}
		for _, l := range strings.Split(m[2]+","+m[3], ",") {
			name, _, _ := strings.Cut(l, "=")
			labels[name] = true
		}
		out[m[1]] = labels
	}
	return out
}

// fault says which metric or label of an expression the product does not have.
func fault(expr string, have map[string]map[string]bool) string {
	labels := map[string]bool{}
	for _, name := range regexp.MustCompile(`\b(?:kulkul|process|go)_\w+`).FindAllString(expr, -1) {
		base := name
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if have[base] == nil {
				base = strings.TrimSuffix(name, suffix)
			}
		}
		if have[base] == nil {
			return "no metric " + name
		}
		for l := range have[base] {
			labels[l] = true
		}
	}
	for _, by := range regexp.MustCompile(`\bby \(([^)]*)\)`).FindAllStringSubmatch(expr, -1) {
		for _, l := range strings.Split(by[1], ",") {
			if !labels[strings.TrimSpace(l)] {
				return "no label " + l
			}
		}
	}
	for _, l := range regexp.MustCompile(`[{,]\s*(\w+)\s*(?:=|!=|=~|!~)"`).FindAllStringSubmatch(expr, -1) {
		if !labels[l[1]] && l[1] != "job" && l[1] != "instance" {
			return "no label " + l[1]
		}
	}
	return ""
}

func TestFaultsOfExpressionsAreFound(t *testing.T) {
	have := map[string]map[string]bool{"kulkul_a_total": {"x": true}, "kulkul_b_seconds": {"le": true}}
	for expr, want := range map[string]string{
		`rate(kulkul_a_total{x="1"}[5m])`:                 "",
		`sum by (x) (kulkul_a_total)`:                     "",
		`sum by (le) (rate(kulkul_b_seconds_bucket[5m]))`: "",
		`up{job="kulkul"}`:                                "",
		`kulkul_c_total`:                                  "no metric kulkul_c_total",
		`sum by (y) (kulkul_a_total)`:                     "no label y",
		`kulkul_a_total{y="1"}`:                           "no label y",
		`histogram_quantile(0.5, sum by (le, x) (kulkul_b_seconds_bucket))`: "no label  x",
	} {
		if got := fault(expr, have); got != want {
			t.Errorf("%s: %q, want %q", expr, got, want)
		}
	}
}

// grafana writes a panel's SQL as the ClickHouse plugin sends it.
func grafana(sql string) string {
	for macro, with := range map[string]string{
		`\$__timeFilter\((\w+)\)`:   `$1 >= toDateTime(intDiv(toUInt32(now()), 2)) AND $1 <= toDateTime(now())`,
		`\$__dateFilter\((\w+)\)`:   `$1 >= toDate('2020-01-01') AND $1 <= toDate('2100-01-01')`,
		`\$__timeInterval\((\w+)\)`: `toStartOfInterval(toDateTime($1), INTERVAL 60 second)`,
	} {
		sql = regexp.MustCompile(macro).ReplaceAllString(sql, with)
	}
	return sql
}

// TestDashboardsAskForWhatIsThere starts the product and asks it everything that
// the dashboards and the rules ask.
func TestDashboardsAskForWhatIsThere(t *testing.T) {
	f := process()
	f.Telemetry.Listen = "127.0.0.1:0"
	u, _ := up(t, t.TempDir(), f, files(t))
	eventually(t, time.Minute, "the process being ready", func() bool {
		_, err := get(u.Info.Metrics + "/readyz")
		return err == nil
	})
	list, have := questions(t), told(u.Metrics)
	scrape, err := get(u.Info.Metrics + "/metrics")
	if err != nil || !strings.Contains(scrape, "kulkul_tagger_items_total ") {
		t.Fatalf("/metrics: %v\n%s", err, scrape)
	}
	for _, q := range list {
		if fault := fault(q.expr, have); fault != "" {
			t.Errorf("%s: %s in %s", q.where, fault, q.expr)
		}
		if q.sql == "" {
			continue
		}
		sql := grafana(q.sql)
		if strings.Contains(sql, "$__") {
			t.Errorf("%s: a macro that this test does not know: %s", q.where, sql)
		}
		if err := query(t.Context(), u.Info, sql); err != nil {
			t.Errorf("%s: %v\n%s", q.where, err, sql)
		}
	}
	if err := query(t.Context(), u.Info, "SELECT nothing FROM items"); err == nil {
		t.Error("a column that is not there was no error")
	}
	t.Run("a real Prometheus", func(t *testing.T) { prometheusAnswers(t, u, list) })
}

func get(address string) (string, error) {
	resp, err := http.Get(address)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return string(body), err
}

// query asks the embedded database over HTTP.
func query(ctx context.Context, info assemble.RunInfo, sql string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, info.StoreURL, strings.NewReader(sql+" FORMAT JSONCompact"))
	if err != nil {
		return err
	}
	req.SetBasicAuth(info.StoreUser, info.StorePassword)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, body)
	}
	return err
}

// tool finds a program of Debian's package prometheus.
func tool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil && os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing; deploy/packages.sh installs it", name)
	}
	if err != nil {
		t.Skipf("%s is missing; deploy/packages.sh installs it", name)
	}
	return path
}

func TestPromtoolTakesRulesAndConfiguration(t *testing.T) {
	promtool, dir := tool(t, "promtool"), filepath.Join(root(t), "deploy", "prometheus")
	for _, args := range [][]string{{"check", "rules", filepath.Join(dir, "rules.yml")}, {"test", "rules", filepath.Join(dir, "rules_test.yml")}, {"check", "config", filepath.Join(dir, "prometheus.yml")}} {
		if out, err := exec.CommandContext(t.Context(), promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %q: %v\n%s", args, err, out)
		}
	}
	tests, err := os.ReadFile(filepath.Join(dir, "rules_test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions(t) {
		if _, name, ok := strings.Cut(q.where, "rules.yml: "); ok && !strings.Contains(string(tests), "alertname: "+name+"\n") {
			t.Errorf("no test fires %s", name)
		}
	}
}

// prometheusAnswers lets a real Prometheus scrape the product under the rules of
// deploy/ and evaluate every expression.
func prometheusAnswers(t *testing.T, u *assemble.Upped, list []asked) {
	program, dir := tool(t, "prometheus"), t.TempDir()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	conf := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n  - job_name: kulkul\n    static_configs: [{targets: [%q]}]\n",
		filepath.Join(root(t), "deploy", "prometheus", "rules.yml"), strings.TrimPrefix(u.Info.Metrics, "http://"))
	if err := os.WriteFile(filepath.Join(dir, "prometheus.yml"), []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, program, "--config.file="+filepath.Join(dir, "prometheus.yml"),
		"--storage.tsdb.path="+filepath.Join(dir, "tsdb"), "--web.listen-address="+address, "--log.level=warn")
	cmd.Stderr = testWriter{t}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cancel(); _ = cmd.Wait() }() // it was killed
	ask := func(expr string) (string, error) {
		return get("http://" + address + "/api/v1/query?query=" + url.QueryEscape(expr))
	}
	eventually(t, time.Minute, "the scrape", func() bool {
		body, err := ask(`up{job="kulkul"} == 1`)
		return err == nil && strings.Contains(body, `"value"`)
	})
	for _, q := range list {
		if q.expr == "" {
			continue
		}
		if body, err := ask(q.expr); err != nil || !strings.Contains(body, `"status":"success"`) {
			t.Errorf("%s: %s: %v\n%s", q.where, q.expr, err, body)
		}
	}
	eventually(t, 30*time.Second, "the dead-man's switch firing", func() bool {
		body, err := ask(`ALERTS{alertname="KulkulWatchdog",alertstate="firing"}`)
		return err == nil && strings.Contains(body, `"value"`)
	})
}
