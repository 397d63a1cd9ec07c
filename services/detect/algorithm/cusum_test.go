package algorithm

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

// cusumCounts and the values of the next two tests come from algo.cusum of
// surveillance 1.20.3 with range 15:25, m = 2, alpha = 0.2, start = c(1,3), freq = 7.
func cusumCounts() Series {
	s := daily(2, 0, 1, 3, 1, 0, 2, 4, 1, 1, 0, 3, 5, 2, 1, 0, 1, 2, 6, 9, 7, 3, 1, 0, 2)
	s.Freq, s.Start = 7, [2]int{1, 3}
	return s
}

func TestCusumTransformations(t *testing.T) {
	for _, c := range []struct {
		trans       string
		sum, bounds []float64
	}{
		{"standard", []float64{0, 0, 0, 0, 1.78842712475, 5.69817459305, 8.19370849898, 7.86081528017, 6.11370849898, 3.65949493661, 2.61949493661}, []float64{7, 7, 7, 7, 7, 5, 0, 0, 0, 0, 2}},
		{"rossi", []float64{0, 0, 0, 0, 1.40948974278, 4.43014991456, 6.38945461622, 6.02084525201, 4.21307829904, 1.05175795548, 0.0117579554839}, []float64{7.55796660793, 7.55796660793, 7.55796660793, 7.55796660793, 7.55796660793, 5.01385718275, 0.604451260726, 0, 0.744063177519, 0.834158165712, 5.64115736608}},
		{"anscombe", []float64{0, 0, 0, 0, 1.25120378659, 3.87192576344, 5.6007115694, 5.21910724321, 3.39413497686, 0.232814633303, 0}, []float64{8.1710565434, 8.1710565434, 8.1710565434, 8.1710565434, 8.1710565434, 5.51242763404, 1.24842845548, 0, 0.0588619359964, 1.86836104698, 7.65039852239}},
		{"anscombe2nd", []float64{0, 0, 0, 0, 1.36905491679, 4.10762802384, 5.95426495999, 5.690511764, 3.98339062785, 0.939921414489, 0.017772544687}, []float64{7.75178062067, 7.75178062067, 7.75178062067, 7.75178062067, 7.75178062067, 4.91899764591, 0.77407685893, 0, 0, 0.905586354356, 5.7605308556}},
		{"pearsonNegBin", []float64{0, 0, 0, 0, 1.35045721867, 4.49375735134, 6.44182887468, 5.99944317934, 4.36182887468, 2.12660026534, 1.08660026534}, []float64{7.52195617512, 7.52195617512, 7.52195617512, 7.52195617512, 7.52195617512, 5.26220903032, 0.00246188550665, 0, 0, 0.223220451079, 3.96347330627}},
		{"anscombeNegBin", []float64{0, 0, 0, 0, 0.75551886663, 2.46696344309, 3.56464457844, 3.06889086273, 1.34790998163, 0, 0}, []float64{2.26, 2.26, 2.26, 2.26, 1.50448113337, 0, 0, 0, 0.912090018369, 2.26, 2.26}},
		{"none", []float64{0, 0, 0, 0.96, 5.92, 13.88, 19.84, 21.8, 21.76, 20.72, 21.68}, []float64{2.26, 2.26, 2.26, 1.3, 0, 0, 0, 0, 0, 0, 0}},
	} {
		d := NewCusum()
		d.Trans, d.M, d.Alpha = c.trans, CusumMean{Estimate: Known(2)}, 0.2
		r := d.Detect(cusumCounts(), 15, 25)
		nearAll(t, c.trans+" sum", r.Score, c.sum, 1e-8)
		nearAll(t, c.trans+" bound", r.Upperbound, c.bounds, 1e-8)
	}
}

func TestCusumGLMMean(t *testing.T) {
	d := NewCusum()
	if err := json.Unmarshal([]byte(`{"m":"glm"}`), &d); err != nil {
		t.Fatal(err)
	}
	r := d.Detect(cusumCounts(), 15, 25)
	nearAll(t, "sum", r.Score, []float64{0, 0, 0, 0, 1.957977034, 4.879709105, 6.572502404, 6.358727801, 5.098080205, 3.036686698, 2.662863855}, 1e-6)
	if r := d.Detect(cusumCounts(), 1, 25); r.Alarm[3] != Undefined {
		t.Error("without a past there is nothing to fit")
	}
}

func TestCusumMeanBeforeRange(t *testing.T) {
	for _, text := range []string{`{}`, `{"m":null}`, `{"m":"mean(counts[1..lo-1])"}`} {
		d := NewCusum()
		if err := json.Unmarshal([]byte(text), &d); err != nil {
			t.Fatal(err)
		}
		given, s := NewCusum(), cusumCounts()
		given.M = CusumMean{Estimate: Known(25.0 / 14)}
		nearAll(t, text, d.Detect(s, 15, 25).Score, given.Detect(s, 15, 25).Score, 1e-12)
	}
}

func TestCusumNeverRestarts(t *testing.T) {
	counts := append(make([]float64, 10), 20, 2, 2, 2, 2, 2, 2)
	for i := range 10 {
		counts[i] = 2
	}
	s := daily(counts...)
	plain, restart := NewCusum(), NewCusumRestart()
	plain.Trans = "rossi"
	if at := raisedAt(plain.Detect(s, 11, 17), 11); len(at) < 4 {
		t.Errorf("as in the package the alarm lasts, got %v", at)
	}
	if at := raisedAt(restart.Detect(s, 11, 17), 11); !slices.Equal(at, []int{11}) {
		t.Errorf("with restart one alarm at 11, got %v", at)
	}
}

func TestCusumDegenerate(t *testing.T) {
	zeros := daily(append(make([]float64, 20), 0, 1, 5)...)
	r := NewCusum().Detect(zeros, 21, 23)
	for i := range r.Alarm {
		if r.Alarm[i] != Undefined || r.Upperbound[i] != 0 {
			t.Errorf("mean 0: alarm %d, bound %g; want undefined and 0", r.Alarm[i], r.Upperbound[i])
		}
	}
	counts := append(drawn(6, 30, 2, 1), 1, missing, 2)
	if r := NewCusum().Detect(daily(counts...), 31, 33); r.Alarm[0] != Quiet || r.Alarm[1] != Undefined || r.Alarm[2] != Undefined {
		t.Errorf("as in the package nothing is known after a missing count: %v", r.Alarm)
	}
	if r := NewCusumRestart().Detect(daily(counts...), 31, 33); r.Alarm[1] != Undefined || r.Alarm[2] != Quiet {
		t.Errorf("the product passes over it: %v", r.Alarm)
	}
}

func TestCusumValidate(t *testing.T) {
	bad := []Cusum{
		{K: 1, H: 1, Trans: "tukey"}, {K: -1, H: 1, Trans: "rossi"},
		{K: 1, H: math.NaN(), Trans: "rossi"}, {K: 1, H: 1, Trans: "rossi", M: CusumMean{Estimate: Known(-2)}},
	}
	for _, d := range bad {
		if d.Validate() == nil {
			t.Errorf("no error for %+v", d)
		}
	}
	if _, ok := transformationOf("tukey"); ok {
		t.Error("tukey is no transformation")
	}
}
