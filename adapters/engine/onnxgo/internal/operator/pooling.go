package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// poolingFamily are the operators that reduce windows of a plane to one value.
var poolingFamily = map[string][]definition{
	"MaxPool": {
		{since: 1, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseMaxPool},
		{since: 8, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parseMaxPool},
	},
	"AveragePool":       {{since: 1, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseAveragePool}},
	"GlobalAveragePool": {{since: 1, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseGlobalPool(blocked.Mean, kernels.GlobalAveragePool)}},
	"GlobalMaxPool":     {{since: 1, inputs: arity{1, 1}, outputs: arity{1, 1}, parse: parseGlobalPool(blocked.Max, kernels.GlobalMaxPool)}},
}

// pool is a MaxPool or an AveragePool of X [N,C,L] or [N,C,H,W].
type pool struct {
	window    windowAttributes
	compute   func(a area, g kernels.PoolGeometry, dst, src []float32)
	reduction blocked.Reduction

	greatest, padded     bool // what general kernels compute
	norm                 int  // the power of the norm that they compute, 0 for none
	indices, columnMajor bool // whether the places of the maxima are wanted, and how they are counted
}

func parseMaxPool(node Node) (Operator, error) {
	a := attributesOf(node)
	later := node.Opset >= 10
	p := parsePool(a, windowHas{dilations: later, ceil: later})
	p.greatest = true
	if node.Opset >= 8 {
		p.columnMajor = a.bool("storage_order", false)
	}
	p.indices = len(node.Outputs) > 1 && node.Outputs[1] != ""
	p.compute = func(_ area, g kernels.PoolGeometry, dst, src []float32) { kernels.MaxPool(g, dst, src) }
	return p, a.done()
}

func parseAveragePool(node Node) (Operator, error) {
	a := attributesOf(node)
	p := parsePool(a, windowHas{dilations: node.Opset >= 19, ceil: node.Opset >= 10})
	p.reduction = blocked.Mean
	p.compute = func(_ area, g kernels.PoolGeometry, dst, src []float32) { kernels.AveragePool(g, dst, src) }
	if node.Opset >= 7 && a.bool("count_include_pad", false) {
		p.padded = true
		p.reduction = blocked.PaddedMean
		p.compute = func(a area, g kernels.PoolGeometry, dst, src []float32) {
			kernels.AveragePoolPadded(g, a.bottom, a.right, dst, src)
		}
	}
	return p, a.done()
}

func parsePool(a *attributes, has windowHas) *pool {
	p := &pool{window: parseWindow(a, has)}
	a.expect(len(p.window.kernel) > 0, "kernel_shape", "is not a window's shape")
	return p
}

// Infer returns the output's shape, [N,C,oL] or [N,C,oH,oW].
func (p *pool) Infer(inputs []Value) ([]Value, error) {
	if x, err := present(inputs, 0, "X"); err != nil || p.general(x) {
		if err != nil {
			return nil, err
		}
		return p.inferGeneral(x)
	}
	x, err := spatialOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	a, err := p.window.over(x.Shape[2:], p.window.kernel)
	if err != nil {
		return nil, err
	}
	if err := checkSeesInput(a.rows, a.bottom); err != nil {
		return nil, err
	}
	if err := checkSeesInput(a.columns, a.right); err != nil {
		return nil, err
	}
	shape := x.Shape.Clone()
	shape[len(shape)-1] = a.columns.Output
	if len(shape) == 4 {
		shape[2] = a.rows.Output
	}
	return outputOf(shape)
}

// checkSeesInput refuses windows that would cover nothing but padding: they have
// no greatest element and no mean.
func checkSeesInput(a kernels.Axis, after int) error {
	if a.Before == 0 && after == 0 {
		return nil
	}
	if a.Kernel > 1 && a.Dilation > a.Input {
		return domain.Errorf(domain.Unsupported, "a dilation of %d over a padded axis of %d is not supported", a.Dilation, a.Input)
	}
	first, last := (a.Kernel-1)*a.Dilation-a.Before, (a.Output-1)*a.Stride-a.Before
	if first < 0 || last >= a.Input {
		return domain.Errorf(domain.Invalid, "pads of %d and %d around an axis of %d leave a window with nothing but padding", a.Before, after, a.Input)
	}
	return nil
}

func (p *pool) Compile(inputs, _ []Value) (Run, error) {
	if p.general(inputs[0]) {
		return p.compileGeneral(inputs[0])
	}
	shape := inputs[0].Shape
	a, err := p.window.over(shape[2:], p.window.kernel)
	if err != nil {
		return nil, err
	}
	g := kernels.PoolGeometry{Planes: shape[0] * shape[1], Rows: a.rows, Columns: a.columns}
	return func(inputs, outputs []domain.Tensor) {
		p.compute(a, g, floats(outputs[0]), floats(inputs[0]))
	}, nil
}
