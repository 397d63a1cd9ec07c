package store

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics of one registry, shared by all its stores.
type metrics struct {
	inserts        *prometheus.CounterVec   // by table
	rows           *prometheus.CounterVec   // by table
	insertFailures *prometheus.CounterVec   // by table
	insertSeconds  *prometheus.HistogramVec // by table
	queryFailures  *prometheus.CounterVec   // by query
	querySeconds   *prometheus.HistogramVec // by query
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	counter := func(name, help, label string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: "kulkul", Subsystem: "store", Name: name, Help: help,
		}, []string{label})
	}
	seconds := func(name, help, label string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: "kulkul", Subsystem: "store", Name: name, Help: help,
			Buckets: prometheus.ExponentialBuckets(0.001, 2.5, 11), // 1 ms to 9.5 s
		}, []string{label})
	}
	m := &metrics{
		inserts:        counter("inserts_total", "Batches inserted.", "table"),
		rows:           counter("rows_total", "Rows inserted.", "table"),
		insertFailures: counter("insert_failures_total", "Batches that could not be inserted.", "table"),
		insertSeconds:  seconds("insert_seconds", "Time that a batch took to insert.", "table"),
		queryFailures:  counter("query_failures_total", "Questions that got no answer.", "query"),
		querySeconds:   seconds("query_seconds", "Time until a question was answered whole.", "query"),
	}
	return m, errors.Join(
		register(reg, &m.inserts), register(reg, &m.rows),
		register(reg, &m.insertFailures), register(reg, &m.insertSeconds),
		register(reg, &m.queryFailures), register(reg, &m.querySeconds))
}

// register adds the collector to the registry, or takes the one that another
// store put there.
func register[C prometheus.Collector](reg prometheus.Registerer, c *C) error {
	err := reg.Register(*c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			*c = existing
			return nil
		}
	}
	return err
}

// inserted counts one batch.
func (m *metrics) inserted(table string, rows int, took time.Duration, err error) {
	if err != nil {
		m.insertFailures.WithLabelValues(table).Inc()
		return
	}
	m.inserts.WithLabelValues(table).Inc()
	m.rows.WithLabelValues(table).Add(float64(rows))
	m.insertSeconds.WithLabelValues(table).Observe(took.Seconds())
}

// asked counts one question.
func (m *metrics) asked(query string, took time.Duration, err error) {
	if err != nil {
		m.queryFailures.WithLabelValues(query).Inc()
		return
	}
	m.querySeconds.WithLabelValues(query).Observe(took.Seconds())
}
