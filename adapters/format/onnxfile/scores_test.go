package onnxfile_test

import (
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func TestScoresByLabelAreATensor(t *testing.T) {
	m := readModel(t, onnxtest.NewModel(17).Scores("numbers", false).Scores("texts", true).Bytes())
	for i, name := range []string{"numbers", "texts"} {
		got := m.Graph.Outputs[i]
		if got.Name != name || got.Datatype != domain.FP32 || !got.Shape.Equal(domain.Shape{domain.Dynamic, domain.Dynamic}) {
			t.Errorf("output %v", got)
		}
	}
}

// sequenceOfMaps returns the TypeProto of a sequence of maps.
func sequenceOfMaps(key int, value []byte) []byte {
	return message(4, message(1, message(5, varint(1, uint64(key)), message(2, value))))
}

func TestOtherSequencesAreRefused(t *testing.T) {
	float, double, anything := message(1, varint(1, 1)), message(1, varint(1, 11)), message(1)
	output := func(parts ...[]byte) []byte {
		return onnxtest.NewModel(17).Field(12, join(text(1, "z"), message(2, parts...))).Bytes()
	}
	for _, test := range []struct {
		name string
		data []byte
		kind domain.Kind
		want string
	}{
		{"of nothing", output(message(4, nil)), domain.Unsupported, `graph.output[0] "z": is a sequence`},
		{"of tensors", output(message(4, message(1, float))), domain.Unsupported, "is a sequence"},
		{"of maps of FP64", output(sequenceOfMaps(7, double)), domain.Unsupported, "is a sequence"},
		{"of maps of nothing", output(sequenceOfMaps(7, anything)), domain.Unsupported, "is a sequence"},
		{"of maps from floats", output(sequenceOfMaps(1, float)), domain.Unsupported, "is a sequence"},
		{"of maps of maps", output(sequenceOfMaps(7, message(5, float))), domain.Unsupported, "is a sequence"},
		{"of sequences", output(message(4, message(1, sequenceOfMaps(7, float)))), domain.Unsupported, "is a sequence"},
		{"beside a tensor", output(message(1, varint(1, 1)), sequenceOfMaps(7, float)), domain.Unsupported, "is a sequence"},
		{"beside a map", output(message(5, nil), sequenceOfMaps(7, float)), domain.Unsupported, "is a sequence"},
		{"a map alone", output(message(5, varint(1, 7), message(2, float))), domain.Unsupported, "is a map"},
		{"an input", withInput(sequenceOfMaps(7, float)), domain.Unsupported, `graph.input[0] "x": is a sequence`},
		{"damaged", output(message(4, []byte{0xff})), domain.Invalid, "truncated or damaged"},
		{"a key that is a text", output(message(4, message(1, message(5, text(1, "k"))))), domain.Invalid, "field 1 is not an integer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := onnxfile.ReadModel(test.data, onnxfile.Options{})
			checkError(t, err, test.kind, test.want)
		})
	}
}
