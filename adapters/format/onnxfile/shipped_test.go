package onnxfile_test

import (
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

const shippedFolder = "../../../model"

// TestShippedModel holds the facts of the model in the repository, as ONNX's own
// package tells them.
func TestShippedModel(t *testing.T) {
	m := readModel(t, readFile(t, filepath.Join(shippedFolder, "model.onnx")))
	if m.IRVersion != 8 || m.Producer != "pytorch 1.13.0" || m.Graph.Name != "torch_jit" || len(m.Functions) != 0 {
		t.Errorf("format %d, producer %q, graph %q, functions %v", m.IRVersion, m.Producer, m.Graph.Name, m.Functions)
	}
	if len(m.Opsets) != 1 || m.Opsets[0] != (domain.Opset{Version: 17}) {
		t.Errorf("opsets %v, expected ONNX's own at 17", m.Opsets)
	}
	g := m.Graph
	if len(g.Nodes) != 54 || len(g.Initializers) != 46 {
		t.Errorf("%d nodes and %d initializers, expected 54 and 46", len(g.Nodes), len(g.Initializers))
	}
	if len(g.Inputs) != 1 || g.Inputs[0].String() != "pixel_values FP32 [-1,3,32,32]" {
		t.Errorf("inputs %v", g.Inputs)
	}
	if len(g.Outputs) != 1 || g.Outputs[0].String() != "logits FP32 [-1,10]" {
		t.Errorf("outputs %v", g.Outputs)
	}
	operators := map[string]int{}
	for _, n := range g.Nodes {
		operators[n.OpType]++
	}
	for opType, want := range map[string]int{"Conv": 21, "Relu": 19, "Add": 9, "Sub": 1, "Div": 1, "GlobalAveragePool": 1, "Flatten": 1, "Gemm": 1} {
		if operators[opType] != want {
			t.Errorf("%d nodes are %s, expected %d", operators[opType], opType, want)
		}
	}
}

func TestShippedVectors(t *testing.T) {
	folders, err := filepath.Glob(filepath.Join(shippedFolder, "test_data_set_*"))
	if err != nil || len(folders) == 0 {
		t.Fatalf("no test vectors: %v", err)
	}
	signature := readModel(t, readFile(t, filepath.Join(shippedFolder, "model.onnx"))).Graph
	for _, folder := range folders {
		for file, spec := range map[string]domain.TensorSpec{"input_0.pb": signature.Inputs[0], "output_0.pb": signature.Outputs[0]} {
			_, vector, err := onnxfile.ReadTensor(readFile(t, filepath.Join(folder, file)))
			if err != nil {
				t.Fatalf("%s/%s: %v", folder, file, err)
			}
			if err := spec.Check(vector); err != nil {
				t.Errorf("%s/%s: %v", folder, file, err)
			}
		}
	}
}

func BenchmarkReadShippedModel(b *testing.B) {
	data := readFile(b, filepath.Join(shippedFolder, "model.onnx"))
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := onnxfile.ReadModel(data, onnxfile.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
