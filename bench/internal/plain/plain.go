// Package plain writes ONNX models in a form that a program without an ONNX
// reader can load: the graph as JSON, and beside it the weights as one file of
// little-endian float32.
package plain

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/bench/internal/worker"
	"github.com/portent-go/portent/domain"
)

// graph is the JSON file.
type graph struct {
	Input       string            `json:"input"`
	Output      string            `json:"output"`
	Shape       []int             `json:"shape"` // of one sample
	Nodes       []node            `json:"nodes"`
	Weights     map[string]weight `json:"weights"`
	WeightsFile string            `json:"weights_file"`
}

// node is an operator with one output.
type node struct {
	Op         string         `json:"op"`
	Inputs     []string       `json:"inputs"`
	Output     string         `json:"output"`
	Attributes map[string]any `json:"attributes"`
}

// weight is a constant's place in the file of weights.
type weight struct {
	Shape  []int `json:"shape"`
	Offset int   `json:"offset"` // in numbers
}

// Write writes an ONNX file's graph to the path, and its weights to the path
// with .weights added.
func Write(onnx, path string) error {
	data, err := os.ReadFile(onnx)
	if err != nil {
		return err
	}
	model, err := onnxfile.ReadModel(data, onnxfile.Options{})
	if err != nil {
		return err
	}
	g := graph{
		Input: model.Graph.Inputs[0].Name, Output: model.Graph.Outputs[0].Name,
		Shape: model.Graph.Inputs[0].Shape[1:], Weights: make(map[string]weight), WeightsFile: path + ".weights",
	}
	for _, n := range model.Graph.Nodes {
		g.Nodes = append(g.Nodes, plainNode(n))
	}
	values, err := g.takeWeights(model.Graph.Initializers)
	if err != nil {
		return err
	}
	if err := worker.WriteFloats(g.WeightsFile, values); err != nil {
		return err
	}
	text, err := json.Marshal(g)
	if err != nil {
		return err
	}
	return os.WriteFile(path, text, 0o600)
}

func plainNode(n onnxfile.Node) node {
	plain := node{Op: n.OpType, Inputs: n.Inputs, Output: n.Outputs[0], Attributes: make(map[string]any)}
	for _, a := range n.Attributes {
		switch a.Kind {
		case onnxfile.IntAttribute:
			plain.Attributes[a.Name] = a.Int
		case onnxfile.IntsAttribute:
			plain.Attributes[a.Name] = a.Ints
		case onnxfile.FloatAttribute:
			plain.Attributes[a.Name] = a.Float
		}
	}
	return plain
}

// takeWeights notes the constants' places and returns their numbers.
func (g *graph) takeWeights(constants map[string]domain.Tensor) ([]float32, error) {
	var values []float32
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		tensor := constants[name]
		data, ok := domain.Data[float32](tensor)
		if !ok {
			return nil, fmt.Errorf("the constant %s is %v, expected FP32", name, tensor.Datatype())
		}
		g.Weights[name] = weight{Shape: tensor.Shape(), Offset: len(values)}
		values = append(values, data...)
	}
	return values, nil
}
