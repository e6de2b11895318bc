package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// padding is what a Pad is asked for on the axes it names (nil: on all).
type padding struct {
	mode string
	pads []int // all begins, then all ends
	axes []int
}

func parsePad(node Node) (Operator, error) {
	a := attributesOf(node)
	mode := a.text("mode", "constant")
	a.expect(mode == "constant" || mode == "reflect" || mode == "edge" || (mode == "wrap" && node.Opset >= 19), "mode", "is not supported")
	if node.Opset >= 11 {
		return &selection{name: "Pad", fill: 2, plan: func(in []Value) (domain.Shape, kernels.Selection, error) {
			p := padding{mode: mode}
			pads, given, err := knownInts(in, 1, "pads")
			if err == nil && !given {
				err = domain.Errorf(domain.Invalid, "input pads is missing")
			}
			if err == nil {
				p.axes, _, err = knownInts(in, 3, "axes")
			}
			if err == nil {
				err = checkFill(in)
			}
			if err != nil {
				return nil, kernels.Selection{}, err
			}
			p.pads = pads
			return padded(in[0].Shape, p)
		}}, a.done()
	}
	p := padding{mode: mode, pads: a.ints("pads")}
	value := a.float("value", 0)
	a.expect(p.pads != nil, "pads", "is required")
	a.expect(value == 0, "value", "is not supported before opset 11, 0 is")
	return &selection{name: "Pad", fill: -1, plan: func(in []Value) (domain.Shape, kernels.Selection, error) {
		return padded(in[0].Shape, p)
	}}, a.done()
}

// checkFill checks the input that holds the constant to pad with.
func checkFill(in []Value) error {
	fill, ok := optional(in, 2)
	if ok && (fill.Datatype != in[0].Datatype || product(fill.Shape) != 1) {
		return domain.Errorf(domain.Invalid, "input constant_value is %v %v, expected one %v", fill.Datatype, fill.Shape, in[0].Datatype)
	}
	return nil
}

func padded(from domain.Shape, p padding) (shape domain.Shape, s kernels.Selection, err error) {
	if p.axes == nil {
		p.axes = count(0, len(from), 1)
	}
	axes, err := axesOf(p.axes, len(from))
	if err != nil {
		return nil, s, err
	}
	if len(p.pads) != 2*len(axes) {
		return nil, s, domain.Errorf(domain.Invalid, "there are %d pads for %d axes, expected %d", len(p.pads), len(axes), 2*len(axes))
	}
	shape, strides := from.Clone(), stridesOf(from)
	for axis, n := range from {
		s.Axes = append(s.Axes, spread(count(0, n, 1), strides[axis]))
	}
	for i, axis := range axes {
		positions, err := padAxis(p.mode, from[axis], p.pads[i], p.pads[i+len(axes)])
		if err != nil {
			return nil, s, domain.Errorf(domain.KindOf(err), "axis %d: %w", axis, err)
		}
		shape[axis], s.Axes[axis] = len(positions), spread(positions, strides[axis])
	}
	return shape, s, nil
}

// padAxis returns for each place of the padded axis the position on the axis of
// n that it shows, or -1 for the constant. Negative pads cut off.
func padAxis(mode string, n, before, after int) ([]int, error) {
	if before > largestAxis || after > largestAxis || before < -n || after < -n || n+before+after < 0 || n+before+after > largestAxis {
		return nil, fmt.Errorf("pads of %d and %d do not fit a length of %d", before, after, n)
	}
	positions := make([]int, n+before+after)
	for i := range positions {
		at := i - before
		switch {
		case at >= 0 && at < n:
		case mode == "constant":
			at = -1
		case n == 0:
			return nil, fmt.Errorf("mode %s needs a length of at least 1", mode)
		case mode == "edge":
			at = min(max(at, 0), n-1)
		case mode == "wrap":
			at = ((at % n) + n) % n
		default:
			at = reflect(at, n)
		}
		positions[i] = at
	}
	return positions, nil
}

// reflect mirrors a position at the first and last element of n.
func reflect(at, n int) int {
	if n == 1 {
		return 0
	}
	period := 2 * (n - 1)
	at = ((at % period) + period) % period
	return min(at, period-at)
}
