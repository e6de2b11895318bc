package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// softmax normalises along one axis, or before opset 13 along an axis and all
// behind it.
type softmax struct {
	axis     int
	flattens bool
	kind     softmaxKind
}

type softmaxKind uint8

const (
	plainSoftmax softmaxKind = iota
	logSoftmax
	hardmax // 1 for the first largest element, 0 for the others
)

func softmaxDefinitions(kind softmaxKind) []definition {
	parse := func(otherwise int, flattens bool) func(Node) (Operator, error) {
		return func(node Node) (Operator, error) {
			a := attributesOf(node)
			return softmax{a.int("axis", otherwise), flattens, kind}, a.done()
		}
	}
	return []definition{unary(1, parse(1, true)), unary(13, parse(-1, false))}
}

// realOperand returns an input that must be there and hold FP32 or FP64.
func realOperand(inputs []Value, at int, name string) (Value, error) {
	v, err := present(inputs, at, name)
	if err == nil && v.Datatype != domain.FP32 && v.Datatype != domain.FP64 {
		err = wrongDatatype(name, v.Datatype, "FP32 or FP64")
	}
	return v, err
}

// Infer returns the input's shape.
func (s softmax) Infer(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if _, err := axisOf(s.axis, len(x.Shape)); err != nil {
		return nil, err
	}
	return like(x, x.Shape)
}

// lines returns the lengths [n, inner] of the axes to normalise along and behind.
func (s softmax) lines(shape domain.Shape) (n, inner int, err error) {
	axis, err := axisOf(s.axis, len(shape))
	if err != nil {
		return 0, 0, err
	}
	if s.flattens {
		return product(shape[axis:]), 1, nil
	}
	return shape[axis], product(shape[axis+1:]), nil
}

// CompileFor computes the exponential function by a target's kernels where
// elements lie side by side.
func (s softmax) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	n, inner, err := s.lines(inputs[0].Shape)
	if err != nil {
		return nil, err
	}
	if s.kind != plainSoftmax || inner != 1 || inputs[0].Datatype != domain.FP32 {
		return s.Compile(inputs, outputs)
	}
	exp := byExp(t.Set)
	return func(in, out []domain.Tensor) { kernels.SoftmaxBy(floats(out[0]), floats(in[0]), n, exp) }, nil
}

// Compile returns the computation over [outer, n, inner].
func (s softmax) Compile(inputs, _ []Value) (Run, error) {
	n, inner, err := s.lines(inputs[0].Shape)
	if err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return softmaxIn[float64](s.kind, n, inner), nil
	}
	return softmaxIn[float32](s.kind, n, inner), nil
}

func softmaxIn[T realNumber](kind softmaxKind, n, inner int) Run {
	if kind == hardmax {
		return func(in, out []domain.Tensor) { kernels.Hardmax(dataOf[T](out[0]), dataOf[T](in[0]), n, inner) }
	}
	return func(in, out []domain.Tensor) {
		kernels.Softmax(dataOf[T](out[0]), dataOf[T](in[0]), n, inner, kind == logSoftmax)
	}
}
