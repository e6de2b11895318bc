package operator

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// present returns an input that must be there, of any datatype.
func present(inputs []Value, at int, name string) (Value, error) {
	if at >= len(inputs) || inputs[at].Missing() {
		return Value{}, domain.Errorf(domain.Invalid, "input %s is missing", name)
	}
	v := inputs[at]
	if err := checkShape(v.Shape); err != nil {
		return Value{}, domain.Errorf(domain.KindOf(err), "input %s: %w", name, err)
	}
	return v, nil
}

// operands returns A and B, of any datatypes, where both must be there.
func operands(inputs []Value) (a, b Value, err error) {
	if a, err = present(inputs, 0, "A"); err == nil {
		b, err = present(inputs, 1, "B")
	}
	return a, b, err
}

// mostAxes bounds the rank, as numpy does: work that grows with its square, and
// messages that tell it, stay small.
const mostAxes = 64

func checkShape(shape domain.Shape) error {
	if len(shape) > mostAxes {
		return domain.Errorf(domain.Unsupported, "there are %d axes, at most %d are supported", len(shape), mostAxes)
	}
	_, err := shape.Elements()
	return err
}

// optional returns an input that may be left out.
func optional(inputs []Value, at int) (v Value, ok bool) {
	if at >= len(inputs) || inputs[at].Missing() {
		return Value{}, false
	}
	return inputs[at], true
}

// knownInts returns the elements of an input of integers that the shapes depend
// on, and so must be known. Left out, it gives nil and false.
func knownInts(inputs []Value, at int, name string) (values []int, given bool, err error) {
	v, ok := optional(inputs, at)
	if !ok {
		return nil, false, nil
	}
	if len(v.Shape) > 1 {
		return nil, true, misshapen(name, v.Shape, "[n]")
	}
	if product(v.Shape) > 2*mostAxes { // pads are two an axis
		return nil, true, domain.Errorf(domain.Unsupported, "input %s has shape %v, which is for more than the %d axes that are supported", name, v.Shape, mostAxes)
	}
	values, err = integersOf(v, name)
	return values, true, err
}

// requiredInts is knownInts for an input that must be there.
func requiredInts(inputs []Value, at int, name string) ([]int, error) {
	values, given, err := knownInts(inputs, at, name)
	if err == nil && !given {
		err = domain.Errorf(domain.Invalid, "input %s is missing", name)
	}
	return values, err
}

// integersOf returns the elements of an input of integers that must be known.
func integersOf(v Value, name string) ([]int, error) {
	if v.Datatype != domain.INT64 && v.Datatype != domain.INT32 {
		return nil, domain.Errorf(domain.Invalid, "input %s has datatype %v, expected INT64 or INT32", name, v.Datatype)
	}
	if !v.Known() {
		return nil, unknownElements(name)
	}
	values := make([]int, v.Const.Len())
	for i, n := range dataOf[int64](v.Const) {
		values[i] = int(n)
	}
	for i, n := range dataOf[int32](v.Const) {
		values[i] = int(n)
	}
	return values, nil
}

// axisOf returns a position counted from the front, or an error if there is none.
// End says how many there are to choose from.
func axisOf(axis, end int) (int, error) {
	if axis < -end || axis >= end {
		return 0, domain.Errorf(domain.Invalid, "axis %d is not one of %d", axis, end)
	}
	if axis < 0 {
		axis += end
	}
	return axis, nil
}

// axesOf returns each of the axes counted from the front, none twice.
func axesOf(axes []int, end int) ([]int, error) {
	seen := make(map[int]bool, len(axes))
	counted := make([]int, len(axes))
	for i, axis := range axes {
		at, err := axisOf(axis, end)
		if err != nil {
			return nil, err
		}
		if seen[at] {
			return nil, domain.Errorf(domain.Invalid, "axis %d is named twice", axis)
		}
		seen[at], counted[i] = true, at
	}
	return counted, nil
}

// allAxes returns the axes of a shape.
func allAxes(shape domain.Shape) []int {
	axes := make([]int, len(shape))
	for axis := range axes {
		axes[axis] = axis
	}
	return axes
}

// like returns one output of an input's datatype.
func like(v Value, shape domain.Shape) ([]Value, error) {
	if err := checkShape(shape); err != nil {
		return nil, domain.Errorf(domain.KindOf(err), "output: %w", err)
	}
	return []Value{{Datatype: v.Datatype, Shape: shape}}, nil
}

// stridesOf returns how far apart neighbours on each axis are.
func stridesOf(shape domain.Shape) []int {
	strides := make([]int, len(shape))
	step := 1
	for axis := len(shape) - 1; axis >= 0; axis-- {
		strides[axis] = step
		step *= shape[axis]
	}
	return strides
}

// product returns the elements of a shape that is known to be sound.
func product(shape domain.Shape) int {
	n, _ := shape.Elements()
	return n
}

func wrongDatatype(name string, got domain.Datatype, expected string) error {
	return &domain.Error{
		Kind: domain.Unsupported, Msg: fmt.Sprintf("input %s has datatype %v, which is not supported here, %s is", name, got, expected),
		Expected: expected, Got: got.String(),
	}
}
