package notifier

import "github.com/prometheus/client_golang/prometheus"

type metrics struct {
	deliveries *prometheus.CounterVec
	unreadable prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_notifier_deliveries_total",
			Help: "Attempts to deliver, by what came of them: sent, failed (tried again), refused, withdrawn (the reader left the subscription), digested (told in one mail with others), delayed and bounced (said by a mail that came back)."}, []string{"status"}),
		unreadable: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_notifier_unreadable_total", Help: "Messages that could not be read."}),
	}
	for _, s := range []string{"sent", "failed", "refused", "withdrawn", "digested", "delayed", "bounced"} {
		m.deliveries.WithLabelValues(s)
	}
	reg.MustRegister(m.deliveries, m.unreadable)
	return m
}

func (m *metrics) delivery(status string) { m.deliveries.WithLabelValues(status).Inc() }
