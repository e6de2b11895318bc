package operator

import (
	"slices"

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
	known := []string{"constant", "reflect", "edge"}
	if node.Opset >= 19 {
		known = append(known, "wrap")
	}
	a.expect(slices.Contains(known, mode), "mode", "is not supported")
	if node.Opset < 11 {
		return padByAttributes(a, mode)
	}
	return &selection{
		plan: func(in []Value) (picks, error) {
			p, err := paddingOf(in, mode)
			if err != nil {
				return picks{}, err
			}
			return p.of(in[0].Shape)
		},
		fill: func(in []domain.Tensor) domain.Tensor {
			if len(in) < 3 {
				return domain.Tensor{}
			}
			return in[2]
		},
	}, a.done()
}

// padByAttributes is Pad before opset 11.
func padByAttributes(a *attributes, mode string) (Operator, error) {
	name := "pads"
	if a.node.Opset < 2 {
		name = "paddings"
	}
	p := padding{mode: mode, pads: a.ints(name)}
	value := a.float("value", 0)
	a.expect(p.pads != nil, name, "is required")
	single, _ := domain.NewTensor(domain.Shape{}, []float32{value})
	double, _ := domain.NewTensor(domain.Shape{}, []float64{float64(value)})
	return &selection{
		plan: func(in []Value) (picks, error) {
			if d := in[0].Datatype; value != 0 && d != domain.FP32 && d != domain.FP64 {
				return picks{}, wrongDatatype("data", d, "FP32 or FP64 where value is not 0")
			}
			return p.of(in[0].Shape)
		},
		fill: func(in []domain.Tensor) domain.Tensor {
			if in[0].Datatype() == domain.FP64 {
				return double
			}
			return single // of another type than the data it stands for zero
		},
	}, a.done()
}

// paddingOf reads the padding from the inputs.
func paddingOf(in []Value, mode string) (p padding, err error) {
	p.mode = mode
	if p.pads, err = requiredInts(in, 1, "pads"); err != nil {
		return p, err
	}
	if p.axes, _, err = knownInts(in, 3, "axes"); err != nil {
		return p, err
	}
	if fill, ok := optional(in, 2); ok && (fill.Datatype != in[0].Datatype || product(fill.Shape) != 1) {
		return p, domain.Errorf(domain.Invalid, "input constant_value is %v %v, expected one %v", fill.Datatype, fill.Shape, in[0].Datatype)
	}
	return p, nil
}

// of pads an array.
func (p padding) of(from domain.Shape) (picks, error) {
	named := p.axes
	if named == nil {
		named = allAxes(from)
	}
	axes, err := axesOf(named, len(from))
	if err != nil {
		return picks{}, err
	}
	if len(p.pads) != 2*len(axes) {
		return picks{}, domain.Errorf(domain.Invalid, "there are %d pads for %d axes, expected %d", len(p.pads), len(axes), 2*len(axes))
	}
	shape, padded := from.Clone(), make([]paddedAxis, len(axes))
	for i, axis := range axes {
		if padded[i], err = padAxis(p.mode, from[axis], p.pads[i], p.pads[i+len(axes)]); err != nil {
			return picks{}, err
		}
		shape[axis] = padded[i].before + padded[i].length + padded[i].after
	}
	return picks{shape, func() [][]kernels.Stretch {
		all := everything(from)
		for i, axis := range axes {
			all[axis] = scaled(padded[i].stretches(p.mode), all[axis][0].Step)
		}
		return all
	}}, nil
}
