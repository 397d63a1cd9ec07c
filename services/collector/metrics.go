package collector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
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
		items:      counter("items_total", "Entries read, by what became of them.", "fate"),
		problems:   counter("problems_total", "Faults of documents that were mended or set aside.", "code"),
		rejections: counter("rejections_total", "Documents and entries that could not be taken in.", "code"),
		feeds:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_collector_feeds", Help: "Feeds that are polled."}),
		paused:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_collector_waiting", Help: "Polls that wait because the bus takes nothing."}),
		late: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_collector_late_seconds",
			Help: "Time between the moment a feed was due and the start of its fetch.", Buckets: prometheus.ExponentialBuckets(0.1, 4, 8)}),
	}
	reg.MustRegister(m.items, m.problems, m.rejections, m.feeds, m.paused, m.late)
	return m
}

// taken records how late a feed was taken; a feed asked for the first time is
// not late.
func (m *metrics) taken(late time.Duration) {
	if late < 1000*time.Hour {
		m.late.Observe(max(late, 0).Seconds())
	}
}
