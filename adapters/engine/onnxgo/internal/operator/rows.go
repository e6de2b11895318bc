package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
)

// rowKeeper is an operator that may keep rows apart: row i of its outputs, along
// axis 0, is computed from row i of some inputs, and from what is the same for
// all rows.
type rowKeeper interface {
	// keepsRows reports whether it does. PerRow tells which inputs have rows; the
	// others are the same for all. One at least has rows, and the length of its
	// axis 0 is more than 1.
	keepsRows(inputs, outputs []Value, perRow []bool) bool
}

// KeepsRows reports whether the rows of an operator's outputs depend on the same
// rows of those inputs that have rows, and on no other. What is not known to keep
// rows apart does not.
func KeepsRows(op Operator, inputs, outputs []Value, perRow []bool) bool {
	keeper, ok := op.(rowKeeper)
	if !ok {
		return false
	}
	rows := 0
	for i, has := range perRow {
		if !has {
			continue
		}
		if len(inputs[i].Shape) == 0 || rows > 0 && inputs[i].Shape[0] != rows {
			return false
		}
		rows = inputs[i].Shape[0]
	}
	for _, v := range outputs {
		if len(v.Shape) == 0 || v.Shape[0] != rows {
			return false
		}
	}
	return rows > 1 && keeper.keepsRows(inputs, outputs, perRow)
}

// ReadsShape reports whether an operator reads an input, known while compiling,
// only to learn a shape, so that it may differ from batch to batch.
func ReadsShape(op Operator, input int) bool {
	_, ok := op.(*view)
	return ok && input > 0
}

// onlyFirst reports whether the first input has rows and no other.
func onlyFirst(perRow []bool) bool {
	return perRow[0] && !slices.Contains(perRow[1:], true)
}

func (c *Conv) keepsRows(_, _ []Value, perRow []bool) bool {
	for i, has := range perRow {
		if has != (i == convX || i == convResidual) {
			return false
		}
	}
	return true
}

func (*pool) keepsRows(_, _ []Value, _ []bool) bool      { return true }
func (globalPool) keepsRows(_, _ []Value, _ []bool) bool { return true }
func (lrn) keepsRows(_, _ []Value, _ []bool) bool        { return true }
func (activation) keepsRows(_, _ []Value, _ []bool) bool { return true }
func (cast) keepsRows(_, _ []Value, _ []bool) bool       { return true }

func (clip) keepsRows(_, _ []Value, perRow []bool) bool    { return onlyFirst(perRow) }
func (dropout) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }

// A vector is a batch of single values, of one channel.
func (*BatchNormalization) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }

func (arithmetic) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	return spreadKeepsRows(inputs, outputs, perRow)
}

// spreadKeepsRows reports whether inputs that are spread over an output keep rows
// apart: what has rows has all axes of the result; what has none is the same for
// each.
func spreadKeepsRows(inputs, outputs []Value, perRow []bool) bool {
	rank := len(outputs[0].Shape)
	for i, v := range inputs {
		if perRow[i] && len(v.Shape) != rank || !perRow[i] && len(v.Shape) == rank && v.Shape[0] != 1 {
			return false
		}
	}
	return true
}

func (g *gemm) keepsRows(inputs, _ []Value, perRow []bool) bool {
	if g.transA || !onlyFirst(perRow) {
		return false
	}
	c, ok := optional(inputs, 2)
	return !ok || len(c.Shape) < 2 || c.Shape[0] == 1
}

func (m *matMul) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	a, b := inputs[0].Shape, inputs[1].Shape
	return onlyFirst(perRow) && len(a) >= 2 && (len(b) <= 2 || len(b) < len(outputs[0].Shape) || b[0] == 1 && len(b) == len(a))
}

// Before opset 13 the axes from the given one on are normalised together.
func (s softmax) keepsRows(inputs, _ []Value, _ []bool) bool {
	axis, err := axisOf(s.axis, len(inputs[0].Shape))
	return err == nil && axis > 0
}

// Elements stay in their order, so rows do if there are as many.
func (*view) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }

func (c concat) keepsRows(inputs, _ []Value, perRow []bool) bool {
	axis, err := axisOf(c.axis, len(inputs[0].Shape))
	return err == nil && axis > 0 && !slices.Contains(perRow, false)
}

// A selection keeps rows if its first axis goes through the input's rows in turn.
func (s *selection) keepsRows(inputs, _ []Value, perRow []bool) bool {
	if !onlyFirst(perRow) {
		return false
	}
	p, err := s.plan(inputs)
	if err != nil {
		return false
	}
	shape := inputs[0].Shape
	row := kernels.Stretch{Length: shape[0], Start: 0, Step: product(shape[1:])}
	return slices.Equal(p.axes()[0], []kernels.Stretch{row})
}
