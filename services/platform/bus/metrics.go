package bus

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	publishedTotal  prometheus.Counter
	publishFailed   prometheus.Counter
	publishSeconds  prometheus.Histogram
	consumedTotal   *prometheus.CounterVec
	handlerFailed   *prometheus.CounterVec
	newer           *prometheus.CounterVec
	waiting         *prometheus.GaugeVec
	handlerDuration *prometheus.HistogramVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	labels := []string{"stream", "consumer"}
	m := &metrics{
		publishedTotal: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_bus_published_total", Help: "Messages stored by the bus."}),
		publishFailed:  prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_bus_publish_failures_total", Help: "Publish calls that failed and are repeated."}),
		publishSeconds: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_bus_publish_seconds", Help: "Time until a publish call was stored.", Buckets: prometheus.ExponentialBuckets(0.0005, 4, 8)}),
		consumedTotal:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_bus_consumed_total", Help: "Messages handed to a consumer."}, labels),
		handlerFailed:  prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_bus_handler_failures_total", Help: "Batches that failed and are delivered again."}, labels),
		newer:          prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_bus_newer_total", Help: "Times that a message of a newer version was left on the bus."}, labels),
		waiting:        prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kulkul_bus_waiting", Help: "Messages that a consumer has not acknowledged yet."}, labels),
		handlerDuration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kulkul_bus_handler_seconds", Help: "Time a consumer took for a batch.",
			Buckets: prometheus.ExponentialBuckets(0.001, 4, 8)}, labels),
	}
	reg.MustRegister(m.publishedTotal, m.publishFailed, m.publishSeconds, m.consumedTotal, m.handlerFailed, m.newer, m.waiting, m.handlerDuration)
	return m
}

func (m *metrics) published(n int, took time.Duration, err error) {
	if err != nil {
		m.publishFailed.Inc()
		return
	}
	m.publishedTotal.Add(float64(n))
	m.publishSeconds.Observe(took.Seconds())
}

func (m *metrics) consumed(stream, durable string, n int, took time.Duration, err error) {
	m.consumedTotal.WithLabelValues(stream, durable).Add(float64(n))
	m.handlerDuration.WithLabelValues(stream, durable).Observe(took.Seconds())
	if err != nil {
		m.handlerFailed.WithLabelValues(stream, durable).Inc()
	}
}
