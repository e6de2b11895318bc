package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/portent-go/portent/adapters/format/npy"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/picture"
	"github.com/portent-go/portent/cmd/portent/internal/modelfolder"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
)

// Folders of test vectors. What the engine itself recorded says so wherever the name
// is shown.
const (
	vectorName   = "test_data_set_%d"
	recordedName = "test_data_set_recorded_%d"
)

// test opens the folder as it would be served, and adds a test vector if one is
// given.
func (f *newFolder) test(ctx context.Context) (err error) {
	l := loading{model: f.to, engine: engineLocal, workers: runtime.GOMAXPROCS(0), threads: 1, tolerance: initTolerance, maxMemory: defaultMaxMemory}
	chosen, err := l.openChosen(ctx, serving.Options{}, quiet)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, chosen.Model.Close()) }()
	if _, err := chosen.verify(ctx); err != nil {
		return err
	}
	switch {
	case len(f.settings.inputs) > 0:
		return f.addVector(ctx, chosen)
	case len(chosen.folder.Vectors) == 0:
		f.left = append(f.left, "test vectors: nothing shows that it answers as in training; --input and --expect add one")
	default:
		f.facts.Vectors = fmt.Sprintf("There are %d test vectors, which the engine reproduces.", len(chosen.folder.Vectors))
	}
	return nil
}

// initTolerance is how far the engine may be from what is expected, as when serving.
const initTolerance = 1e-4

func (f *newFolder) addVector(ctx context.Context, o *opened) error {
	inputs, err := f.readInputs(o)
	if err != nil {
		return err
	}
	answer, err := o.Model.Predict(ctx, inputs)
	if err != nil {
		return domain.Errorf(domain.KindOf(err), "--input cannot be predicted: %w", err)
	}
	name, what := f.free(recordedName), "recorded from this engine: shows later changes, and no agreement with training"
	outputs := answer
	if !f.settings.record {
		name = f.free(vectorName)
		if outputs, what, err = f.readOutputs(answer); err != nil {
			return err
		}
	}
	for kind, tensors := range map[string][]domain.Tensor{"input": inputs, "output": outputs} {
		for i, t := range tensors {
			specs := o.Model.Signature().Inputs
			if kind == "output" {
				specs = o.Model.Signature().Outputs
			}
			if err := f.writer.Put(fmt.Sprintf("%s/%s_%d.pb", name, kind, i), onnxfile.WriteTensor(specs[i].Name, t)); err != nil {
				return err
			}
		}
	}
	f.wrote = append(f.wrote, written{name + "/", what})
	f.facts.Vectors = fmt.Sprintf("`%s`: an input, and the output that it gave in training.", name)
	if f.settings.record {
		f.facts.Vectors = fmt.Sprintf("`%s`: an input, and what Portent %s answered on %s. It shows when a later version answers differently; it does not show that the answers are those of training.",
			name, versionNumber(), time.Now().UTC().Format(time.DateOnly))
	}
	return nil
}

// free returns the first name of its kind that is free.
func (f *newFolder) free(pattern string) string {
	for i := 0; ; i++ {
		if name := fmt.Sprintf(pattern, i); !f.writer.Has(name) {
			return name
		}
	}
}

// readInputs reads a tensor for each input, of files or of a picture, which is
// prepared as the folder says.
func (f *newFolder) readInputs(o *opened) ([]domain.Tensor, error) {
	inputs := make([]domain.Tensor, len(f.settings.inputs))
	for i, name := range f.settings.inputs {
		data, err := readNamed(name)
		if err != nil {
			return nil, err
		}
		inputs[i], err = f.inputOf(name, data, o)
		if err != nil {
			return nil, err
		}
	}
	if err := o.Model.Signature().CheckInputs(inputs); err != nil {
		return nil, &domain.Error{Kind: domain.Invalid, Field: "--input", Msg: "is not what the model takes", Err: err, Expected: fmt.Sprint(f.facts.Inputs)}
	}
	return inputs, nil
}

func (f *newFolder) inputOf(name string, data []byte, o *opened) (domain.Tensor, error) {
	if npy.Recognised(data) || strings.EqualFold(filepath.Ext(name), ".pb") {
		return tensorOf(name, data)
	}
	const mostPixels = 24_000_000
	img, err := picture.Decode(data, picture.Limits{MaxPixels: mostPixels})
	if err != nil {
		return domain.Tensor{}, &domain.Error{Kind: domain.Invalid, Field: name, Msg: "is neither a tensor nor a picture", Err: err, Expected: ".npy, .pb or a picture"}
	}
	if o.Card.Preprocessor == nil {
		return domain.Tensor{}, &domain.Error{
			Kind: domain.Invalid, Field: name, Msg: "is a picture, but nothing says how pictures are prepared", Expected: modelfolder.PreprocessorName, Hint: "--preset says how, or give the tensor that training made of it",
		}
	}
	return o.Card.Preprocessor.Tensor(img)
}

// readOutputs reads what was expected, and compares the engine's answer with it: a
// folder that does not reproduce its own test vectors is never served.
func (f *newFolder) readOutputs(answer []domain.Tensor) ([]domain.Tensor, string, error) {
	outputs := make([]domain.Tensor, len(f.settings.expect))
	for i, name := range f.settings.expect {
		data, err := readNamed(name)
		if err != nil {
			return nil, "", err
		}
		if outputs[i], err = tensorOf(name, data); err != nil {
			return nil, "", err
		}
	}
	r := serving.Compare(f.report.Signature, answer, outputs)
	switch {
	case r.Err != nil:
		return nil, "", &domain.Error{Kind: domain.Invalid, Field: "--expect", Msg: "is not what the model gives", Err: r.Err, Expected: fmt.Sprint(f.facts.Outputs)}
	case r.MaxRel > initTolerance:
		return nil, "", &domain.Error{
			Kind: domain.Invalid, Field: "--expect", Msg: fmt.Sprintf("the engine's answer to --input is off by %.3g at %s", r.MaxRel, r.Worst), Expected: fmt.Sprintf("a difference of at most %g", initTolerance),
			Hint: "do network, input and output belong together, was the input prepared in the same way, and was the network in evaluation mode?",
		}
	}
	return outputs, fmt.Sprintf("reproduced, largest difference %.2g (%g allowed)", r.MaxRel, initTolerance), nil
}

// readNamed reads a file that somebody named.
func readNamed(name string) ([]byte, error) {
	data, err := fileInput(name).read()
	if err != nil {
		return nil, &domain.Error{Kind: domain.NotFound, Field: name, Msg: "cannot be read", Err: err, Expected: "a file"}
	}
	return data, nil
}
