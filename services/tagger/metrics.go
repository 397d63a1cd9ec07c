package tagger

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/kulkul"
)

var errNoItem = errors.New("the review names no item")

type metrics struct {
	items    prometheus.Counter
	relevant prometheus.Counter
	tags     *prometheus.CounterVec
	rejected prometheus.Counter
	retagged prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		items:    prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_tagger_items_total", Help: "Items tagged, repeats included."}),
		relevant: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_tagger_relevant_items_total", Help: "Items that got a tag."}),
		tags:     prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_tagger_tags_total", Help: "Tags given, by area or flashpoint."}, []string{"tag"}),
		rejected: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_tagger_rejected_total", Help: "Messages that could not be read and were set aside."}),
		retagged: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_tagger_retagged_items_total", Help: "Stored items tagged anew under a next taxonomy."}),
	}
	reg.MustRegister(m.items, m.relevant, m.tags, m.rejected, m.retagged)
	return m
}

func (m *metrics) item(t kulkul.Tagged) {
	m.items.Inc()
	if len(t.Areas)+len(t.Flashpoints) > 0 {
		m.relevant.Inc()
	}
	for _, list := range [][]kulkul.Tag{t.Areas, t.Flashpoints} {
		for _, tag := range list {
			m.tags.WithLabelValues(tag.ID).Inc()
		}
	}
}
