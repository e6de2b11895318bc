// Command gorgonnx is onnx-go with the backend it comes with, gorgonnx.
package main

import (
	"fmt"
	"os"

	"github.com/owulveryck/onnx-go"
	"github.com/owulveryck/onnx-go/backend/x/gorgonnx"
	_ "go4.org/unsafe/assume-no-moving-gc" // lets Gorgonia start on today's Go
	"gorgonia.org/tensor"

	"github.com/portent-go/portent/bench/internal/worker"
)

func main() { worker.Serve(open) }

// engine is a model's file: gorgonnx compiles a graph for one input's shape.
type engine struct{ model []byte }

func open(config worker.Config) (worker.Engine, error) {
	model, err := os.ReadFile(config.Model)
	return engine{model}, err
}

func (e engine) Version() string { return worker.ModuleVersion("github.com/owulveryck/onnx-go") }

func (e engine) Bind(input []float32, shape []int) (worker.Predict, error) {
	backend := gorgonnx.NewGraph()
	model := onnx.NewModel(backend)
	if err := model.UnmarshalBinary(e.model); err != nil {
		return nil, err
	}
	tensor := tensor.New(tensor.WithShape(shape...), tensor.WithBacking(input))
	return func() ([]float32, error) {
		if err := model.SetInput(0, tensor); err != nil {
			return nil, err
		}
		if err := backend.Run(); err != nil {
			return nil, err
		}
		outputs, err := model.GetOutputTensors()
		if err != nil {
			return nil, err
		}
		values, ok := outputs[0].Data().([]float32)
		if !ok {
			return nil, fmt.Errorf("the output is %T, expected []float32", outputs[0].Data())
		}
		return values, nil
	}, nil
}
