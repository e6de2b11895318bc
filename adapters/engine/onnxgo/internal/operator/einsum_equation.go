package operator

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portent-go/portent/domain"
)

// equation is what Einsum is to compute: the labels of each operand's axes, and of
// the result's.
type equation struct {
	operands []term
	output   term
	implicit bool // the output's labels are those that appear once
}

// term is labels, letters of ASCII, with an ellipsis before one of them or behind
// the last.
type term struct {
	labels   []label
	ellipsis int // -1 is none
}

// label stands for an axis: a letter, or one of the axes of the ellipsis, which
// come first.
type label int

// ellipsisLabel is the label of an axis of the ellipsis.
func ellipsisLabel(axis int) label { return label(axis) - mostAxes }

// parseEquation reads an equation such as "bij,bjk->bik".
func parseEquation(text string) (e equation, err error) {
	left, right, explicit := strings.Cut(strings.ReplaceAll(text, " ", ""), "->")
	for _, part := range strings.Split(left, ",") {
		operand, err := parseTerm(part)
		if err != nil {
			return e, err
		}
		e.operands = append(e.operands, operand)
	}
	if e.implicit = !explicit; explicit {
		if e.output, err = parseTerm(right); err != nil {
			return e, err
		}
	} else {
		e.output = e.implied()
	}
	return e, e.checkOutput()
}

func parseTerm(text string) (t term, err error) {
	t.ellipsis = -1
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			t.labels = append(t.labels, label(c))
		case strings.HasPrefix(text[i:], "...") && t.ellipsis < 0:
			t.ellipsis = len(t.labels)
			i += 2
		default:
			return t, fmt.Errorf("has %q where a letter or one ellipsis is expected", text[i:])
		}
	}
	return t, nil
}

// implied returns the output of an equation without one.
func (e equation) implied() term {
	count := map[label]int{}
	output := term{ellipsis: -1}
	for _, operand := range e.operands {
		for _, l := range operand.labels {
			count[l]++
		}
		if operand.ellipsis >= 0 {
			output.ellipsis = 0
		}
	}
	for l, n := range count {
		if n == 1 {
			output.labels = append(output.labels, l)
		}
	}
	slices.Sort(output.labels)
	return output
}

func (e equation) checkOutput() error {
	for i, l := range e.output.labels {
		if slices.Contains(e.output.labels[:i], l) {
			return fmt.Errorf("has %q twice behind the arrow", rune(l))
		}
		if !slices.ContainsFunc(e.operands, func(t term) bool { return slices.Contains(t.labels, l) }) {
			return fmt.Errorf("has %q behind the arrow, but not in front of it", rune(l))
		}
	}
	if e.output.ellipsis < 0 && slices.ContainsFunc(e.operands, func(t term) bool { return t.ellipsis >= 0 }) {
		return fmt.Errorf("has an ellipsis in front of the arrow, but not behind it")
	}
	return nil
}

// spread returns a term's labels with those of so many axes in the place of the
// ellipsis.
func (t term) spread(axes int) []label {
	if t.ellipsis < 0 {
		return t.labels
	}
	labels := slices.Clone(t.labels[:t.ellipsis])
	for axis := range axes {
		labels = append(labels, ellipsisLabel(axis))
	}
	return append(labels, t.labels[t.ellipsis:]...)
}

// labelled is an array whose axes have labels. Step is how far apart the elements
// along a label are, 0 where the array is repeated.
type labelled struct {
	labels []label
	step   map[label]int
}

// sizes are the lengths of the axes of each label.
type sizes map[label]int

func (s sizes) of(labels []label) domain.Shape {
	shape := make(domain.Shape, len(labels))
	for i, l := range labels {
		shape[i] = s[l]
	}
	return shape
}

// bind gives the operands' axes their labels.
func (e equation) bind(inputs []Value) (operands []labelled, all sizes, output []label, err error) {
	if len(inputs) != len(e.operands) {
		return nil, nil, nil, domain.Errorf(domain.Invalid, "%d inputs were given, attribute equation is for %d", len(inputs), len(e.operands))
	}
	all, axes := sizes{}, -1
	for i, t := range e.operands {
		shape := inputs[i].Shape
		more := len(shape) - len(t.labels)
		if more < 0 || t.ellipsis < 0 && more > 0 {
			return nil, nil, nil, misshapen(fmt.Sprint("Inputs ", i), shape, fmt.Sprintf("the %d axes that attribute equation names", len(t.labels)))
		}
		if t.ellipsis >= 0 {
			if axes >= 0 && axes != more {
				return nil, nil, nil, misshapen(fmt.Sprint("Inputs ", i), shape, fmt.Sprintf("%d axes for the ellipsis of attribute equation, as before", axes))
			}
			axes = more
		}
		if err := all.add(i, shape, t.spread(more)); err != nil {
			return nil, nil, nil, err
		}
	}
	for i, t := range e.operands {
		operands = append(operands, all.array(inputs[i].Shape, t.spread(max(axes, 0))))
	}
	return operands, all, e.output.spread(max(axes, 0)), nil
}

// add notes the lengths of an operand's axes. An axis of length 1 is repeated.
func (s sizes) add(operand int, shape domain.Shape, labels []label) error {
	for axis, l := range labels {
		n, ok := s[l]
		if ok && n != shape[axis] && n != 1 && shape[axis] != 1 {
			return domain.Errorf(domain.Invalid, "input Inputs %d has shape %v, but attribute equation gives its axis %d the length %d", operand, shape, axis, n)
		}
		if first := slices.Index(labels, l); shape[first] != shape[axis] {
			return domain.Errorf(domain.Invalid, "input Inputs %d has shape %v, but attribute equation has its axes %d and %d in common", operand, shape, first, axis)
		}
		if !ok || n == 1 {
			s[l] = shape[axis]
		}
	}
	return nil
}

// array returns an operand. Axes of one label are a diagonal.
func (s sizes) array(shape domain.Shape, labels []label) labelled {
	a := labelled{step: map[label]int{}}
	for axis, stride := range stridesOf(shape) {
		l := labels[axis]
		if !slices.Contains(a.labels, l) {
			a.labels = append(a.labels, l)
		}
		if shape[axis] > 1 {
			a.step[l] += stride
		}
	}
	return a
}

// dense returns an array of its own with the labels in this order.
func (s sizes) dense(labels []label) labelled { return s.array(s.of(labels), labels) }
