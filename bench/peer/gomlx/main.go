// Command gomlx is GoMLX with its pure Go backend, the model read by onnx-gomlx.
package main

import (
	"fmt"

	"github.com/gomlx/gomlx/backends"
	"github.com/gomlx/gomlx/backends/simplego"
	"github.com/gomlx/gomlx/pkg/core/graph"
	"github.com/gomlx/gomlx/pkg/core/tensors"
	"github.com/gomlx/gomlx/pkg/ml/context"
	"github.com/gomlx/onnx-gomlx/onnx"

	"github.com/portent-go/portent/bench/internal/worker"
)

func main() { worker.Serve(open) }

type engine struct{ run *context.Exec }

func open(config worker.Config) (worker.Engine, error) {
	model, err := onnx.ReadFile(config.Model)
	if err != nil {
		return nil, err
	}
	weights := context.New()
	if err := model.VariablesToContext(weights); err != nil {
		return nil, err
	}
	backend, err := newBackend(config.Threads)
	if err != nil {
		return nil, err
	}
	run, err := context.NewExec(backend, weights.Reuse(), func(ctx *context.Context, x *graph.Node) *graph.Node {
		return model.CallGraph(ctx, x.Graph(), map[string]*graph.Node{config.Input: x}, config.Output)[0]
	})
	return engine{run}, err
}

func newBackend(threads int) (backends.Backend, error) {
	if threads == 1 {
		return simplego.New("parallelism=1,ops_sequential")
	}
	return simplego.New(fmt.Sprintf("parallelism=%d", threads))
}

func (e engine) Version() string { return worker.ModuleVersion("github.com/gomlx/gomlx") }

func (e engine) Bind(input []float32, shape []int) (worker.Predict, error) {
	x := tensors.FromFlatDataAndDimensions(input, shape...)
	return func() ([]float32, error) {
		y, err := e.run.Exec1(x)
		if err != nil {
			return nil, err
		}
		values, err := tensors.CopyFlatData[float32](y)
		if err != nil {
			return nil, err
		}
		return values, y.FinalizeAll()
	}, nil
}
