package main

import (
	"cmp"
	"context"
	"errors"
	"net"
	"runtime"
	"slices"
	"strings"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/cmd/portent/internal/benchresult"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
	"github.com/portent-go/portent/ports"
)

// benchTarget is a model, or a server, that is measured.
type benchTarget struct {
	about     benchresult.Target
	predictor ports.Predictor
	vectors   []serving.Vector
	exact     bool // the same input gives the same bits: the engine is in this process
	tolerance float64
}

type benchTargets []*benchTarget

// open opens what the arguments name, or else what --model or --endpoint do.
func (s *benchSettings) open(ctx context.Context, args []string) (targets benchTargets, err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, targets.close())
		}
	}()
	if len(args) == 0 && s.engine == engineRemote {
		args = s.remote.endpoints
	}
	if len(args) == 0 {
		args = []string{s.model}
	}
	for _, arg := range args {
		if slices.ContainsFunc(targets, func(t *benchTarget) bool { return t.about.Name == arg }) {
			return targets, &domain.Error{Kind: domain.Invalid, Field: arg, Msg: "is given twice", Expected: "each target once", Hint: "how much the same differs from itself is the noise, which is shown"}
		}
		open := s.openModel
		if isURL(arg) {
			open = s.openServer
		}
		target, err := open(ctx, arg)
		if err != nil {
			return targets, meantAsServer(arg, err)
		}
		targets = append(targets, target)
	}
	return targets, nil
}

// meantAsServer tells who has named a host and a port, which are no model's, how
// servers are named.
func meantAsServer(arg string, err error) error {
	var e *domain.Error
	if host, port, notServer := net.SplitHostPort(arg); notServer != nil || host == "" || port == "" || !errors.As(err, &e) || e.Kind != domain.NotFound {
		return err
	}
	told := *e
	told.Hint = "is it a server? Then it is named http://" + arg + " or grpc://" + arg
	return &told
}

// isURL reports whether a target is a server.
func isURL(target string) bool { return strings.Contains(target, "://") }

// close closes all that is open.
func (t benchTargets) close() (err error) {
	for _, target := range t {
		err = errors.Join(err, target.predictor.Close())
	}
	return err
}

// openModel opens a model in this process, as `portent serve` would, but for the
// queue, which takes all that are sent.
func (s *benchSettings) openModel(ctx context.Context, name string) (*benchTarget, error) {
	l := s.loading
	l.model, l.engine, l.workers = name, engineLocal, cmp.Or(l.workers, runtime.GOMAXPROCS(0))
	chosen, err := l.openChosen(ctx, serving.Options{Queue: slices.Max(s.concurrency), Timeout: s.timeout}, quiet)
	if err != nil {
		return nil, err
	}
	if _, err := chosen.verify(ctx); err != nil {
		return nil, errors.Join(err, chosen.Model.Close())
	}
	t := newBenchTarget(chosen.Model, chosen.folder.Vectors, l.tolerance)
	t.exact = true
	t.about.Name, t.about.Model, t.about.Version, t.about.SHA256 = chosen.folder.Source, chosen.Card.Name, chosen.Card.Version, chosen.Card.SHA256
	t.about.Workers, t.about.Threads = l.workers, l.threads
	return t, nil
}

// openServer connects to a server. What fails there is not tried again: it is to be
// seen.
func (s *benchSettings) openServer(ctx context.Context, url string) (*benchTarget, error) {
	folder := new(model.Folder)
	var err error
	if s.model != "" {
		if folder, err = model.OpenCard(s.model); err != nil {
			return nil, err
		}
	}
	address, err := s.remote.locate(ctx, url)
	if err != nil {
		return nil, err
	}
	tls, err := s.remote.tls.config()
	if err != nil {
		return nil, err
	}
	engine, err := openinference.Open(ctx, openinference.Options{
		Endpoints: []string{address.endpoint}, Model: address.model, Version: address.version, Token: s.remote.token(), TLS: tls,
		Timeout: s.timeout, Retries: -1, HealthInterval: -1, MaxInFlight: slices.Max(s.concurrency),
	})
	if err != nil {
		return nil, err
	}
	t := newBenchTarget(engine, folder.Vectors, s.tolerance)
	t.about.Name, t.about.Server, t.about.Model, t.about.Version = url, true, address.model, address.version
	t.about.SHA256 = folder.Card.SHA256
	if server := engine.Metadata().Properties["server"]; server != "" {
		t.about.Engine = server
	}
	return t, nil
}

func newBenchTarget(p ports.Predictor, vectors []serving.Vector, tolerance float64) *benchTarget {
	t := &benchTarget{predictor: p, vectors: vectors, tolerance: tolerance}
	signature, metadata := p.Signature(), p.Metadata()
	t.about = benchresult.Target{Engine: metadata.Engine, Device: metadata.Device, Tolerance: tolerance}
	for _, spec := range signature.Inputs {
		t.about.Inputs = append(t.about.Inputs, spec.String())
	}
	for _, spec := range signature.Outputs {
		t.about.Outputs = append(t.about.Outputs, spec.String())
	}
	return t
}

// batches returns the sizes that a target is measured with: what was asked for, or
// where nothing was and it has no batch axis, the only one that it takes.
func (t *benchTarget) batches(s *benchSettings) []int {
	if signature := t.predictor.Signature(); !s.batchGiven && !signature.Batched() {
		return []int{fixedBatch(signature)}
	}
	return s.batch
}

// fixedBatch returns how many inputs a model without a batch axis takes at once: the
// length of the first axis if all inputs and outputs have it, else 1.
func fixedBatch(s domain.Signature) int {
	length := 0
	for _, spec := range append(slices.Clone(s.Inputs), s.Outputs...) {
		if len(spec.Shape) == 0 || spec.Shape[0] < 1 || length != 0 && spec.Shape[0] != length {
			return 1
		}
		length = spec.Shape[0]
	}
	return max(length, 1)
}
