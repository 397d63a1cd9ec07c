package intake

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	requests   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	items      *prometheus.CounterVec
	rejections *prometheus.CounterVec
	deliveries *prometheus.CounterVec
	strays     prometheus.Counter
	letters    *prometheus.CounterVec
	inbox      prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_intake_" + name, Help: help}, labels)
	}
	m := &metrics{
		requests: counter("requests_total", "Requests, by what they asked and the problem they ended in.", "request", "result"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kulkul_intake_request_seconds",
			Help: "Time until a request was answered.", Buckets: prometheus.ExponentialBuckets(0.001, 4, 8)}, []string{"request"}),
		items:      counter("items_total", "Pushed items, by their fate.", "fate"),
		rejections: counter("rejections_total", "Bodies and items that could not be taken in.", "code"),
		deliveries: counter("websub_deliveries_total", "Deliveries of hubs, by what came of them.", "result"),
		strays: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_intake_strays_total",
			Help: "Connections that brought bytes and no request that could be read."}),
	}
	m.letters = counter("mails_total", "Mails that came back: answer, waits (for an analyst), bounce, automatic (a program answered), stranger, unreadable.", "outcome")
	for _, outcome := range []string{"answer", "waits", "bounce", "automatic", strange, "unreadable"} {
		m.letters.WithLabelValues(outcome)
	}
	m.inbox = prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_intake_inbox_up",
		Help: "1 while the mailbox for answers can be read, 0 while it cannot, or none is configured."})
	reg.MustRegister(m.requests, m.seconds, m.items, m.rejections, m.deliveries, m.strays, m.letters, m.inbox)
	return m
}
