package metrics

import (
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// latencies are the bounds of histograms of time, in seconds: from a small model's
// prediction to the patience of a client.
var latencies = []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// The stages of a request.
const (
	stageDecode = "decode"
	stageQueue  = "queue"
	stageInfer  = "infer"
	stageEncode = "encode"
)

// kindOK stands for a request that was answered, among the kinds of error.
const kindOK = "ok"

// requests are the metrics that are counted with each request.
type requests struct {
	total, shed, inputs   *prometheus.CounterVec
	latency, stage, batch *prometheus.HistogramVec
	seen                  labelled
}

func newRequests() *requests {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append([]string{labelModel, labelVersion, "transport"}, labels...))
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, append([]string{labelModel, labelVersion}, labels...))
	}
	return &requests{
		total:   counter("portent_requests_total", "Requests for predictions, by how they ended: ok, or the kind of error. Those for a model that is not served have no model.", "kind"),
		shed:    counter("portent_requests_shed_total", "Requests that were refused because there was too much to do."),
		inputs:  counter("portent_inputs_total", "Inputs (rows of batches) that were predicted."),
		latency: histogram("portent_request_duration_seconds", "Time that answered requests took in the server, waiting included.", latencies, "transport"),
		stage:   histogram("portent_stage_duration_seconds", "Time that a stage of answered requests took: decode, queue, infer or encode.", latencies, "transport", "stage"),
		batch:   histogram("portent_batch_size", "Inputs that one run of the engine computed.", prometheus.ExponentialBuckets(1, 2, 9)),
	}
}

func (r *requests) collectors() []prometheus.Collector {
	return []prometheus.Collector{r.total, r.shed, r.inputs, r.latency, r.stage, r.batch}
}

// count counts a request, whose trace is named unless it is not kept.
func (r *requests) count(served *serving.Served, o serving.Observation, trace string) {
	var model, version string
	if served != nil {
		model, version = label(served.Name), label(served.Version)
		defer r.seen.add(model, version) // not before, or series that are made while others are dropped would stay
	}
	r.total.WithLabelValues(model, version, o.Transport, kindOf(o.Err)).Inc()
	shed := r.shed.WithLabelValues(model, version, o.Transport) // is there from the first request on, so that its first rise is seen
	if o.Err != nil && domain.KindOf(o.Err) == domain.Overloaded {
		shed.Inc()
	}
	if served == nil || o.Err != nil {
		return
	}
	r.inputs.WithLabelValues(model, version, o.Transport).Add(float64(max(0, o.Rows)))
	runs, rows := o.Runs()
	for range runs {
		r.batch.WithLabelValues(model, version).Observe(float64(rows))
	}
	took := func(histogram prometheus.Observer, t time.Duration) { observe(histogram, t, trace) }
	took(r.latency.WithLabelValues(model, version, o.Transport), o.Input+o.Queue+o.Infer+o.Output)
	took(r.stage.WithLabelValues(model, version, o.Transport, stageDecode), o.Input)
	took(r.stage.WithLabelValues(model, version, o.Transport, stageQueue), o.Queue)
	took(r.stage.WithLabelValues(model, version, o.Transport, stageInfer), o.Infer)
	took(r.stage.WithLabelValues(model, version, o.Transport, stageEncode), o.Output)
}

// observe counts a time, with the trace as its exemplar if there is one.
func observe(histogram prometheus.Observer, took time.Duration, trace string) {
	if with, ok := histogram.(prometheus.ExemplarObserver); ok && trace != "" {
		with.ObserveWithExemplar(took.Seconds(), prometheus.Labels{"trace_id": trace})
		return
	}
	histogram.Observe(took.Seconds())
}

// kindOf names how a request ended, such as ok or not_found.
func kindOf(err error) string {
	if err == nil {
		return kindOK
	}
	return nameOf(domain.KindOf(err))
}

func nameOf(kind domain.Kind) string { return strings.ReplaceAll(kind.String(), " ", "_") }

// forget drops all series of a version of a model.
func (r *requests) forget(model, version string) {
	gone := prometheus.Labels{labelModel: model, labelVersion: version}
	for _, counter := range []*prometheus.CounterVec{r.total, r.shed, r.inputs} {
		counter.DeletePartialMatch(gone)
	}
	for _, histogram := range []*prometheus.HistogramVec{r.latency, r.stage, r.batch} {
		histogram.DeletePartialMatch(gone)
	}
}
