package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/collector/fetch"
)

type metrics struct {
	fetches    *prometheus.CounterVec
	seconds    prometheus.Histogram
	bytes      *prometheus.CounterVec
	items      *prometheus.CounterVec
	problems   *prometheus.CounterVec
	rejections *prometheus.CounterVec
	feeds      prometheus.Gauge
	paused     prometheus.Gauge
	late       prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_collector_" + name, Help: help}, []string{label})
	}
	m := &metrics{
		fetches: counter("fetches_total", "Questions to publishers, by what came of them.", "result"),
		seconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_collector_fetch_seconds",
			Help: "Time from question to the end of the answer.", Buckets: prometheus.ExponentialBuckets(0.01, 3, 9)}),
		bytes:      counter("bytes_total", "Bytes of bodies, as sent (wire) and decoded.", "kind"),
		items:      counter("items_total", "Entries read, by what became of them.", "fate"),
		problems:   counter("problems_total", "Faults of documents that were mended or set aside.", "code"),
		rejections: counter("rejections_total", "Documents and entries that could not be taken in.", "code"),
		feeds:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_collector_feeds", Help: "Feeds that are polled."}),
		paused:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_collector_waiting", Help: "Polls that wait because the bus takes nothing."}),
		late: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_collector_late_seconds",
			Help: "Time between the moment a feed was due and the start of its fetch.", Buckets: prometheus.ExponentialBuckets(0.1, 4, 8)}),
	}
	reg.MustRegister(m.fetches, m.seconds, m.bytes, m.items, m.problems, m.rejections, m.feeds, m.paused, m.late)
	return m
}

func (m *metrics) fetched(res fetch.Result) {
	result := string(res.Fault)
	switch {
	case result != "":
	case res.Status == 304:
		result = "unchanged"
	default:
		result = "read"
	}
	m.fetches.WithLabelValues(result).Inc()
	m.seconds.Observe(res.Took.Seconds())
	m.bytes.WithLabelValues("wire").Add(float64(res.Sizes.Wire))
	m.bytes.WithLabelValues("decoded").Add(float64(res.Sizes.Decoded))
}

// taken records how late a feed was taken; a feed asked for the first time is
// not late.
func (m *metrics) taken(late time.Duration) {
	if late < 1000*time.Hour {
		m.late.Observe(max(late, 0).Seconds())
	}
}
