package main

import (
	"context"

	"github.com/spf13/pflag"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/model"
)

// loading is the settings with which a model is opened.
type loading struct {
	model     string
	workers   int
	threads   int
	isa       string
	tolerance float64
	maxMemory int
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
	flags.IntVar(&l.workers, "workers", 0, "predictions that run at once (default: one a core)")
	flags.IntVar(&l.threads, "threads", 1, "cores that one prediction may use while no other needs them")
	flags.StringVar(&l.isa, "isa", "", isaUsage)
	flags.Float64Var(&l.tolerance, "tolerance", 1e-4, "how far an answer may be from a test vector's, relative to max(1, |expected|)")
	flags.IntVar(&l.maxMemory, "max-memory", defaultMaxMemory, maxMemoryUsage)
}

// loaded is a model that is open, with what its folder says about it.
type loaded struct {
	*serving.Classifier
	folder *model.Folder
}

// open reads the model, opens it on the engine and puts the classifier on top.
// Nothing has been verified yet.
func (l *loading) open(options serving.Options) (*loaded, error) {
	folder, model, err := l.openModel(options)
	if err != nil {
		return nil, err
	}
	classifier, err := serving.NewClassifier(model, folder.Card, options)
	if err != nil {
		return nil, named(folder, err)
	}
	return &loaded{classifier, folder}, nil
}

// openModel reads the model and opens it on the engine, whatever it takes and
// gives.
func (l *loading) openModel(options serving.Options) (*model.Folder, *serving.Model, error) {
	folder, err := l.folder()
	if err != nil {
		return nil, nil, err
	}
	// Here the engine is chosen.
	predictor, err := onnxgo.Open(folder.ONNX, onnxgo.Options{
		Workers: l.workers, Threads: l.threads, ISA: l.isa, MaxMemory: l.maxMemory, External: folder.FS,
	})
	if err != nil {
		return nil, nil, named(folder, err)
	}
	options.Concurrency, options.Tolerance, options.Vectors = l.workers, l.tolerance, folder.Vectors
	return folder, serving.NewModel(predictor, options), nil
}

func (l *loading) folder() (*model.Folder, error) {
	if l.model == "" {
		return model.Embedded()
	}
	return model.OpenPath(l.model)
}

// verify runs the model's own test vectors; without any there is nothing to
// fail.
func (l *loaded) verify(ctx context.Context) ([]serving.Result, error) {
	results, err := l.Model().Verify(ctx)
	if err != nil {
		return results, named(l.folder, err)
	}
	return results, nil
}
