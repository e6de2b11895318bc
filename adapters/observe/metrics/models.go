package metrics

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/portent-go/portent/domain/serving"
)

const (
	labelModel   = "model"
	labelVersion = "version"
)

// models looks at a repository each time that metrics are asked for.
type models struct {
	repository *serving.Repository

	ready, served, info                  *prometheus.Desc
	queue, capacity, running, concurrent *prometheus.Desc
	difference                           *prometheus.Desc
}

func newModels(repository *serving.Repository) *models {
	of := func(name, help string, labels ...string) *prometheus.Desc {
		return prometheus.NewDesc(name, help, append([]string{labelModel, labelVersion}, labels...), nil)
	}
	return &models{
		repository: repository,
		ready:      prometheus.NewDesc("portent_ready", "1 if the server should be given work, else 0.", nil, nil),
		served:     of("portent_model_ready", "1 if the model should be given work, else 0."),
		info:       of("portent_model_info", "Always 1: where the model comes from and what runs it. The digest is the model file's.", "sha256", "engine", "platform"),
		queue:      of("portent_queue_length", "Predictions that wait for their turn."),
		capacity:   of("portent_queue_capacity", "Predictions that may wait; further ones are refused."),
		running:    of("portent_predictions_in_flight", "Predictions in the engine."),
		concurrent: of("portent_predictions_concurrency", "Predictions that may be in the engine at once."),
		difference: of("portent_model_selftest_difference", "Largest difference of an answer from the model's test vectors, relative to max(1, |expected|). Missing if it came without."),
	}
}

// Describe says which metrics there are.
func (m *models) Describe(descriptions chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{m.ready, m.served, m.info, m.queue, m.capacity, m.running, m.concurrent, m.difference} {
		descriptions <- d
	}
}

// Collect looks at all models that are loaded.
func (m *models) Collect(metrics chan<- prometheus.Metric) {
	metrics <- gauge(m.ready, truth(m.repository.Ready() == nil))
	for _, name := range m.repository.Names() {
		for _, version := range m.repository.Versions(name) {
			served, release, err := m.repository.Acquire(name, version)
			if err != nil {
				continue // it was unloaded a moment ago
			}
			m.collect(served, metrics)
			release()
		}
	}
}

// loaded returns the labels of what is served.
func (m *models) loaded() map[identity]bool {
	loaded := make(map[identity]bool)
	for _, name := range m.repository.Names() {
		for _, version := range m.repository.Versions(name) {
			loaded[identity{label(name), label(version)}] = true
		}
	}
	return loaded
}

func (m *models) collect(served *serving.Served, metrics chan<- prometheus.Metric) {
	name, version, about, load := served.Name, served.Version, served.Model.Metadata(), served.Model.Load()
	metrics <- gauge(m.served, truth(served.Model.Ready() == nil), name, version)
	metrics <- gauge(m.info, 1, name, version, served.Card.SHA256, about.Engine, about.Platform)
	metrics <- gauge(m.queue, float64(load.Waiting), name, version)
	metrics <- gauge(m.capacity, float64(load.Queue), name, version)
	metrics <- gauge(m.running, float64(load.Running), name, version)
	metrics <- gauge(m.concurrent, float64(load.Concurrency), name, version)
	if difference, tested := served.Model.SelfTest(); tested {
		metrics <- gauge(m.difference, difference, name, version)
	}
}

// gauge returns one value.
func gauge(d *prometheus.Desc, value float64, labels ...string) prometheus.Metric {
	for i := range labels {
		labels[i] = label(labels[i])
	}
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}
