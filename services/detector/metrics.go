package detector

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/kulkul-ews/kulkul/services/detect/evaluate"
	"github.com/kulkul-ews/kulkul/services/kulkul"
)

type metrics struct {
	ready       prometheus.Gauge
	items       prometheus.Gauge
	tick        prometheus.Gauge
	conflicts   prometheus.Counter
	reads       *prometheus.HistogramVec
	evaluations *prometheus.HistogramVec
	tests       prometheus.Gauge
	alarms      prometheus.Gauge
	events      *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		ready:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_detector_ready", Help: "1 while the counts can be read, else 0."}),
		items:     prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_detector_observations", Help: "Tagged items that the counts are made of."}),
		tick:      prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_detector_last_day_seconds", Help: "Start of the last day that was evaluated whole, Unix time."}),
		conflicts: prometheus.NewCounter(prometheus.CounterOpts{Name: "kulkul_detector_conflicts_total", Help: "Writes that another detector was first at."}),
		reads: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kulkul_detector_read_seconds",
			Help: "Time to read counts from the store.", Buckets: prometheus.ExponentialBuckets(0.005, 2.5, 9)}, []string{"what"}),
		evaluations: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "kulkul_detector_evaluation_seconds",
			Help: "Time of one evaluation of all series.", Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 10)}, []string{"kind"}),
		tests:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_detector_tests", Help: "Tests of the last evaluation."}),
		alarms: prometheus.NewGauge(prometheus.GaugeOpts{Name: "kulkul_detector_alarms", Help: "Tests of the last evaluation that alarmed."}),
		events: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kulkul_detector_events_total", Help: "Alert events told."}, []string{"change", "level"}),
	}
	reg.MustRegister(m.ready, m.items, m.tick, m.conflicts, m.reads, m.evaluations, m.tests, m.alarms, m.events)
	return m
}

func (m *metrics) read(what string, took time.Duration, items int) {
	m.reads.WithLabelValues(what).Observe(took.Seconds())
	m.items.Set(float64(items))
}

func (m *metrics) evaluated(kind string, took time.Duration, r evaluate.Result) {
	m.evaluations.WithLabelValues(kind).Observe(took.Seconds())
	m.tests.Set(float64(r.Tested))
	m.alarms.Set(float64(r.Alarms))
}

// told counts the events of one flashpoint.
func (m *metrics) told(events []kulkul.AlertEvent, flashpoint string) {
	for _, e := range events {
		if e.Alert.Key.Flashpoint == flashpoint {
			m.events.WithLabelValues(string(e.Change), e.Alert.Level.String()).Inc()
		}
	}
}
