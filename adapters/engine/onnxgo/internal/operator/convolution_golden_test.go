package operator

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// golden is a node, the shapes of its inputs, which ramp fills, and the output
// that ONNX Runtime 1.32 gives for them.
type golden struct {
	name   string
	opType string
	opset  int
	attrs  []Attribute
	inputs shapes
	shape  domain.Shape
	output []float32
}

type shapes []domain.Shape

func attrs(list ...Attribute) []Attribute { return list }

func whole(name string, v int64) Attribute { return Attribute{Name: name, Kind: IntAttribute, Int: v} }
func decimal(name string, v float32) Attribute {
	return Attribute{Name: name, Kind: FloatAttribute, Float: v}
}
func text(name, v string) Attribute { return Attribute{Name: name, Kind: StringAttribute, String: v} }
func list(name string, v ...int64) Attribute {
	return Attribute{Name: name, Kind: IntsAttribute, Ints: v}
}

// ramp returns the elements of input k: quarters from -1.5 to 1.5, in an order
// of the input's own.
func ramp(t *testing.T, k int, shape domain.Shape) domain.Tensor {
	t.Helper()
	n, err := shape.Elements()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]float32, n)
	for i := range values {
		values[i] = float32((i*[]int{7, 9, 11, 5, 3}[k]+3)%13-6) / 4
	}
	return fp32(t, shape, values...)
}

func fp32(t *testing.T, shape domain.Shape, values ...float32) domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(shape, values)
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

// heavyNode returns a node with so many inputs and one output.
func heavyNode(opType string, opset, inputs int, attributes ...Attribute) Node {
	return Node{Name: "n", OpType: opType, Opset: opset, Attributes: attributes, Inputs: make([]string, inputs), Outputs: []string{"y"}}
}

// valuesOf describes tensors to an operator; the zero Tensor is left out. From
// the given input on, the elements are known.
func valuesOf(tensors []domain.Tensor, knownFrom int) []Value {
	values := make([]Value, len(tensors))
	for i, tensor := range tensors {
		if tensor.IsZero() {
			continue
		}
		values[i] = Value{Datatype: tensor.Datatype(), Shape: tensor.Shape()}
		if i >= knownFrom {
			values[i].Const = tensor
		}
	}
	return values
}

// compute infers, compiles and runs an operator with one output, twice.
func compute(t *testing.T, op Operator, tensors []domain.Tensor, knownFrom int) domain.Tensor {
	t.Helper()
	values := valuesOf(tensors, knownFrom)
	outputs, err := op.Infer(values)
	if err != nil {
		t.Fatal(err)
	}
	run, err := op.Compile(values, outputs)
	if err != nil {
		t.Fatal(err)
	}
	result, err := domain.MakeTensor(outputs[0].Datatype, outputs[0].Shape)
	if err != nil {
		t.Fatal(err)
	}
	run(tensors, []domain.Tensor{result})
	again := result.Clone()
	for i := range floats(again) {
		floats(again)[i] = float32(math.NaN())
	}
	run(tensors, []domain.Tensor{again})
	for i, x := range floats(result) {
		if math.Float32bits(x) != math.Float32bits(floats(again)[i]) {
			t.Fatalf("element %d is %v at the first run, %v at the second", i, x, floats(again)[i])
		}
	}
	results := []domain.Tensor{again}
	if n := testing.AllocsPerRun(5, func() { run(tensors, results) }); n > 0 {
		t.Errorf("a run allocates %v times", n)
	}
	return result
}

// checkGolden computes with weights that are known, and with weights that are
// not.
func checkGolden(t *testing.T, cases []golden) {
	for _, c := range cases {
		t.Run(c.opType+" "+c.name, func(t *testing.T) {
			op, err := Parse(heavyNode(c.opType, c.opset, len(c.inputs), c.attrs...))
			if err != nil {
				t.Fatal(err)
			}
			var tensors []domain.Tensor
			for k, shape := range c.inputs {
				tensors = append(tensors, ramp(t, k, shape))
			}
			if c.opType == "BatchNormalization" {
				for i, x := range floats(tensors[4]) {
					floats(tensors[4])[i] = max(x, -x)
				}
			}
			for _, knownFrom := range []int{1, len(tensors)} {
				checkOutput(t, compute(t, op, tensors, knownFrom), c.shape, c.output)
			}
		})
	}
}

func checkOutput(t *testing.T, got domain.Tensor, shape domain.Shape, want []float32) {
	t.Helper()
	if !got.Shape().Equal(shape) {
		t.Fatalf("shape is %v, want %v", got.Shape(), shape)
	}
	for i, x := range floats(got) {
		if diff := math.Abs(float64(x - want[i])); !(diff <= 2e-6*(1+math.Abs(float64(want[i])))) {
			t.Fatalf("output is %v, want %v", floats(got), want)
		}
	}
}

// checkRefused wants an error of a kind that tells all that is said.
func checkRefused(t *testing.T, err error, kind domain.Kind, said ...string) {
	t.Helper()
	var e *domain.Error
	if !errors.As(err, &e) || e.Kind != kind {
		t.Fatalf("error is %v, want one of kind %v", err, kind)
	}
	for _, part := range said {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error is %q, want %q in it", err, part)
		}
	}
}

// inferring parses a node and returns what Infer says to FP32 inputs of the
// given shapes.
func inferring(t *testing.T, node Node, shapes ...domain.Shape) error {
	t.Helper()
	op, err := Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	values := make([]Value, len(shapes))
	for i, shape := range shapes {
		values[i] = Value{Datatype: domain.FP32, Shape: shape}
	}
	_, err = op.Infer(values)
	return err
}
