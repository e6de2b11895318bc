package onnxgo

import (
	"fmt"
	"runtime"

	// Gorgonia panics at start on a Go release that the version of this module
	// it asks for does not know; the one required here asks the runtime.
	_ "go4.org/unsafe/assume-no-moving-gc"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/decode"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// Open loads an ONNX model. The bytes are not kept. A file that is not a sound
// ONNX model is an error of kind Invalid; one that needs what the engine does not
// have is an error of kind Unsupported that names every node concerned.
func Open(model []byte, options Options) (engine *Engine, err error) {
	options = options.withDefaults()
	defer func() {
		if cause := recover(); cause != nil {
			engine, err = nil, domain.Errorf(domain.Internal, "loading the model panicked: %v", cause)
		}
	}()
	file, err := onnxfile.ReadModel(model, onnxfile.Options{External: options.External})
	if err != nil {
		return nil, err
	}
	return openFile(file, options)
}

func openFile(file *onnxfile.Model, options Options) (*Engine, error) {
	definition, err := define(file, options)
	if err != nil {
		return nil, err
	}
	g, err := graph.New(definition)
	if err != nil {
		return nil, err
	}
	signature, err := g.Signature()
	if err != nil {
		return nil, err
	}
	return newEngine(g, signature, metadataOf(file, definition.Set, g.Plannable()), options), nil
}

// define makes the engine's graph of the file's.
func define(file *onnxfile.Model, options Options) (graph.Definition, error) {
	set, err := micro.Choose(options.ISA)
	if err != nil {
		return graph.Definition{}, domain.Errorf(domain.Invalid, "%w", err)
	}
	nodes, err := decode.Nodes(file)
	if err != nil {
		return graph.Definition{}, err
	}
	return graph.Definition{
		Inputs: file.Graph.Inputs, Outputs: file.Graph.Outputs, Nodes: nodes,
		Constants: file.Graph.Initializers, Budget: options.MaxMemory, Set: set,
	}, nil
}

func metadataOf(file *onnxfile.Model, set *micro.Set, plannable bool) domain.Metadata {
	device := fmt.Sprintf("cpu (%s, %s)", runtime.GOARCH, set.Name)
	if !plannable {
		device = fmt.Sprintf("cpu (%s, node by node, because shapes depend on the inputs' elements)", runtime.GOARCH)
	}
	return domain.Metadata{
		Platform:   "onnx_onnxv1",
		Engine:     "onnxgo",
		Device:     device,
		Producer:   file.Producer,
		Opsets:     file.Opsets,
		Properties: file.Properties,
	}
}
