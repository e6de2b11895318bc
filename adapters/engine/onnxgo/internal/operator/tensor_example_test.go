package operator

import (
	"fmt"
	"slices"
	"testing"

	"github.com/portent-go/portent/domain"
)

// example is a node, its inputs of any datatype, and its output.
type example struct {
	name   string
	opType string
	opset  int
	attrs  []Attribute
	inputs []domain.Tensor
	want   domain.Tensor
}

func tensors(list ...domain.Tensor) []domain.Tensor { return list }

// vector returns a tensor of one axis.
func vector[T domain.Element](elements ...T) domain.Tensor {
	return tensorOf(domain.Shape{len(elements)}, elements...)
}

// upTo returns a tensor of 1, 2, 3 and so on.
func upTo(shape ...int) domain.Tensor {
	elements := make([]int32, product(shape))
	for i := range elements {
		elements[i] = int32(i + 1)
	}
	return tensorOf(shape, elements...)
}

// inputsOf describes tensors whose elements are not known.
func inputsOf(list ...domain.Tensor) []Value { return valuesOf(list, len(list)) }

// contents tells a tensor's datatype, shape and elements.
func contents(t domain.Tensor) string {
	text := fmt.Sprint(t.Datatype(), t.Shape())
	for i := range t.Len() {
		switch number, ok := domain.Number(t, i); {
		case !ok:
			text += fmt.Sprintf(" %q", dataOf[string](t)[i])
		case t.Datatype() == domain.INT64:
			text += fmt.Sprint(" ", dataOf[int64](t)[i])
		case t.Datatype() == domain.UINT64:
			text += fmt.Sprint(" ", dataOf[uint64](t)[i])
		default:
			text += fmt.Sprint(" ", number)
		}
	}
	return text
}

// rubbish returns a tensor as a buffer that has been used for something else.
func rubbish(v Value) domain.Tensor {
	t, _ := domain.MakeTensor(v.Datatype, v.Shape)
	for i := range dataOf[float32](t) {
		dataOf[float32](t)[i] = 12345
	}
	for i := range dataOf[int32](t) {
		dataOf[int32](t)[i] = -12345
	}
	return t
}

// results infers, compiles and runs a node twice.
func results(node Node, inputs []domain.Tensor, knownFrom int) ([]domain.Tensor, error) {
	op, err := Parse(node)
	if err != nil {
		return nil, err
	}
	values := valuesOf(inputs, knownFrom)
	inferred, err := op.Infer(values)
	if err != nil {
		return nil, err
	}
	run, err := op.Compile(values, inferred)
	if err != nil {
		return nil, err
	}
	outputs := make([]domain.Tensor, len(node.Outputs))
	for i, name := range node.Outputs {
		if name != "" {
			outputs[i] = rubbish(inferred[i])
		}
	}
	run(inputs, outputs)
	if n := testing.AllocsPerRun(1, func() { run(inputs, outputs) }); n > 0 && !texts(inputs) && !texts(outputs) {
		return nil, fmt.Errorf("a run allocates %v times", n)
	}
	return outputs, nil
}

// nodeOf returns the node of an example.
func (e example) node() Node {
	node := heavyNode(e.opType, e.opset, len(e.inputs), e.attrs...)
	for i, input := range e.inputs {
		if !input.IsZero() {
			node.Inputs[i] = fmt.Sprint("input ", i)
		}
	}
	return node
}

// checkExamples computes with all inputs but the first known, and with all.
func checkExamples(t *testing.T, examples []example) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.opType+" "+e.name, func(t *testing.T) {
			for _, knownFrom := range []int{1, 0} {
				if knownFrom == 1 && e.opType == "ConstantOfShape" {
					continue // its first input is a shape
				}
				outputs, err := results(e.node(), e.inputs, knownFrom)
				if err != nil {
					t.Fatal(err)
				}
				if got, want := contents(outputs[0]), contents(e.want); got != want {
					t.Fatalf("got %s, want %s", got, want)
				}
			}
		})
	}
}

// texts reports whether a tensor holds texts, which take memory as they are made.
func texts(list []domain.Tensor) bool {
	return slices.ContainsFunc(list, func(t domain.Tensor) bool { return t.Datatype() == domain.BYTES })
}
