package domain

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Dynamic is the length of an axis that may have any length.
const Dynamic = -1

// Shape lists the lengths of a tensor's axes, outermost first. An empty shape
// is a scalar's. In a TensorSpec an axis may be Dynamic.
type Shape []int

// String returns the shape as "[-1,3,32,32]".
func (s Shape) String() string {
	var b strings.Builder
	b.WriteByte('[')
	for i, n := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(strconv.Itoa(n))
	}
	b.WriteByte(']')
	return b.String()
}

// Clone returns a copy of the shape.
func (s Shape) Clone() Shape { return slices.Clone(s) }

// Equal reports whether both shapes have the same axes.
func (s Shape) Equal(other Shape) bool { return slices.Equal(s, other) }

// Static reports whether no axis is dynamic.
func (s Shape) Static() bool { return !slices.Contains(s, Dynamic) }

// Elements returns how many elements a tensor of this shape has, 1 for a
// scalar. An axis that is dynamic or negative, or a product that does not fit
// an int, is an error of kind Invalid.
func (s Shape) Elements() (int, error) {
	total, empty := 1, false
	for i, n := range s {
		switch {
		case n < 0:
			return 0, &Error{Kind: Invalid, Field: "shape", Msg: fmt.Sprintf("axis %d of %v is %d, not a length", i, s, n)}
		case n == 0:
			empty = true
		case total > math.MaxInt/n:
			return 0, &Error{Kind: Invalid, Field: "shape", Msg: fmt.Sprintf("%v has more elements than can be counted", s)}
		default:
			total *= n
		}
	}
	if empty {
		return 0, nil
	}
	return total, nil
}

// Accepts reports whether a tensor of the given shape fits s: as many axes, and
// each of the same length or dynamic in s.
func (s Shape) Accepts(actual Shape) bool {
	if len(s) != len(actual) {
		return false
	}
	for i, n := range s {
		if n != Dynamic && n != actual[i] {
			return false
		}
	}
	return true
}
