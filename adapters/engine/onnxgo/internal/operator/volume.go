package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// What moves over three spatial axes, is not FP32 or tells where its results come
// from is computed by general kernels, which are slow.

// volume returns how windows move over one to three spatial axes.
func (w windowAttributes) volume(lengths, kernel []int) (v kernels.Volume, err error) {
	if err := w.checkLengths(lengths, kernel); err != nil {
		return v, err
	}
	rank := len(lengths)
	if rank < 1 || rank > 3 {
		return v, domain.Errorf(domain.Unsupported, "there are %d spatial axes, 1 to 3 are supported", rank)
	}
	for i := range v.Axes {
		v.Axes[i] = kernels.Still()
	}
	for i := range rank {
		at := 3 - rank + i
		if v.Axes[at], v.Afters[at], err = w.axis(i, lengths[i], kernel[i], rank); err != nil {
			return v, err
		}
	}
	return v, nil
}

// outputShape returns the shape of what comes out of windows over x.
func outputShape(x domain.Shape, channels int, v kernels.Volume) domain.Shape {
	shape := domain.Shape{x[0], channels}
	rank := len(x) - 2
	for i := range rank {
		shape = append(shape, v.Axes[3-rank+i].Output)
	}
	return shape
}

// general reports whether a pool is computed by general kernels.
func (p *pool) general(x Value) bool {
	return p.indices || x.Datatype != domain.FP32 || len(x.Shape) == 5
}

// poolers are the general pools by datatype, over all planes.
var poolers = map[domain.Datatype]func(p *pool, v kernels.Volume, planes int) Run{
	domain.FP32: poolReal[float32], domain.FP64: poolReal[float64],
	domain.INT8: poolMost[int8], domain.UINT8: poolMost[uint8],
}

func poolReal[T realNumber](p *pool, v kernels.Volume, planes int) Run {
	if p.greatest {
		return poolMost[T](p, v, planes)
	}
	if p.norm > 0 {
		return func(in, out []domain.Tensor) {
			for i := range planes {
				kernels.PowerVolume(dataOf[T](out[0])[i*v.Outputs():][:v.Outputs()], dataOf[T](in[0])[i*v.Inputs():][:v.Inputs()], v, p.norm)
			}
		}
	}
	return func(in, out []domain.Tensor) {
		for i := range planes {
			kernels.MeanVolume(dataOf[T](out[0])[i*v.Outputs():][:v.Outputs()], dataOf[T](in[0])[i*v.Inputs():][:v.Inputs()], v, p.padded)
		}
	}
}

func poolMost[T numeric](p *pool, v kernels.Volume, planes int) Run {
	spare := make([]T, 0)
	return func(in, out []domain.Tensor) {
		var indices []int64
		if len(out) > 1 {
			indices = dataOf[int64](out[1])
		}
		values := dataOf[T](out[0])
		if len(values) == 0 { // only the indices are read
			if len(spare) == 0 {
				spare = make([]T, planes*v.Outputs())
			}
			values = spare
		}
		for i := range planes {
			var places []int64
			if len(indices) > 0 {
				places = indices[i*v.Outputs():][:v.Outputs()]
			}
			kernels.MaxVolume(values[i*v.Outputs():][:v.Outputs()], places, dataOf[T](in[0])[i*v.Inputs():][:v.Inputs()], v, int64(i*v.Inputs()), p.columnMajor)
		}
	}
}

// inferGeneral is Infer by general kernels.
func (p *pool) inferGeneral(x Value) ([]Value, error) {
	supported := only(poolers, domain.FP32, domain.FP64)
	if p.greatest {
		supported = poolers
	}
	if _, ok := supported[x.Datatype]; !ok {
		return nil, wrongDatatype("X", x.Datatype, datatypesOf(supported))
	}
	if len(x.Shape) < 3 || product(x.Shape) == 0 {
		return nil, misshapen("X", x.Shape, "[N,C,...] with one to three spatial axes, not empty")
	}
	v, err := p.window.volume(x.Shape[2:], p.window.kernel)
	if err != nil {
		return nil, err
	}
	for i, a := range v.Axes {
		if err := checkSeesInput(a, v.Afters[i]); err != nil {
			return nil, err
		}
	}
	outputs, err := like(x, outputShape(x.Shape, x.Shape[1], v))
	if err == nil && p.indices {
		outputs = append(outputs, Value{Datatype: domain.INT64, Shape: outputs[0].Shape.Clone()})
	}
	return outputs, err
}

func (p *pool) compileGeneral(x Value) (Run, error) {
	v, err := p.window.volume(x.Shape[2:], p.window.kernel)
	if err != nil {
		return nil, err
	}
	return poolers[x.Datatype](p, v, x.Shape[0]*x.Shape[1]), nil
}

// general reports whether a convolution is computed by general kernels.
func (c *Conv) general(inputs []Value) bool {
	x, ok := optional(inputs, convX)
	return ok && (x.Datatype == domain.FP64 || x.Datatype == domain.FP32 && len(x.Shape) == 5)
}

// volume checks X, W and B against each other and the attributes.
func (c *Conv) volume(inputs []Value) (v kernels.Volume, err error) {
	x, err := realOperand(inputs, convX, "X")
	if err != nil {
		return v, err
	}
	w, err := realOperand(inputs, convWeights, "W")
	if err != nil {
		return v, err
	}
	if len(x.Shape) < 3 || len(w.Shape) != len(x.Shape) || product(x.Shape) == 0 || product(w.Shape) == 0 || w.Datatype != x.Datatype {
		return v, misshapen("W", w.Shape, "as many axes as X has, and its datatype")
	}
	if err := c.checkChannels(x.Shape, w.Shape); err != nil {
		return v, err
	}
	if b, ok := optional(inputs, convBias); ok && (b.Datatype != x.Datatype || !b.Shape.Equal(domain.Shape{w.Shape[0]})) {
		return v, misshapen("B", b.Shape, domain.Shape{w.Shape[0]}.String())
	}
	return c.window.volume(x.Shape[2:], w.Shape[2:])
}

func (c *Conv) compileGeneral(inputs []Value) (Run, error) {
	v, err := c.volume(inputs)
	if err != nil {
		return nil, err
	}
	if inputs[convX].Datatype == domain.FP64 {
		return convolveGeneral[float64](c, v, inputs), nil
	}
	return convolveGeneral[float32](c, v, inputs), nil
}

func convolveGeneral[T realNumber](c *Conv, v kernels.Volume, inputs []Value) Run {
	channels, outputs := inputs[convX].Shape[1], inputs[convWeights].Shape[0]
	in, out := channels/c.group, outputs/c.group
	return func(tensors, results []domain.Tensor) {
		x, w, dst := dataOf[T](tensors[convX]), dataOf[T](tensors[convWeights]), dataOf[T](results[0])
		var bias []T
		if len(tensors) > convBias {
			bias = dataOf[T](tensors[convBias])
		}
		for i := range len(dst) / v.Outputs() {
			sums, m := dst[i*v.Outputs():][:v.Outputs()], i%outputs
			clear(sums)
			if bias != nil {
				kernels.Fill(sums, bias[m])
			}
			for k := range in {
				plane := i/outputs*channels + m/out*in + k
				kernels.ConvVolume(sums, x[plane*v.Inputs():][:v.Inputs()], w[(m*in+k)*v.Taps():][:v.Taps()], v)
			}
		}
		finishGeneral(c, dst, tensors)
	}
}

// finishGeneral adds the residual and clamps, where a compiler has put that into
// the convolution.
func finishGeneral[T realNumber](c *Conv, dst []T, tensors []domain.Tensor) {
	if c.residual {
		for i, x := range dataOf[T](tensors[convResidual]) {
			dst[i] += x
		}
	}
	if c.clamped {
		kernels.ClampNumbers(dst, dst, T(c.low), T(c.high))
	}
}
