// Command portent is the peer that all others are compared with.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/bench/internal/worker"
	"github.com/portent-go/portent/domain"
)

func main() { worker.Serve(open) }

type engine struct{ *onnxgo.Engine }

func open(config worker.Config) (worker.Engine, error) {
	model, err := os.ReadFile(config.Model)
	if err != nil {
		return nil, err
	}
	loaded, err := onnxgo.Open(model, options(config))
	return engine{loaded}, err
}

func options(config worker.Config) onnxgo.Options {
	return onnxgo.Options{Workers: max(config.Threads, config.Callers), Threads: config.Threads, ISA: config.ISA}
}

// Version says on what the engine computes.
func (e engine) Version() string {
	metadata := e.Metadata()
	return metadata.Engine + " on " + metadata.Device
}

func (e engine) Bind(input []float32, shape []int) (worker.Predict, error) {
	tensor, err := domain.NewTensor(shape, input)
	if err != nil {
		return nil, err
	}
	inputs := []domain.Tensor{tensor}
	return func() ([]float32, error) {
		outputs, err := e.Predict(context.Background(), inputs)
		if err != nil {
			return nil, err
		}
		values, ok := domain.Data[float32](outputs[0])
		if !ok {
			return nil, fmt.Errorf("the output is %v, expected FP32", outputs[0].Datatype())
		}
		return values, nil
	}, nil
}
