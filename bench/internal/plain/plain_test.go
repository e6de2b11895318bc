package plain

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/bench/internal/nets"
	"github.com/portent-go/portent/bench/internal/worker"
)

func TestWrite(t *testing.T) {
	folder := t.TempDir()
	onnx, path := filepath.Join(folder, "model.onnx"), filepath.Join(folder, "model.json")
	net := nets.Layers()[0] // 3x3, 64 channels to 64
	if err := os.WriteFile(onnx, net.Build().ONNX, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Write(onnx, path); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var g graph
	if err := json.Unmarshal(text, &g); err != nil {
		t.Fatal(err)
	}
	if len(g.Nodes) != 1 || g.Nodes[0].Op != "Conv" || g.Nodes[0].Output != g.Output || g.Nodes[0].Inputs[0] != g.Input || len(g.Nodes[0].Attributes) != 5 {
		t.Errorf("%s", text)
	}
	values, err := worker.ReadFloats(g.WeightsFile)
	if err != nil || len(values) != 64*64*9+64 || len(g.Weights) != 2 {
		t.Errorf("%d weights in %d constants, %v, expected %d in 2", len(values), len(g.Weights), err, 64*64*9+64)
	}
}
