//go:build cgo

// Command onnxruntime is the peer that the others' figures are divided by: ONNX
// Runtime's shared library, which the environment variable ONNXRUNTIME names.
package main

import (
	"fmt"
	"os"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/portent-go/portent/bench/internal/worker"
)

func main() { worker.Serve(open) }

type engine struct {
	session *ort.DynamicAdvancedSession
	config  worker.Config
}

func open(config worker.Config) (worker.Engine, error) {
	ort.SetSharedLibraryPath(os.Getenv("ONNXRUNTIME"))
	if err := ort.InitializeEnvironment(); err != nil {
		return nil, err
	}
	options, err := options(config.Threads)
	if err != nil {
		return nil, err
	}
	defer func() { _ = options.Destroy() }()
	session, err := ort.NewDynamicAdvancedSession(config.Model, []string{config.Input}, []string{config.Output}, options)
	return engine{session, config}, err
}

// options asks for every optimisation, and for threads within an operator only:
// the networks have next to nothing to run beside each other.
func options(threads int) (*ort.SessionOptions, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	for _, err := range []error{
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
		options.SetExecutionMode(ort.ExecutionModeSequential),
		options.SetIntraOpNumThreads(threads),
		options.SetInterOpNumThreads(1),
	} {
		if err != nil {
			return nil, fmt.Errorf("session options: %w", err)
		}
	}
	return options, nil
}

func (e engine) Version() string { return "ONNX Runtime " + ort.GetVersion() }

// Bind keeps input and output in place, so that a prediction allocates nothing.
func (e engine) Bind(input []float32, shape []int) (worker.Predict, error) {
	in, err := ort.NewTensor(shapeOf(shape), input)
	if err != nil {
		return nil, err
	}
	out, err := ort.NewEmptyTensor[float32](shapeOf(append([]int{shape[0]}, e.config.OutputShape...)))
	if err != nil {
		return nil, err
	}
	inputs, outputs := []ort.Value{in}, []ort.Value{out}
	return func() ([]float32, error) { return out.GetData(), e.session.Run(inputs, outputs) }, nil
}

func shapeOf(lengths []int) ort.Shape {
	shape := make(ort.Shape, len(lengths))
	for i, n := range lengths {
		shape[i] = int64(n)
	}
	return shape
}
