package graph

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// splitToSequence cuts a tensor into a sequence.
type splitToSequence struct {
	axis     int64
	keepdims bool
}

func parseSplitToSequence(n operator.Node) (control, []error) {
	refused := checkGrouping(n, 11, 1, 2, "axis", "keepdims")
	axis, errAxis := integer(n, "axis", 0)
	keepdims, errKeep := integer(n, "keepdims", 1)
	if keepdims != 0 && keepdims != 1 {
		errKeep = n.Unsupported(fmt.Sprintf("attribute keepdims = %d is neither 0 nor 1", keepdims))
	}
	return splitToSequence{axis, keepdims == 1}, present(append(refused, errAxis, errKeep))
}

func (s splitToSequence) expand(p *program, n operator.Node, _ scope) error {
	datatype, err := p.tensor(n, n.Inputs[0])
	if err != nil {
		return err
	}
	shape := p.values[n.Inputs[0]].Shape
	axis := int(s.axis)
	if axis < 0 {
		axis += len(shape)
	}
	if axis < 0 || axis >= len(shape) {
		return n.Invalid(fmt.Sprintf("axis %d is not one of %d", s.axis, len(shape)))
	}
	lengths, single, err := p.partLengths(n, shape[axis])
	if err != nil {
		return err
	}
	if p.inlined += len(lengths); p.inlined > mostInlined {
		return tooManyParts(n)
	}
	made, at := group{datatype: datatype}, int64(0)
	for i, length := range lengths {
		part := fmt.Sprintf("%s\x00%d", n.Outputs[0], i)
		if s.keepdims || !single {
			err = p.synthetic(n, "Slice", []string{n.Inputs[0], p.vector(at), p.vector(at + length), p.vector(int64(axis))}, part)
		} else {
			err = p.synthetic(n, "Gather", []string{n.Inputs[0], p.number(at)}, part, operator.Attribute{Name: "axis", Kind: operator.IntAttribute, Int: int64(axis)})
		}
		if err != nil {
			return err
		}
		made.items, at = append(made.items, part), at+length
	}
	return p.keep(n, n.Outputs[0], made)
}

// partLengths returns the lengths of the parts of an axis of so many elements: told
// one by one, or all but the last the same. Single is whether they are of one element
// because no length was told, or because 1 was told for all. ONNX's text has the axis
// stay in the second case, whatever the attribute says; but PyTorch writes unbind so,
// and ONNX Runtime takes it so.
func (p *program) partLengths(n operator.Node, elements int) (lengths []int64, single bool, err error) {
	size, left := int64(1), int64(elements)
	if len(n.Inputs) > 1 && n.Inputs[1] != "" {
		numbers, err := p.numbers(n, n.Inputs[1], "split")
		if err != nil {
			return nil, false, err
		}
		if len(p.values[n.Inputs[1]].Shape) > 0 {
			return numbers, false, checkParts(n, numbers, left)
		}
		size = numbers[0]
	}
	if size < 1 {
		return nil, false, n.Invalid(fmt.Sprintf("its input split is %d, expected a length", size))
	}
	if left/size > mostInlined {
		return nil, false, tooManyParts(n)
	}
	for ; left > 0; left -= size {
		lengths = append(lengths, min(size, left))
	}
	return lengths, size == 1, nil
}

func tooManyParts(n operator.Node) error {
	return n.Unsupported(fmt.Sprintf("sequences come to more than the %d parts that are supported", mostInlined))
}

// checkParts refuses lengths that do not add up to that of the axis.
func checkParts(n operator.Node, lengths []int64, elements int64) error {
	left := elements
	for _, length := range lengths {
		if length < 0 || length > left {
			return n.Invalid(fmt.Sprintf("its input split %v does not add up to %d", lengths, elements))
		}
		left -= length
	}
	if left != 0 {
		return n.Invalid(fmt.Sprintf("its input split %v does not add up to %d", lengths, elements))
	}
	return nil
}

// concatFromSequence joins the tensors of a sequence.
type concatFromSequence struct {
	axis    int64
	newAxis bool
}

func parseConcatFromSequence(n operator.Node) (control, []error) {
	refused := checkGrouping(n, 11, 1, 1, "axis", "new_axis")
	axis, errAxis := integer(n, "axis", missing)
	if axis == missing && errAxis == nil {
		errAxis = n.Invalid("attribute axis is required")
	}
	newAxis, errNew := integer(n, "new_axis", 0)
	if newAxis != 0 && newAxis != 1 {
		errNew = n.Unsupported(fmt.Sprintf("attribute new_axis = %d is neither 0 nor 1", newAxis))
	}
	return concatFromSequence{axis, newAxis == 1}, present(append(refused, errAxis, errNew))
}

func (c concatFromSequence) expand(p *program, n operator.Node, _ scope) error {
	from, err := p.sequence(n)
	if err != nil {
		return err
	}
	if len(from.items) == 0 {
		return n.Invalid("its sequence is empty, so it has no shape to give")
	}
	if p.inlined += len(from.items); p.inlined > mostInlined {
		return tooManyParts(n)
	}
	axis := operator.Attribute{Name: "axis", Kind: operator.IntAttribute, Int: c.axis}
	if !c.newAxis {
		return p.synthetic(n, "Concat", from.items, n.Outputs[0], axis)
	}
	rank := int64(len(p.values[from.items[0]].Shape))
	if axis.Int < 0 {
		axis.Int += rank + 1
	}
	if axis.Int < 0 || axis.Int > rank {
		return n.Invalid(fmt.Sprintf("axis %d is not one of %d", c.axis, rank+1))
	}
	return p.stackItems(n, from.items, n.Outputs[0], axis.Int)
}
