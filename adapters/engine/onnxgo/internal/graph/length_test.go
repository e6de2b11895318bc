package graph

import (
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// positions is a model of texts that has so many positions: each takes a row of its
// own, and there is none for what is longer.
func positions(t *testing.T, most int) Definition {
	t.Helper()
	number := func(v int64) domain.Tensor { return tensorOf(t, domain.Shape{1}, v) }
	rows := make([]float32, 4*most)
	return Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}},
		Nodes: []operator.Node{
			op("Shape", "x", "shape"), op("Gather", "shape one", "length"), op("Slice", "rows zero length one", "used"), op("Add", "x used", "y"),
		},
		Constants: map[string]domain.Tensor{"zero": number(0), "one": number(1), "rows": tensorOf(t, domain.Shape{1, most, 4}, rows...)},
		Budget:    testBudget,
	}
}

// A model whose texts are shorter than the length that is tried first is no model
// that cannot be run.
func TestModelsOfShortTexts(t *testing.T) {
	for _, most := range []int{512, 32, 24, 12} {
		d := positions(t, most)
		if findings, err := Examine(d); err != nil || len(findings) > 0 {
			t.Errorf("%d positions: %v %v", most, findings, err)
		}
		g := open(t, d)
		signature, err := g.Signature()
		if err != nil {
			t.Errorf("%d positions: %v", most, err)
			continue
		}
		if got := signature.Outputs[0].String(); got != "y FP32 [-1,-1,4]" {
			t.Errorf("%d positions: output %s", most, got)
		}
		if _, err := g.CompileRows(1); err != nil || !g.Plannable() {
			t.Errorf("%d positions: %v", most, err)
		}
	}
}

// What is in the way at every length is told, and nothing that is in the way at one
// length only.
func TestReasonsDoNotDependOnTheLength(t *testing.T) {
	d := positions(t, 32)
	d.Nodes[3].Outputs = []string{"z"}
	d.Nodes = append(d.Nodes, op("Nonesuch", "x", "y"))
	findings, err := Examine(d)
	if err != nil || len(findings) != 1 || findings[0].Node.OpType != "Nonesuch" {
		t.Errorf("%v %v", findings, err)
	}
}
