package language

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestPeers measures the detector beside other packages on the labelled sets,
// the feed's word withheld. testdata/peers says what they are asked.
func TestPeers(t *testing.T) {
	if os.Getenv("KULKUL_EVIDENCE") == "" {
		t.Skip("builds a module that weighs 120 MB; KULKUL_EVIDENCE=1 runs it")
	}
	items := append(labelled(t, "open.jsonl"), labelled(t, "languages-open.jsonl")...)
	program := filepath.Join(t.TempDir(), "peers")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, ".")
	build.Dir, build.Env = filepath.Join("testdata", "peers"), append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Skipf("the other packages cannot be had: %v\n%s", err, out)
	}
	var in bytes.Buffer
	all, size := map[string]int{}, 0
	for _, x := range items {
		all[x.Language]++
		size += len(x.Title) + 1 + len(x.Summary)
		if err := json.NewEncoder(&in).Encode(map[string]string{"Language": x.Language, "Text": x.Title + "\n" + x.Summary}); err != nil {
			t.Fatal(err)
		}
	}
	const passes = 20
	d, wrong := New(), map[string]int{}
	start := processor(t)
	for pass := range passes {
		for _, x := range items {
			got := d.Detect("", x.Title, x.Summary)
			if near := got + x.Language; pass == 0 && got != x.Language && near != "idms" && near != "msid" {
				wrong[x.Language]++
			}
		}
	}
	took := (processor(t) - start) / passes
	report := func(name string, size int, took time.Duration, wrong map[string]int) (speed float64, missed int) {
		for _, n := range wrong {
			missed += n
		}
		speed = float64(size) / 1e6 / took.Seconds()
		t.Logf("%-24s %7.2f MB/s of processor time, %3d of %d wrong %v", name, speed, missed, len(items), wrong)
		return speed, missed
	}
	t.Logf("%.2f MB, %v", float64(size)/1e6, all)
	speed, missed := report("kulkul", size, took, wrong)
	peers := exec.CommandContext(t.Context(), program)
	peers.Stdin, peers.Stderr = &in, os.Stderr
	out, err := peers.Output()
	if err != nil {
		t.Fatal(err)
	}
	for answers := json.NewDecoder(bytes.NewReader(out)); answers.More(); {
		var a struct {
			Name  string
			Bytes int
			Took  time.Duration
			Wrong map[string]int
		}
		if err := answers.Decode(&a); err != nil {
			t.Fatal(err)
		}
		if s, m := report(a.Name, a.Bytes, a.Took, a.Wrong); s > speed || m < missed {
			t.Errorf("%s is faster, or right more often", a.Name)
		}
	}
}

// processor is the time the process has had on a processor.
func processor(t *testing.T) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
