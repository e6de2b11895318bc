package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// split cuts an axis into parts, one for each output.
type split struct {
	axis    int
	outputs int
	lengths func([]Value) ([]int, error) // nil: parts of one length
	uneven  bool                         // the last part may be shorter
	always  bool                         // the lengths or the number of parts must be told
}

// parseSplit takes an axis that counts from the end before opset 11 too, where
// ONNX does not speak of it: exporters write it, and it has no other meaning.
func parseSplit(node Node) (Operator, error) {
	a := attributesOf(node)
	s := split{axis: a.int("axis", 0), outputs: len(node.Outputs)}
	if node.Opset < 13 {
		lengths := a.ints("split")
		s.lengths = func([]Value) ([]int, error) { return lengths, nil }
		return s, a.done()
	}
	s.lengths = func(in []Value) ([]int, error) {
		lengths, _, err := knownInts(in, 1, "split")
		return lengths, err
	}
	if node.Opset >= 18 {
		parts := a.int("num_outputs", s.outputs)
		a.expect(parts == s.outputs, "num_outputs", "is not the number of outputs")
		s.uneven, s.always = a.has("num_outputs"), true
	}
	return s, a.done()
}

// parts returns the axis and the lengths of its parts.
func (s split) parts(inputs []Value) (axis int, lengths []int, err error) {
	data, err := present(inputs, 0, "input")
	if err != nil {
		return 0, nil, err
	}
	if axis, err = axisOf(s.axis, len(data.Shape)); err != nil {
		return 0, nil, err
	}
	if lengths, err = s.lengths(inputs); err != nil {
		return 0, nil, err
	}
	n := data.Shape[axis]
	if lengths == nil {
		lengths, err = s.equal(n)
		return axis, lengths, err
	}
	if s.always && s.uneven {
		return 0, nil, domain.Errorf(domain.Invalid, "there are both split and num_outputs, expected one")
	}
	if len(lengths) != s.outputs {
		return 0, nil, domain.Errorf(domain.Invalid, "split %v is for %d outputs, there are %d", lengths, len(lengths), s.outputs)
	}
	left := n
	for _, length := range lengths {
		if length < 0 || length > left {
			return 0, nil, domain.Errorf(domain.Invalid, "split %v does not add up to the length %d of axis %d", lengths, n, axis)
		}
		left -= length
	}
	if left != 0 {
		return 0, nil, domain.Errorf(domain.Invalid, "split %v does not add up to the length %d of axis %d", lengths, n, axis)
	}
	return axis, lengths, nil
}

// equal returns parts of one length. If it may, the last is shorter.
func (s split) equal(n int) ([]int, error) {
	if s.always && !s.uneven {
		return nil, domain.Errorf(domain.Invalid, "there is neither split nor num_outputs, expected one")
	}
	length := n / s.outputs
	if n%s.outputs != 0 {
		length++
	}
	last := n - length*(s.outputs-1)
	if last < 0 || last != length && !s.uneven {
		return nil, domain.Errorf(domain.Invalid, "a length of %d cannot be split into %d equal parts", n, s.outputs)
	}
	lengths := make([]int, s.outputs)
	for i := range lengths {
		lengths[i] = length
	}
	lengths[s.outputs-1] = last
	return lengths, nil
}

// Infer returns the shapes of the parts.
func (s split) Infer(inputs []Value) ([]Value, error) {
	axis, lengths, err := s.parts(inputs)
	if err != nil {
		return nil, err
	}
	outputs := make([]Value, len(lengths))
	for i, length := range lengths {
		shape := inputs[0].Shape.Clone()
		shape[axis] = length
		outputs[i] = Value{Datatype: inputs[0].Datatype, Shape: shape}
	}
	return outputs, nil
}

// Compile works out where each part begins.
func (s split) Compile(inputs, _ []Value) (Run, error) {
	axis, lengths, err := s.parts(inputs)
	if err != nil {
		return nil, err
	}
	shape, move := inputs[0].Shape, movers[inputs[0].Datatype]
	outer, inner, whole := product(shape[:axis]), product(shape[axis+1:]), product(shape[axis:])
	blocks, begin := make([]kernels.Blocks, len(lengths)), 0
	for i, length := range lengths {
		blocks[i] = kernels.Blocks{Offsets: []int{begin * inner}, Size: length * inner, Outer: outer, Step: whole}
		begin += length
	}
	return func(inputs, outputs []domain.Tensor) {
		for i, output := range outputs {
			if output.Len() > 0 {
				move.pickBlocks(output, inputs[0], blocks[i])
			}
		}
	}, nil
}

func (s split) keepsRows(inputs, _ []Value, perRow []bool) bool {
	axis, err := axisOf(s.axis, len(inputs[0].Shape))
	return err == nil && axis > 0 && onlyFirst(perRow)
}
