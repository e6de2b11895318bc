package onnxgo_test

import (
	"context"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// A classifier as skl2onnx writes it: its scores are a map for each row, which
// comes out as the tensor of the scores.
func TestClassifierWithScoresByLabel(t *testing.T) {
	const ml = "ai.onnx.ml"
	model := onnxtest.NewModel(17).Opset(ml, 1).Input("x", domain.FP32, domain.Shape{domain.Dynamic, 2}).
		DomainNode(ml, "LinearClassifier", []string{"x"}, []string{"label", "raw"}, onnxtest.Strings("classlabels_strings", "no", "yes"),
			onnxtest.Floats("coefficients", -1, 0, 1, 0), onnxtest.Floats("intercepts", 0, 0.5)).
		DomainNode(ml, "ZipMap", []string{"raw"}, []string{"scores"}, onnxtest.Strings("classlabels_strings", "no", "yes")).
		Output("label", domain.BYTES, domain.Shape{domain.Dynamic}).Scores("scores", true)
	engine, err := onnxgo.Open(model.Bytes(), onnxgo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	want := domain.TensorSpec{Name: "scores", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}}
	if got := engine.Signature().Outputs[1]; got.String() != want.String() {
		t.Errorf("output is %v, want %v", got, want)
	}
	x, err := domain.NewTensor(domain.Shape{2, 2}, []float32{1, 7, -2, 7})
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := engine.Predict(context.Background(), []domain.Tensor{x})
	if err != nil {
		t.Fatal(err)
	}
	labels, _ := domain.Data[string](outputs[0])
	scores, _ := domain.Data[float32](outputs[1])
	if labels[0] != "yes" || labels[1] != "no" || scores[0] != -1 || scores[1] != 1.5 || scores[2] != 2 || scores[3] != -1.5 {
		t.Errorf("labels %q, scores %v", labels, scores)
	}
}
