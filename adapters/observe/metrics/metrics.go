package metrics

import (
	"context"
	"net/http"
	"runtime"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Metrics are the metrics of one server. They are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	requests *requests
	models   *models
	traceID  func(context.Context) string
}

var _ serving.Observer = (*Metrics)(nil)

// Options are the particulars of Metrics. The zero value asks for the defaults.
type Options struct {
	// Version is the server's own. Default: devel.
	Version string
	// TraceID returns the id under which a request's trace is kept, empty if it is
	// not. Latencies have it as their exemplar. Default: none is.
	TraceID func(ctx context.Context) string
}

// New returns the metrics of a repository's models. They count the requests that
// they are told of, as the repository's observer.
func New(repository *serving.Repository, options Options) (*Metrics, error) {
	if options.Version == "" {
		options.Version = "devel"
	}
	m := &Metrics{registry: prometheus.NewRegistry(), requests: newRequests(), models: newModels(repository), traceID: options.TraceID}
	all := []prometheus.Collector{
		buildInfo(options.Version), m.models,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	}
	for _, c := range append(all, m.requests.collectors()...) {
		if err := m.registry.Register(c); err != nil {
			return nil, domain.Errorf(domain.Internal, "a metric cannot be registered: %w", err)
		}
	}
	return m, nil
}

// Observe counts a request.
func (m *Metrics) Observe(ctx context.Context, served *serving.Served, o serving.Observation) {
	trace := ""
	if m.traceID != nil {
		trace = m.traceID(ctx)
	}
	m.requests.count(served, o, trace)
}

// Handler returns what answers GET with all metrics: as text, or as OpenMetrics
// with exemplars where that is asked for.
func (m *Metrics) Handler() http.Handler {
	answer := promhttp.HandlerFor(prometheus.GathererFunc(m.gather), promhttp.HandlerOpts{EnableOpenMetrics: true})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "metrics can only be read: use GET", http.StatusMethodNotAllowed)
			return
		}
		answer.ServeHTTP(w, r)
	})
}

// gather reads all metrics, without the series of what is served no more.
func (m *Metrics) gather() ([]*dto.MetricFamily, error) {
	for _, gone := range m.requests.seen.gone(m.models.loaded()) {
		m.requests.forget(gone.model, gone.version)
	}
	return m.registry.Gather()
}

func buildInfo(version string) prometheus.Collector {
	info := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "portent_build_info", Help: "Always 1: which build of Portent this is.",
		ConstLabels: prometheus.Labels{"version": version, "goversion": runtime.Version(), "goarch": runtime.GOARCH},
	})
	info.Set(1)
	return info
}
