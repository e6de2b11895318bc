package onnxfile_test

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// TestDatatypes reads every datatype from its typed field and from raw data, as
// ONNX's own package wrote them (testdata/make.py).
func TestDatatypes(t *testing.T) {
	g := readModel(t, readFile(t, "testdata/datatypes.onnx")).Graph
	shape := domain.Shape{2, 2}
	for name, want := range map[string]domain.Tensor{
		"FLOAT":    tensor(t, shape, 1.5, -2.25, float32(3e-40), float32(math.Inf(1))),
		"DOUBLE":   tensor(t, shape, 1.5, -2.25, 1e-300, math.Inf(-1)),
		"INT8":     tensor[int8](t, shape, -128, -1, 0, 127),
		"UINT8":    tensor[uint8](t, shape, 0, 1, 128, 255),
		"INT16":    tensor[int16](t, shape, -32768, -1, 0, 32767),
		"UINT16":   tensor[uint16](t, shape, 0, 1, 32768, 65535),
		"INT32":    tensor[int32](t, shape, math.MinInt32, -1, 0, math.MaxInt32),
		"UINT32":   tensor[uint32](t, shape, 0, 1, 1<<31, math.MaxUint32),
		"INT64":    tensor[int64](t, shape, math.MinInt64, -1, 0, math.MaxInt64),
		"UINT64":   tensor[uint64](t, shape, 0, 1, 1<<63, math.MaxUint64),
		"BOOL":     tensor(t, shape, true, false, false, true),
		"FLOAT16":  tensor[domain.Float16](t, shape, 0x3e00, 0xc080, 0x0001, 0x7bff),
		"BFLOAT16": tensor[domain.BFloat16](t, shape, 0x3fc0, 0xc010, 0x006d, 0x4380),
		"STRING":   tensor(t, shape, "a", "", "\x00\xff", "\u00fc"),
	} {
		for _, form := range []string{"typed/", "raw/"} {
			if form == "raw/" && name == "STRING" {
				continue // there is no raw form
			}
			if got := g.Initializers[form+name]; !sameBits(got, want) {
				t.Errorf("%s%s: %v, expected %v", form, name, elements(got), elements(want))
			}
		}
	}
	if len(g.Initializers) != 14+13+3 {
		t.Errorf("%d initializers", len(g.Initializers))
	}
}

func TestShapes(t *testing.T) {
	g := readModel(t, readFile(t, "testdata/datatypes.onnx")).Graph
	for name, want := range map[string]domain.Tensor{
		"scalar":      tensor[float32](t, domain.Shape{}, 7),
		"empty/raw":   tensor[float32](t, domain.Shape{3, 0, 2}),
		"empty/typed": tensor[int64](t, domain.Shape{0}),
	} {
		if got := g.Initializers[name]; !sameBits(got, want) {
			t.Errorf("%s: %v %v", name, got.Shape(), elements(got))
		}
	}
	// The input "scalar" is given by an initializer, and so is no input.
	if len(g.Inputs) != 1 || g.Inputs[0].String() != "x FP32 [-1,3,-1]" {
		t.Errorf("inputs %v", g.Inputs)
	}
	if len(g.Outputs) != 1 || g.Outputs[0].Shape != nil {
		t.Errorf("outputs %v, expected one of unknown rank", g.Outputs)
	}
	outputs := readModel(t, readFile(t, "testdata/attributes.onnx")).Graph.Outputs
	if shape := outputs[0].Shape; shape == nil || len(shape) != 0 {
		t.Errorf("shape %#v, expected a scalar's", shape)
	}
}

func TestHead(t *testing.T) {
	m := readModel(t, readFile(t, "testdata/datatypes.onnx"))
	if m.IRVersion != 10 || m.Producer != "make 1" || m.Domain != "org.example" || m.Version != 7 || m.Doc != "a test" {
		t.Errorf("format %d, producer %q, domain %q, version %d, doc %q", m.IRVersion, m.Producer, m.Domain, m.Version, m.Doc)
	}
	if want := []domain.Opset{{Version: 17}, {Domain: "ai.onnx.ml", Version: 3}}; !slices.Equal(m.Opsets, want) {
		t.Errorf("opsets %v", m.Opsets)
	}
	if want := map[string]string{"author": "someone", "licence": "none"}; !reflect.DeepEqual(m.Properties, want) {
		t.Errorf("properties %v", m.Properties)
	}
}

// TestAttributes reads an attribute of each kind, as ONNX's own package wrote
// them.
func TestAttributes(t *testing.T) {
	node := readModel(t, readFile(t, "testdata/attributes.onnx")).Graph.Nodes[0]
	if node.Name != "node name" || node.OpType != "Everything" || node.Domain != "org.example" {
		t.Errorf("node %q, operator %q of %q", node.Name, node.OpType, node.Domain)
	}
	if !slices.Equal(node.Inputs, []string{"x", "", "x"}) || !slices.Equal(node.Outputs, []string{"y", "", "z"}) {
		t.Errorf("%q -> %q", node.Inputs, node.Outputs)
	}
	inner := tensor[int64](t, domain.Shape{1, 3}, 1, 2, 3)
	checks := map[string]func(onnxfile.Attribute) bool{
		"f": func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.FloatAttribute && a.Float == 1.5 },
		"i": func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.IntAttribute && a.Int == -3 },
		"s": func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.StringAttribute && a.Text == "text" },
		"t": func(a onnxfile.Attribute) bool {
			return a.Kind == onnxfile.TensorAttribute && sameBits(a.Tensor, inner)
		},
		"g":    func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.GraphAttribute && isInner(a.Graph) },
		"fs":   func(a onnxfile.Attribute) bool { return slices.Equal(a.Floats, []float32{1, -2.5}) },
		"ins":  func(a onnxfile.Attribute) bool { return slices.Equal(a.Ints, []int64{1, -2, 3}) },
		"ss":   func(a onnxfile.Attribute) bool { return slices.Equal(a.Texts, []string{"a", "b"}) },
		"ts":   func(a onnxfile.Attribute) bool { return len(a.Tensors) == 2 && sameBits(a.Tensors[1], inner) },
		"gs":   func(a onnxfile.Attribute) bool { return len(a.Graphs) == 2 && isInner(a.Graphs[1]) },
		"tp":   func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.TypeAttribute },
		"none": func(a onnxfile.Attribute) bool { return a.Kind == onnxfile.IntsAttribute && len(a.Ints) == 0 },
	}
	if len(node.Attributes) != len(checks) {
		t.Errorf("%d attributes, expected %d", len(node.Attributes), len(checks))
	}
	for _, a := range node.Attributes {
		if check := checks[a.Name]; check == nil || !check(a) {
			t.Errorf("attribute %+v", a)
		}
	}
}

// isInner reports whether g is the subgraph of testdata/make.py, whose output
// has no type.
func isInner(g *onnxfile.Graph) bool {
	c, ok := domain.Data[float32](g.Initializers["c"])
	return ok && slices.Equal(c, []float32{1, 2}) && len(g.Nodes) == 1 && g.Nodes[0].OpType == "Add" &&
		len(g.Outputs) == 1 && g.Outputs[0].Name == "inner_y" && !g.Outputs[0].Datatype.Valid()
}

func elements(t domain.Tensor) string {
	if texts, ok := domain.Data[string](t); ok {
		return fmt.Sprintf("%q", texts)
	}
	values := make([]float64, t.Len())
	for i := range values {
		values[i], _ = domain.Number(t, i)
	}
	return fmt.Sprintf("%v %v", t.Datatype(), values)
}
