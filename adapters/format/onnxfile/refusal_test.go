package onnxfile_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// withAttribute returns a model with one node that has the given attributes.
func withAttribute(attributes ...[]byte) []byte {
	node := join(text(2, "y"), text(4, "Op"))
	for _, a := range attributes {
		node = join(node, message(5, a))
	}
	return onnxtest.NewModel(17).Field(1, node).Bytes()
}

// withInput returns a model with an input of the given TypeProto.
func withInput(parts ...[]byte) []byte {
	return onnxtest.NewModel(17).Field(11, join(text(1, "x"), message(2, parts...))).Bytes()
}

// TestModelRefusals walks the ways in which a model can be wrong.
func TestModelRefusals(t *testing.T) {
	x := func() *onnxtest.Model { return onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{1}) }
	one := tensor[float32](t, domain.Shape{}, 1)
	float8 := join(text(8, "w"), varint(2, 17))
	for _, test := range []struct {
		name string
		data []byte
		kind domain.Kind
		want string
	}{
		{"no operator set", message(7, nil), domain.Invalid, "imports no operator set"},
		{"an operator set twice", join(x().Bytes(), message(8, text(1, "ai.onnx"), varint(2, 9))), domain.Invalid, "imported twice, in versions 17 and 9"},
		{"an operator set without version", join(x().Bytes(), message(8, text(1, "other"))), domain.Invalid, `"other" has version 0`},
		{"two graphs", join(x().Bytes(), message(7, nil)), domain.Invalid, "field 7 is there twice"},
		{"a graph that is a number", varint(7, 1), domain.Invalid, "field 7 is not a message"},
		{"metadata twice", x().Property("a", "1").Property("a", "2").Bytes(), domain.Invalid, `"a" is there twice`},
		{"an input twice", x().Input("x", domain.FP32, domain.Shape{1}).Bytes(), domain.Invalid, `"x" is listed twice`},
		{"an output twice", x().Output("y", domain.FP32, nil).Output("y", domain.FP32, nil).Bytes(), domain.Invalid, `graph.output: "y" is listed twice`},
		{"an initializer twice", x().Initializer("w", one).Initializer("w", one).Bytes(), domain.Invalid, `graph.initializer[1]: its name "w" is taken`},
		{"an initializer without name", x().Initializer("", one).Bytes(), domain.Invalid, "graph.initializer[0]: has no name"},
		{"an initializer of float8", x().Field(5, float8).Bytes(), domain.Unsupported, `graph.initializer[0] "w": has datatype FLOAT8E4M3FN`},
		{"sparse initializers", x().Field(15, nil).Bytes(), domain.Unsupported, "sparse"},
		{"an input without name", x().Input("", domain.FP32, nil).Bytes(), domain.Invalid, "graph.input[1]"},
		{"an input without type", x().Field(11, text(1, "z")).Bytes(), domain.Invalid, `graph.input "z": has no datatype`},
		{"an output without type", x().Field(12, text(1, "y")).Bytes(), domain.Invalid, `graph.output "y": has no datatype`},
		{"an input without datatype", withInput(message(1, nil)), domain.Invalid, "no datatype"},
		{"an input without shape", x().Input("z", domain.FP32, nil).Bytes(), domain.Unsupported, `graph.input "z": has no shape`},
		{"an input of float8", withInput(message(1, varint(1, 17), message(2, nil))), domain.Unsupported, `graph.input[0] "x": has datatype FLOAT8E4M3FN`},
		{"a sequence", withInput(message(4, nil)), domain.Unsupported, `graph.input[0] "x": is a sequence`},
		{"a map", withInput(message(5, nil)), domain.Unsupported, "is a map"},
		{"a sparse tensor", withInput(message(8, nil)), domain.Unsupported, "is a sparse tensor"},
		{"an optional value", withInput(message(9, nil)), domain.Unsupported, "is an optional value"},
		{"two types", withInput(message(1, nil), message(1, nil)), domain.Invalid, "twice"},
		{"two shapes", withInput(message(1, varint(1, 1), message(2, nil), message(2, nil))), domain.Invalid, "twice"},
		{"an axis of -2", x().Input("z", domain.FP32, domain.Shape{1, -2}).Bytes(), domain.Invalid, "dim[1]: is -2"},
		{"many axes", x().Input("z", domain.FP32, make(domain.Shape, 65)).Bytes(), domain.Unsupported, "more than 64 axes"},
		{"a node without operator", x().Node("", nil, []string{"y"}).Bytes(), domain.Invalid, `graph.node[0]: node "y" has no operator`},
		{"a node without output", x().Node("Op", []string{"x"}, nil).Bytes(), domain.Invalid, "has no output"},
		{"a node with an unnamed output only", x().Node("Op", []string{"x"}, []string{""}).Bytes(), domain.Invalid, "has no output"},
		{"an overload", x().Field(1, join(text(2, "y"), text(4, "Op"), text(8, "other"))).Bytes(), domain.Unsupported, `overload "other"`},
		{"an attribute twice", x().Node("Op", nil, []string{"y"}, onnxtest.Int("a", 1), onnxtest.Float("a", 1)).Bytes(), domain.Invalid, `two attributes "a"`},
		{"an attribute without name", withAttribute(join(varint(20, 2), varint(3, 1))), domain.Invalid, "graph.node[0].attribute[0]: has no name"},
		{"an attribute without anything", withAttribute(text(1, "a")), domain.Invalid, "no kind and no value"},
		{"an attribute of another kind", withAttribute(join(text(1, "a"), varint(20, 2), fixed32(2, 0))), domain.Invalid, "kind 2 but holds a value of kind 1"},
		{"an attribute of two kinds", withAttribute(join(text(1, "a"), varint(3, 1), fixed32(2, 0))), domain.Invalid, "two values"},
		{"an attribute of kind 257", withAttribute(join(text(1, "a"), varint(20, 257), fixed32(2, 0))), domain.Unsupported, "unknown kind 257"},
		{"an attribute without its tensor", withAttribute(join(text(1, "a"), varint(20, 4))), domain.Invalid, "no value"},
		{"an attribute without its graph", withAttribute(join(text(1, "a"), varint(20, 5))), domain.Invalid, "no value"},
		{"an attribute with two tensors", withAttribute(join(text(1, "a"), message(5, onnxfile.WriteTensor("", one)), message(5, onnxfile.WriteTensor("", one)))), domain.Invalid, "twice"},
		{"an attribute with two graphs", withAttribute(join(text(1, "a"), message(6, nil), message(6, nil))), domain.Invalid, "twice"},
		{"a value beside a reference", withAttribute(join(text(1, "a"), varint(20, 2), varint(3, 1), text(21, "b"))), domain.Invalid, "of a function"},
		{"a float that is an integer", withAttribute(join(text(1, "a"), varint(2, 1))), domain.Invalid, "field 2 is not a float"},
		{"a bad tensor in an attribute", withAttribute(join(text(1, "a"), message(5, varint(2, 14)))), domain.Unsupported, "graph.node[0].attribute[0].t: has datatype COMPLEX64"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := onnxfile.ReadModel(test.data, onnxfile.Options{})
			checkError(t, err, test.kind, test.want)
		})
	}
}

// TestNesting reads graphs in graphs, as deep as is allowed and deeper.
func TestNesting(t *testing.T) {
	nested := func(depth int) []byte {
		m := onnxtest.NewModel(17)
		for range depth {
			m = onnxtest.NewModel(17).Node("If", nil, []string{"y"}, onnxtest.Graph("body", m))
		}
		return m.Bytes()
	}
	m := readModel(t, nested(16))
	g := m.Graph
	for depth := range 16 {
		if len(g.Nodes) != 1 || g.Nodes[0].Attributes[0].Graph == nil {
			t.Fatalf("no graph at depth %d", depth+1)
		}
		g = g.Nodes[0].Attributes[0].Graph
	}
	for _, depth := range []int{17, 2000} {
		_, err := onnxfile.ReadModel(nested(depth), onnxfile.Options{})
		checkError(t, err, domain.Invalid, "nested")
	}
	// Groups, which the format does not use, nest in fields that are skipped.
	_, err := onnxfile.ReadModel(bytes.Repeat([]byte{0x7b}, 1<<20), onnxfile.Options{})
	checkError(t, err, domain.Invalid)
}

func TestFunctionsAreListed(t *testing.T) {
	m := readModel(t, join(onnxtest.NewModel(17).Bytes(), message(25, text(1, "f"), text(10, "x")), message(20, nil)))
	if len(m.Functions) != 1 || m.Functions[0].Name != "f" {
		t.Errorf("functions %v", m.Functions)
	}
}

// TestKindsFoundFromValues reads attributes of files that do not say the kind.
func TestKindsFoundFromValues(t *testing.T) {
	m := readModel(t, withAttribute(join(text(1, "a"), varint(3, 0)), join(text(1, "b"), varint(8, 1)), join(text(1, "c"), varint(20, 2))))
	want := []onnxfile.AttributeKind{onnxfile.IntAttribute, onnxfile.IntsAttribute, onnxfile.IntAttribute}
	for i, a := range m.Graph.Nodes[0].Attributes {
		if a.Kind != want[i] {
			t.Errorf("attribute %s is of kind %d, expected %d", a.Name, a.Kind, want[i])
		}
	}
}

// TestAxes reads the ways in which an axis is described.
func TestAxes(t *testing.T) {
	length, name := varint(1, 5), text(2, "N")
	shape := message(2, message(1, length), message(1, name), message(1), message(1, varint(1, 1<<64-1)), message(1, length, name), message(1, name, length))
	m := readModel(t, withInput(message(1, varint(1, 1), shape)))
	if got := m.Graph.Inputs[0].String(); got != "x FP32 [5,-1,-1,-1,-1,5]" {
		t.Error(got)
	}
}

// TestOtherFormats hands over what people mistake for ONNX files.
func TestOtherFormats(t *testing.T) {
	for data, want := range map[string]string{
		"":                             "empty",
		"PK\x03\x04\x00\x00":           "TorchScript",
		"\x80\x02\x8a\x0al\xfc":        "pickle",
		"\x89PNG\r\n\x1a\n":            "PNG",
		"\xff\xd8\xff\xe0":             "JPEG",
		"\x89HDF\r\n":                  "Keras",
		"\x1c\x00\x00\x00TFL3":         "TensorFlow Lite",
		"version https://git-lfs.gith": "Git LFS",
		"{\"a\": 1}":                   "JSON",
		"<!DOCTYPE html>":              "HTML",
		"\x10\x00\x00\x00\x00\x00\x00\x00{\"w\":{}}": "safetensors",
		"hello, world":          "model",
		"\x08\x08":              "no graph",
		strings.Repeat("\n", 9): "model",
	} {
		_, err := onnxfile.ReadModel([]byte(data), onnxfile.Options{})
		checkError(t, err, domain.Invalid, want)
	}
	_, err := onnxfile.ReadModel([]byte("PK\x03\x04"), onnxfile.Options{})
	var e *domain.Error
	if !errors.As(err, &e) || !strings.Contains(e.Hint, "torch.onnx.export") || !strings.Contains(e.Got, "PK") {
		t.Errorf("%+v, expected a hint and the first bytes", e)
	}
}

func TestOperatorSetsThatAreImportedAgain(t *testing.T) {
	again := func(name string) []byte { return message(8, text(1, name), varint(2, 17)) }
	m := readModel(t, join(onnxtest.NewModel(17).Opset("ai.onnx.ml", 3).Bytes(), again(""), again("ai.onnx")))
	if len(m.Opsets) != 2 || m.Opsets[0].Version != 17 || m.Opsets[1].Version != 3 {
		t.Errorf("operator sets %v", m.Opsets)
	}
}
