package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portent-go/portent/domain"
)

// Connections are those of a listener.
type Connections interface {
	// Open returns how many there are.
	Open() int64
	// Refused returns for how many there was no place, since the start.
	Refused() int64
}

// AddConnections has the connections of a listener among the metrics, under its
// name. A name that is there already is an error of kind Internal.
func (m *Metrics) AddConnections(listener string, connections Connections) error {
	labels := prometheus.Labels{"listener": listener}
	for _, c := range []prometheus.Collector{
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "portent_connections", Help: "Connections that are open.", ConstLabels: labels,
		}, func() float64 { return float64(connections.Open()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "portent_connections_refused_total", Help: "Connections that were closed at once, because there were too many.", ConstLabels: labels,
		}, func() float64 { return float64(connections.Refused()) }),
	} {
		if err := m.registry.Register(c); err != nil {
			return domain.Errorf(domain.Internal, "the metrics of the listener %s cannot be registered: %w", listener, err)
		}
	}
	return nil
}

// AddRefused has among the metrics how many requests have been refused with errors of
// a kind before anybody looked at what they ask for. A kind that is there already is
// an error of kind Internal.
func (m *Metrics) AddRefused(kind domain.Kind, refused func() int64) error {
	err := m.registry.Register(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "portent_callers_refused_total", Help: "Requests that were refused because of who made them: unauthenticated or rate_limited.",
		ConstLabels: prometheus.Labels{"kind": nameOf(kind)},
	}, func() float64 { return float64(refused()) }))
	if err != nil {
		return domain.Errorf(domain.Internal, "the metric of what is %v cannot be registered: %w", kind, err)
	}
	return nil
}
