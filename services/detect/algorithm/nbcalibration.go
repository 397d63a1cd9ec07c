package algorithm

import "math"

// The rate of false alarm episodes falls by a factor of e for each
// 1/falseAlarmSlope of threshold, and is one in a hundred series-weeks at
// falseAlarmThreshold. Both were read off simulated series of 0.05 to 3 reports
// a day, Poisson and twice overdispersed, with bursts in them and without;
// docs/detection.md gives the measurement and the command that repeats it.
const (
	falseAlarmThreshold = 3
	falseAlarmSlope     = 1.05
)

// limit is the score to exceed.
func (d NBScan) limit() float64 {
	if d.Threshold != nil {
		return *d.Threshold
	}
	return NBScanThreshold(d.Alpha)
}

// NBScanThreshold is the score above which there are rate false alarm episodes
// per series and week.
func NBScanThreshold(rate float64) float64 {
	return math.Max(0, falseAlarmThreshold-math.Log(rate/0.01)/falseAlarmSlope)
}

// NBScanRate is the rate of false alarm episodes per series and week at a
// threshold: the inverse of NBScanThreshold, and for the score of a day how
// often chance would do as much.
func NBScanRate(threshold float64) float64 {
	return 0.01 * math.Exp(-(threshold-falseAlarmThreshold)*falseAlarmSlope)
}
