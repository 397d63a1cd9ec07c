package archiver

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type metrics struct {
	itemsTotal prometheus.Counter
	rejected   prometheus.Counter
	lag        prometheus.Histogram
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		itemsTotal: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_archiver_items_total", Help: "Tagged items written to the store, repeats included."}),
		rejected:   prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_archiver_rejected_total", Help: "Messages that could not be read and were set aside."}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "kulkul_archiver_lag_seconds",
			Help: "Time from an item's collection to its row.", Buckets: prometheus.ExponentialBuckets(0.05, 2.5, 10)}),
	}
	reg.MustRegister(m.itemsTotal, m.rejected, m.lag)
	return m
}

func (m *metrics) items(tagged []kulkul.Tagged, now time.Time) {
	m.itemsTotal.Add(float64(len(tagged)))
	for _, t := range tagged {
		if !t.Item.Retrospective {
			m.lag.Observe(now.Sub(t.Item.Collected).Seconds())
		}
	}
}
