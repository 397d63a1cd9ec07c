package evaluate

import "math"

// The baseline against which the windows are shown: as many days, ending so
// long before the day under test that a burst does not hide itself.
const (
	baselineDays  = 112
	baselineGuard = 7
)

// spans are the windows, in days, that an outcome may speak for.
var spans = [...]int{1, 3, 7}

// mostUnusual gives the window, of at most longest days and ending with the
// last count, in which the stories stand out most against the mean of the
// baseline (by the likelihood ratio of a Poisson count), with what was observed
// and expected in it. It explains an alarm; it does not make one.
func mostUnusual(counts []int, exposure []float64, longest int) (span, observed int, expected float64) {
	mean := baseline(counts, exposure)
	best := math.Inf(-1)
	for _, w := range spans {
		if w > longest && w > 1 {
			break
		}
		y, mu := float64(tail(counts, w)), mean*float64(w)
		ratio := 0.0
		if y > mu {
			ratio = y*math.Log(y/mu) - (y - mu)
		}
		if ratio > best {
			best, span, observed, expected = ratio, w, int(y), mu
		}
	}
	return span, observed, expected
}

// baseline is the mean count of a day, of half a story more than was seen: a
// series that never had one is rare, not impossible.
func baseline(counts []int, exposure []float64) float64 {
	end := max(0, len(counts)-baselineGuard)
	begin := max(0, end-baselineDays)
	return (float64(tail(counts[:end], end-begin)) + 0.5) / max(watched(exposure, begin, end), 14)
}

// longMean is the mean count of a day over the whole history but the last
// week, of half a story more than was seen.
func longMean(counts []int, exposure []float64) float64 {
	end := max(0, len(counts)-baselineGuard)
	return (float64(tail(counts[:end], end)) + 0.5) / max(watched(exposure, 0, end), 28)
}

// watched is how many days of today's reporting the days from begin to end saw.
func watched(exposure []float64, begin, end int) float64 {
	if exposure == nil {
		return float64(end - begin)
	}
	sum := 0.0
	for _, e := range exposure[begin:end] {
		sum += e
	}
	return sum
}
