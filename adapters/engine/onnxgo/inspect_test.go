package onnxgo_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func TestInspectTellsHowAModelIsRun(t *testing.T) {
	r, err := onnxgo.Inspect(readFile(t, filepath.Join(modelFolder, "model.onnx")), onnxgo.Options{ISA: "generic"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Parameters != 271_696 || r.Nodes != 54 || len(r.Refusals) != 0 || r.Plan == nil {
		t.Fatalf("%+v", r)
	}
	if r.Plan.MultiplyAdds != 40_813_184 || len(r.Plan.Steps) < 20 || len(r.Plan.Steps) > 30 {
		t.Errorf("%d multiply-adds in %d steps", r.Plan.MultiplyAdds, len(r.Plan.Steps))
	}
	found := slices.ContainsFunc(r.Plan.Steps, func(s onnxgo.PlanStep) bool {
		return strings.Contains(s.Kernel, "Winograd") && len(s.Fused) == 2 && strings.Contains(s.Fused[1], "Relu")
	})
	if !found {
		t.Errorf("no convolution by Winograd's method takes the addition and the Relu behind it: %+v", r.Plan.Steps)
	}
	if r.Operators[0] != (onnxgo.OperatorUse{Operator: "Conv", Opset: 17, Nodes: 21, Supported: true}) {
		t.Errorf("the most frequent operator is %+v", r.Operators[0])
	}
}

func TestInspectNamesEveryRefusalAtOnce(t *testing.T) {
	list := func(names ...string) []string { return names }
	m := onnxtest.NewModel(17).Opset("com.example", 1).
		Input("x", domain.FP32, domain.Shape{domain.Dynamic, 4}).Output("y", domain.FP32, domain.Shape{domain.Dynamic, 4}).
		Node("Nonesuch", list("x"), list("a")).
		Node("Relu", list("x"), list("b"), onnxtest.Int("colour", 3)).
		DomainNode("com.example", "Mystery", list("x"), list("c")).
		Node("Concat", list("a", "b", "c"), list("y"), onnxtest.Int("axis", 1))
	r, err := onnxgo.Inspect(m.Bytes(), onnxgo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []onnxgo.Refusal{
		{Node: "a", Operator: "Nonesuch", Reason: "operator Nonesuch of opset 17 is not supported"},
		{Node: "b", Operator: "Relu", Reason: "attribute colour = 3 is not known to Relu in opset 17"},
		{Node: "c", Operator: "Mystery", Reason: `operators of the domain "com.example" are not supported`},
	}
	if !slices.Equal(r.Refusals[:min(3, len(r.Refusals))], want) || r.Plan != nil {
		t.Errorf("%+v", r.Refusals)
	}
	if _, err := onnxgo.Inspect([]byte("no model"), onnxgo.Options{}); domain.KindOf(err) != domain.Invalid {
		t.Errorf("what is no model: %v", err)
	}
}

// A model with shapes that depend on elements is served node by node.
func TestShapesThatDependOnElements(t *testing.T) {
	list := func(names ...string) []string { return names }
	m := onnxtest.NewModel(17).
		Input("x", domain.FP32, domain.Shape{domain.Dynamic}).Input("shape", domain.INT64, domain.Shape{domain.Dynamic}).
		Output("y", domain.FP32, domain.Shape{domain.Dynamic, domain.Dynamic}).
		Node("Relu", list("x"), list("a")).Node("Reshape", list("a", "shape"), list("y"))
	r, err := onnxgo.Inspect(m.Bytes(), onnxgo.Options{})
	if err != nil || r.Plan != nil || len(r.Refusals) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	engine, err := onnxgo.Open(m.Bytes(), onnxgo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	if device := engine.Metadata().Device; !strings.Contains(device, "node by node") {
		t.Errorf("device %q", device)
	}
	x, _ := domain.NewTensor(domain.Shape{6}, []float32{-1, 2, -3, 4, -5, 6})
	for _, rows := range []int64{2, 3} {
		shape, _ := domain.NewTensor(domain.Shape{2}, []int64{rows, -1})
		outputs, err := engine.Predict(t.Context(), []domain.Tensor{x, shape})
		if err != nil || !outputs[0].Shape().Equal(domain.Shape{int(rows), 6 / int(rows)}) {
			t.Fatalf("%v, %v", outputs, err)
		}
		if got, _ := domain.Data[float32](outputs[0]); !slices.Equal(got, []float32{0, 2, 0, 4, 0, 6}) {
			t.Errorf("%v", got)
		}
	}
	wrong, _ := domain.NewTensor(domain.Shape{2}, []int64{4, -1})
	if _, err := engine.Predict(t.Context(), []domain.Tensor{x, wrong}); domain.KindOf(err) != domain.Invalid {
		t.Errorf("%v", err)
	}
}
