package onnxfile_test

import (
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// A graph in an attribute may take and give what is no tensor, and give one value
// twice.
func TestGraphsInAttributesMayHaveOtherValues(t *testing.T) {
	sequence, optional := message(4, message(1, message(1, varint(1, 1)))), message(9, nil)
	body := onnxtest.NewModel(17).
		Field(11, join(text(1, "s"), message(2, sequence))).Field(11, join(text(1, "o"), message(2, optional))).
		Field(12, join(text(1, "s"), message(2, sequence))).
		Output("y", domain.FP32, domain.Shape{2}).Output("y", domain.FP32, domain.Shape{2})
	m := readModel(t, onnxtest.NewModel(17).Node("Loop", nil, []string{"y"}, onnxtest.Graph("body", body)).Bytes())
	read := m.Graph.Nodes[0].Attributes[0].Graph
	for i, spec := range []domain.TensorSpec{read.Inputs[0], read.Inputs[1], read.Outputs[0]} {
		if want := []string{"s", "o", "s"}[i]; spec.Name != want || spec.Datatype.Valid() || spec.Shape != nil {
			t.Errorf("value %d is %v, expected %s of no type", i, spec, want)
		}
	}
	if len(read.Outputs) != 3 || read.Outputs[1].Name != "y" || read.Outputs[2].Datatype != domain.FP32 {
		t.Errorf("outputs %v", read.Outputs)
	}
	body = body.Field(11, join(text(1, "s"), message(2, sequence)))
	_, err := onnxfile.ReadModel(onnxtest.NewModel(17).Node("Loop", nil, []string{"y"}, onnxtest.Graph("body", body)).Bytes(), onnxfile.Options{})
	checkError(t, err, domain.Invalid, `input: "s" is listed twice`)
}
