package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/observe/tracing"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

// loading is the settings with which a model is opened.
type loading struct {
	model     string
	name      string // what the model is called to clients; empty for its own name
	engine    string
	remote    remoteSettings
	batching  batching
	workers   int
	threads   int
	isa       string
	tolerance float64
	maxMemory int
	tracing   *tracing.Tracing // nil: nothing is traced
	samples   *sampleFolders   // of the models that have been opened
}

// Flags that several commands have.
const (
	modelUsage       = "folder or .onnx file of the model to use (default: the one inside the binary)"
	isaUsage         = "instruction set to compute with: avx512, avx2 or generic (default: the fastest)"
	maxMemoryUsage   = "bytes that one prediction may take in the engine"
	defaultMaxMemory = 4 << 30
)

func (l *loading) flags(flags *pflag.FlagSet) {
	flags.StringVar(&l.model, "model", "", modelUsage)
	flags.StringVar(&l.engine, "engine", engineLocal, "what computes: onnxgo, or remote for other servers, named by --endpoint")
	l.remote.flags(flags)
	flags.IntVar(&l.workers, "workers", 0, "predictions that run at once (default: one a core)")
	flags.IntVar(&l.threads, "threads", 1, "cores that one prediction may use while no other needs them")
	flags.StringVar(&l.isa, "isa", "", isaUsage)
	flags.Float64Var(&l.tolerance, "tolerance", 1e-4, "how far an answer may be from a test vector's, relative to max(1, |expected|)")
	flags.IntVar(&l.maxMemory, "max-memory", defaultMaxMemory, maxMemoryUsage)
}

// opened is a model that is open, with what its folder says about it.
type opened struct {
	*serving.Served
	folder *model.Folder
}

// open opens a model on the engine, whatever it takes and gives. Nothing has been
// verified yet.
func (l *loading) open(ctx context.Context, folder *model.Folder, options serving.Options, logger *slog.Logger) (*opened, error) {
	predictor, err := l.predictor(ctx, folder, logger)
	if err != nil {
		return nil, named(folder, err)
	}
	options.Concurrency, options.Tolerance, options.Vectors = l.workers, l.tolerance, folder.Vectors
	predictor = l.traced(l.batching.join(predictor, &options))
	card := folder.Card
	if l.name != "" {
		card.Name = l.name
	}
	served := &serving.Served{Name: card.Name, Version: card.Version, Card: card, Model: serving.NewModel(predictor, options), Stats: new(serving.Statistics)}
	// A model need not be a classifier, but what its folder says must fit it.
	served.Classifier, err = serving.NewClassifier(served.Model, card, options)
	if err != nil && domain.KindOf(err) != domain.Unsupported {
		return nil, errors.Join(named(folder, err), served.Model.Close())
	}
	l.samples.put(card.Name, card.Version, folder.Samples)
	if served.Classifier != nil {
		served.Card = served.Classifier.Card()
	}
	return &opened{served, folder}, nil
}

// openChosen opens the model that --model names.
func (l *loading) openChosen(ctx context.Context, options serving.Options, logger *slog.Logger) (*opened, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, err
	}
	return l.open(ctx, folder, options, logger)
}

func (l *loading) folder() (*model.Folder, error) {
	switch {
	case l.engine == engineRemote && l.model == "":
		return &model.Folder{Source: "on other servers", Card: serving.Card{Name: l.remote.model, Version: "1"}}, nil
	case l.engine == engineRemote:
		return model.OpenCard(l.model)
	case l.model == "":
		return model.Embedded()
	default:
		return model.OpenPath(l.model)
	}
}

// classifier returns the model as a classifier, or why it is none.
func (o *opened) classifier() (*serving.Classifier, error) {
	if o.Classifier != nil {
		return o.Classifier, nil
	}
	classifier, err := serving.NewClassifier(o.Model, o.Card, serving.Options{})
	if err != nil {
		return nil, named(o.folder, err)
	}
	return classifier, nil
}

// verify runs the model's own test vectors; without any there is nothing to
// fail.
func (o *opened) verify(ctx context.Context) ([]serving.Result, error) {
	results, err := o.Model.Verify(ctx)
	if err != nil {
		return results, named(o.folder, err)
	}
	return results, nil
}
