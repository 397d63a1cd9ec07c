package fetch

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	fetches *prometheus.CounterVec
	seconds prometheus.Histogram
	bytes   *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		fetches: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_collector_fetches_total",
			Help: "Questions to publishers, by what came of them."}, []string{"result"}),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_collector_fetch_seconds",
			Help: "Time from question to the end of the answer.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 9)}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_collector_bytes_total",
			Help: "Bytes of bodies, as sent (wire) and decoded."}, []string{"kind"}),
	}
	reg.MustRegister(m.fetches, m.seconds, m.bytes)
	return m
}

func (m *metrics) fetched(res Result) {
	result := string(res.Fault)
	switch {
	case result != "":
	case res.Status == http.StatusNotModified:
		result = "unchanged"
	default:
		result = "read"
	}
	m.fetches.WithLabelValues(result).Inc()
	m.seconds.Observe(res.Took.Seconds())
	m.bytes.WithLabelValues("wire").Add(float64(res.Sizes.Wire))
	m.bytes.WithLabelValues("decoded").Add(float64(res.Sizes.Decoded))
}
