package jsonl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
)

func run(t *testing.T, in string) (lines []string, failed bool) {
	t.Helper()
	var out bytes.Buffer
	failed, err := Run(t.Context(), strings.NewReader(in), &out)
	if err != nil {
		t.Fatal(err)
	}
	for s := bufio.NewScanner(&out); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines, failed
}

func TestAnswer(t *testing.T) {
	lines, failed := run(t, `{"method":"threshold","params":{"threshold":3,"window":2},"counts":[1,1,null,3,0],"freq":365,"start":[2001,1],"dates":null,"range":[1,5]}`)
	want := `{"upperbound":[2,1,null,2,-1],"alarm":[0,0,null,1,1],"score":[1,2,null,3,3]}`
	if failed || len(lines) != 1 || lines[0] != want {
		t.Errorf("failed %v: %v, want %s", failed, lines, want)
	}
}

func TestDefaultsOfRequest(t *testing.T) {
	lines, failed := run(t, `{"method":"threshold","counts":[3]}`)
	if want := `{"upperbound":[2],"alarm":[1],"score":[3]}`; failed || lines[0] != want {
		t.Errorf("%v, want %s", lines, want)
	}
}

func TestUndefinedIsNull(t *testing.T) {
	lines, _ := run(t, `{"method":"earsC","params":{"method":"C1","note":"seven before"},"counts":[1,2,3,1,2,3,1,2],"freq":365,"start":[2001,1],"range":[7,8]}`)
	var a struct {
		Upperbound, Alarm, Score []*float64
	}
	if err := json.Unmarshal([]byte(lines[0]), &a); err != nil {
		t.Fatal(err)
	}
	if a.Upperbound[0] != nil || a.Alarm[0] != nil || a.Score[0] != nil || a.Upperbound[1] == nil || a.Alarm[1] == nil {
		t.Errorf("got %s", lines[0])
	}
}

func TestErrorsStandInPlace(t *testing.T) {
	good := `{"method":"threshold","counts":[3],"range":[1,1]}`
	for in, says := range map[string]string{
		`{`:                                     "bad line",
		`[]`:                                    "array where an object",
		`7`:                                     "number where an object",
		good + ` {}`:                            "more than one",
		`{"counts":[]}`:                         "method: missing",
		`{"method":"arima","counts":[1]}`:       "unknown method",
		`{"method":"threshold"}`:                "counts: none",
		`{"method":"threshold","counts":[]}`:    "counts: none",
		`{"method":"threshold","counts":["a"]}`: "counts",
		`{"method":"threshold","counts":[-1]}`:  "no count",
		`{"method":"threshold","counts":[1e999]}`:                                         "counts",
		`{"method":"threshold","counts":[1],"freq":0}`:                                    "freq",
		`{"method":"threshold","counts":[1],"freq":1.5}`:                                  "freq",
		`{"method":"threshold","counts":[1],"start":[2001]}`:                              "start",
		`{"method":"threshold","counts":[1],"dates":["2001-01-01","2001-01-02"]}`:         "2 dates for 1",
		`{"method":"threshold","counts":[1,2],"dates":["2001-01-02","2001-01-02"]}`:       "not after",
		`{"method":"threshold","counts":[1],"dates":["soon"]}`:                            "YYYY-MM-DD",
		`{"method":"threshold","counts":[1],"range":[1]}`:                                 "range",
		`{"method":"threshold","counts":[1],"range":[0,1]}`:                               "range",
		`{"method":"threshold","counts":[1],"range":[1,2]}`:                               "range",
		`{"method":"threshold","counts":[1,2],"range":[2,1]}`:                             "range",
		`{"method":"threshold","params":{"limit":3},"counts":[1]}`:                        `"limit" is not known`,
		`{"method":"threshold","params":7,"counts":[1]}`:                                  "want an object",
		`{"method":"nbscan","params":{"weekday":[1,1,1,1,1,1,1]},"counts":[1],"freq":52}`: "not daily",
		`{"method":"farringtonFlexible","params":{"epochAsDate":true},"counts":[1]}`:      "no dates",
	} {
		lines, failed := run(t, good+"\n"+in+"\n\n"+good+"\n")
		if !failed || len(lines) != 3 {
			t.Errorf("%s: failed %v, %d answers", in, failed, len(lines))
			continue
		}
		var e struct{ Error string }
		if err := json.Unmarshal([]byte(lines[1]), &e); err != nil || !strings.Contains(e.Error, says) {
			t.Errorf("%s: answered by %s, want an error that says %q", in, lines[1], says)
		}
		if strings.Contains(lines[0], "error") || lines[0] != lines[2] {
			t.Errorf("%s: its neighbours were answered by %s and %s", in, lines[0], lines[2])
		}
	}
}

func TestMembersBesideAreIgnored(t *testing.T) {
	if lines, failed := run(t, `{"series":"k1","method":"threshold","counts":[3],"range":[1,1],"upperbound":[2]}`); failed {
		t.Errorf("answered by %s", lines[0])
	}
}

func TestDatesGiveWeekdays(t *testing.T) {
	// A weekend of reports, told by dates to be one: under a weekend factor of
	// next to nothing it scores higher than in the middle of the week.
	counts := strings.Repeat("1,1,1,1,1,0,0,", 20)
	request := func(from string) string {
		return `{"method":"nbscan","params":{"weekday":[1.35,1.35,1.35,1.35,1.35,0.125,0.125]},"counts":[` + counts + `1,1,1,1,1,2,1],"freq":365,"start":` + from + `,"range":[146,146]}`
	}
	lines, failed := run(t, request("[2001,1]")+"\n"+request("[2001,3]"))
	var a, b struct{ Score []float64 }
	if failed || json.Unmarshal([]byte(lines[0]), &a) != nil || json.Unmarshal([]byte(lines[1]), &b) != nil {
		t.Fatal(lines)
	}
	if !(a.Score[0] > b.Score[0]) {
		t.Errorf("Saturday scores %g, Monday %g", a.Score[0], b.Score[0])
	}
}

// An answer is written before the next request is waited for.
func TestAnswersWhileInputIsOpen(t *testing.T) {
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := Run(context.Background(), inR, outW)
		outW.Close()
		done <- err
	}()
	answers := bufio.NewReader(outR)
	for range 3 {
		if _, err := io.WriteString(inW, `{"method":"threshold","counts":[3]}`+"\n"); err != nil {
			t.Fatal(err)
		}
		if line, err := answers.ReadString('\n'); err != nil || !strings.Contains(line, "alarm") {
			t.Fatalf("%q, %v", line, err)
		}
	}
	inW.Close()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, strings.NewReader("{}\n"), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if _, err := Run(t.Context(), io.MultiReader(strings.NewReader("{}\n"), broken{}), io.Discard); !errors.Is(err, errBroken) {
		t.Errorf("reading: error %v", err)
	}
	if _, err := Run(t.Context(), strings.NewReader(`{"method":"threshold","counts":[3]}`), broken{}); !errors.Is(err, errBroken) {
		t.Errorf("writing: error %v", err)
	}
	if _, err := Run(t.Context(), strings.NewReader(strings.Repeat(" ", maxLine+1)), io.Discard); err == nil {
		t.Error("a line without end was read")
	}
}

var errBroken = errors.New("broken")

type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errBroken }
func (broken) Write([]byte) (int, error) { return 0, errBroken }

// Whatever comes in, one line goes out for it, and it is JSON.
func FuzzAnswer(f *testing.F) {
	for _, seed := range []string{
		`{"method":"nbscan","params":{"weekday":[1,1,1,1,1,1,1]},"counts":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,5],"freq":365,"start":[2001,1],"range":[1,17]}`,
		`{"method":"farringtonFlexible","params":{"b":2,"w":1,"noPeriods":2},"counts":[1,2,3,4,1,2,3,4,9,1e12,0,0,1],"freq":4,"start":[1,1]}`,
		`{"method":"farrington","params":{"b":1,"w":0},"counts":[0,0,0,1],"freq":1,"start":[1,1]}`,
		`{"method":"glrnb","params":{"mu0":0,"alpha":1e-9},"counts":[1,2]}`,
		`{"method":"glrnb","params":{"alpha":null},"counts":[1,2,9,0,0,3,1,1,1,1],"range":[9,10]}`,
		`{"method":"bayes","params":{"b":1,"w":1,"alpha":1e-300},"counts":[1,2,3,4,5],"freq":2}`,
		`{"method":"ewmaESSENCE","params":{"minBaseline":3,"B":3,"g":0},"counts":[1,1,1,1,1,1,1]}`,
		`{"method":"cusum","params":{"trans":"anscombeNegBin","alpha":1e6},"counts":[1,2,0,3],"range":[3,4]}`,
		`{"method":"kleinberg","counts":[0,0,1,1e300,1]}`,
		`{"method":"nbscanPlain","counts":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,9],"freq":7}`,
		`{"method":"silence","counts":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,0,0,0]}`,
		`nonsense`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\n\r") || len(strings.TrimSpace(line)) == 0 || len(line) > 4000 {
			return
		}
		var out bytes.Buffer
		if _, err := Run(t.Context(), strings.NewReader(line), &out); err != nil {
			t.Fatal(err)
		}
		if got := out.Bytes(); !json.Valid(got) || bytes.Count(got, []byte("\n")) != 1 {
			t.Fatalf("answer %q", got)
		}
	})
}
