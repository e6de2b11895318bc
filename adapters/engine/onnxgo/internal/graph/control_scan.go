package graph

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
)

// scan is a Scan from opset 9 on: its body takes the values that it carries and
// one element of each input that is scanned, and gives the values and one element
// of each output that is collected.
type scan struct {
	body               *body
	scanned            int
	axes, outAxes      []int64
	backwards, outBack []int64 // 1 where an input is scanned, or an output collected, the other way round
}

func parseScan(n operator.Node) (control, []error) {
	if n.Opset < 9 {
		return parseBatchScan(n)
	}
	b, refused := bodyOf(n, "body")
	s := scan{body: b}
	refused = append(refused, unknownAttributes(n, "body", "num_scan_inputs", "scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions")...)
	for _, a := range n.Attributes {
		switch a.Name {
		case "num_scan_inputs":
			s.scanned = int(a.Int)
		case "scan_input_axes":
			s.axes = a.Ints
		case "scan_input_directions":
			s.backwards = a.Ints
		case "scan_output_axes":
			s.outAxes = a.Ints
		case "scan_output_directions":
			s.outBack = a.Ints
		}
	}
	if len(refused) > 0 {
		return s, refused
	}
	if err := s.check(n); err != nil {
		return s, []error{err}
	}
	collected := len(b.outputs) - s.carried()
	s.axes, s.backwards = filled(s.axes, s.scanned), filled(s.backwards, s.scanned)
	s.outAxes, s.outBack = filled(s.outAxes, collected), filled(s.outBack, collected)
	return s, nil
}

func (s scan) carried() int { return len(s.body.inputs) - s.scanned }

// check reports counts that do not fit each other.
func (s scan) check(n operator.Node) error {
	if s.scanned < 1 || s.scanned > len(n.Inputs) || len(s.body.inputs) != len(n.Inputs) || len(s.body.outputs) < s.carried() || len(n.Outputs) > len(s.body.outputs) {
		return n.Invalid(fmt.Sprintf("has %d inputs, %d of them scanned, and %d outputs, which its body of %d inputs and %d outputs does not fit", len(n.Inputs), s.scanned, len(n.Outputs), len(s.body.inputs), len(s.body.outputs)))
	}
	collected := len(s.body.outputs) - s.carried()
	for name, list := range map[string][]int64{"scan_input_axes": s.axes, "scan_input_directions": s.backwards} {
		if list != nil && len(list) != s.scanned {
			return n.Invalid(fmt.Sprintf("attribute %s has %d values, expected %d", name, len(list), s.scanned))
		}
	}
	for name, list := range map[string][]int64{"scan_output_axes": s.outAxes, "scan_output_directions": s.outBack} {
		if list != nil && len(list) != collected {
			return n.Invalid(fmt.Sprintf("attribute %s has %d values, expected %d", name, len(list), collected))
		}
	}
	return nil
}

// filled returns a list, or so many zeros if it was left out.
func filled(list []int64, n int) []int64 {
	if list == nil {
		return make([]int64, n)
	}
	return list
}

func (s scan) expand(p *program, n operator.Node, outside scope) error {
	carried, scanned := n.Inputs[:s.carried()], n.Inputs[s.carried():]
	axes, length, err := s.lengths(p, n, scanned)
	if err != nil {
		return err
	}
	collected := make([][]string, len(s.body.outputs)-len(carried))
	for i := range length {
		arguments := slices.Clone(carried)
		for k, name := range scanned {
			element, err := p.element(n, name, axes[k], s.place(k, i, length))
			if err != nil {
				return err
			}
			arguments = append(arguments, element)
		}
		outputs, err := p.inline(s.body, arguments, outside)
		if err != nil {
			return err
		}
		carried = outputs[:len(carried)]
		for c, name := range outputs[len(carried):] {
			collected[c] = append(collected[c], name)
		}
	}
	return s.finish(p, n, carried, collected)
}

// lengths returns the axes to scan, counted from the front, and how many elements
// they have, which is the same for all.
func (s scan) lengths(p *program, n operator.Node, scanned []string) (axes []int, length int, err error) {
	length = -1
	for k, name := range scanned {
		shape := p.values[name].Shape
		axis := int(s.axes[k])
		if axis < 0 {
			axis += len(shape)
		}
		if axis < 0 || axis >= len(shape) {
			return nil, 0, n.Invalid(fmt.Sprintf("scans axis %d of an input of shape %v", s.axes[k], shape))
		}
		if length >= 0 && shape[axis] != length {
			return nil, 0, n.Invalid(fmt.Sprintf("scans inputs of %d and %d elements", length, shape[axis]))
		}
		length, axes = shape[axis], append(axes, axis)
	}
	return axes, length, nil
}

// place returns which element of an input the i-th iteration takes.
func (s scan) place(input, i, length int) int {
	if s.backwards[input] != 0 {
		return length - 1 - i
	}
	return i
}

// element adds what picks one element along an axis.
func (p *program) element(n operator.Node, name string, along, i int) (string, error) {
	p.inlined++
	element := fmt.Sprintf("%s\x00%d\x00%d", name, i, p.inlined)
	axis := operator.Attribute{Name: "axis", Kind: operator.IntAttribute, Int: int64(along)}
	return element, p.synthetic(n, "Gather", []string{name, p.number(int64(i))}, element, axis)
}

func (s scan) finish(p *program, n operator.Node, carried []string, collected [][]string) error {
	first := min(len(carried), len(n.Outputs))
	if err := p.alias(n, carried[:first], n.Outputs[:first]); err != nil {
		return err
	}
	for i := len(carried); i < len(n.Outputs); i++ {
		if n.Outputs[i] == "" {
			continue
		}
		k := i - len(carried)
		axis := s.outAxes[k]
		if axis < 0 && len(collected[k]) > 0 {
			axis += int64(len(p.values[collected[k][0]].Shape)) + 1
		}
		if err := p.stack(n, collected[k], n.Outputs[i], axis, s.outBack[k] != 0, s.body.outputs[i]); err != nil {
			return err
		}
	}
	return nil
}
