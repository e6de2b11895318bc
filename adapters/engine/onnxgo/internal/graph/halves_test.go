package graph

import (
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// An operator whose inputs are of several datatypes rounds each output to that of
// the input it goes with: the state here stays FP32, as it was.
func TestHalvesBesideFP32(t *testing.T) {
	shape := domain.Shape{1, 1, 1}
	two, state := tensorOf(t, shape, domain.Float16(0x4000)), tensorOf[float32](t, domain.Shape{1, 1, 1, 1}, 1.0/3)
	heads := []operator.Attribute{whole("q_num_heads", 1), whole("kv_num_heads", 1), {Name: "update_rule", Kind: operator.StringAttribute, String: "linear"}}
	node := op("LinearAttention", "x x x past", "y present", heads...)
	node.Opset = 27
	g := open(t, Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP16, Shape: shape}, {Name: "past", Datatype: domain.FP32, Shape: state.Shape()}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP16}, {Name: "present", Datatype: domain.FP32}},
		Budget:  testBudget, Nodes: []operator.Node{node},
	})
	outputs, err := g.Evaluate(t.Context(), []domain.Tensor{two, state})
	if err != nil {
		t.Fatal(err)
	}
	// 13/3, and 26/3 as FP16.
	if got, want := values(t, outputs[1])[0], float32(1.0/3)+4; got != want {
		t.Errorf("the state is %v, want %v", got, want)
	}
	if want := tensorOf(t, shape, domain.Float16(0x4855)); !operator.SameElements(outputs[0], want) {
		t.Errorf("the output is %v, want %v", elementsOf(outputs[0]), elementsOf(want))
	}
}
