package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var samplingFamily = map[string][]definition{
	"GridSample": {{since: 16, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseGridSample}},
	"AffineGrid": {{since: 20, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseAffineGrid}},
	"DeformConv": {{since: 19, inputs: arity{3, 5}, outputs: arity{1, 1}, parse: parseDeformConv}},
	"RoiAlign":   {{since: 10, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseRoiAlign}},
	"MaxRoiPool": {{since: 1, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseMaxRoiPool}},
	"Col2Im":     {{since: 18, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseCol2Im}},
	"MaxUnpool":  {{since: 9, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseMaxUnpool}},

	"NonMaxSuppression": {{since: 10, inputs: arity{2, 5}, outputs: arity{1, 1}, parse: parseNonMaxSuppression}},
}

// gridSample samples pictures at the positions of a grid.
type gridSample struct {
	sampler kernels.Sampler
	most    int // spatial axes
}

func parseGridSample(node Node) (Operator, error) {
	a := attributesOf(node)
	modes := map[string]kernels.Sampling{"linear": kernels.SampleLinear, "nearest": kernels.SampleNearest, "cubic": kernels.SampleCubic}
	g, mode := gridSample{most: 3}, "linear"
	if node.Opset < 20 {
		modes = map[string]kernels.Sampling{"bilinear": kernels.SampleLinear, "nearest": kernels.SampleNearest, "bicubic": kernels.SampleCubic}
		g.most, mode = 2, "bilinear"
	}
	paddings := map[string]kernels.Beyond{"zeros": kernels.ZerosBeyond, "border": kernels.BorderBeyond, "reflection": kernels.ReflectionBeyond}
	how, ok := modes[a.text("mode", mode)]
	a.expect(ok, "mode", "is not supported")
	beyond, ok := paddings[a.text("padding_mode", "zeros")]
	a.expect(ok, "padding_mode", "is not supported")
	g.sampler = kernels.Sampler{How: how, Beyond: beyond, Corners: a.bool("align_corners", false)}
	return g, a.done()
}

// Infer returns the channels of X on the axes of the grid.
func (g gridSample) Infer(inputs []Value) ([]Value, error) {
	x, err := floatingInput(inputs, "X")
	if err != nil {
		return nil, err
	}
	grid, err := present(inputs, 1, "grid")
	if err != nil {
		return nil, err
	}
	if grid.Datatype != x.Datatype {
		return nil, wrongDatatype("grid", grid.Datatype, "that of X")
	}
	rank := len(x.Shape) - 2
	if rank < 1 || rank > g.most {
		return nil, domain.Errorf(domain.Unsupported, "input X has shape %v, 1 to %d axes after [N,C] are supported", x.Shape, g.most)
	}
	if len(grid.Shape) != rank+2 || grid.Shape[0] != x.Shape[0] || grid.Shape[rank+1] != rank {
		return nil, misshapen("grid", grid.Shape, domain.Shape{x.Shape[0]}.String()+", as many axes as X after the channels, and a position on each")
	}
	shape := append(domain.Shape{x.Shape[0], x.Shape[1]}, grid.Shape[1:rank+1]...)
	outputs, err := like(x, shape)
	if err == nil && product(shape) > 0 && product(x.Shape) == 0 {
		return nil, misshapen("X", x.Shape, "axes that are not empty")
	}
	return outputs, err
}

// floatingInput returns the first input, which must be FP32 or FP64.
func floatingInput(inputs []Value, name string) (Value, error) {
	v, err := present(inputs, 0, name)
	if err == nil && v.Datatype != domain.FP32 && v.Datatype != domain.FP64 {
		err = wrongDatatype(name, v.Datatype, "FP32 or FP64")
	}
	return v, err
}

// Compile returns what samples each picture in turn.
func (g gridSample) Compile(inputs, outputs []Value) (Run, error) {
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	g.sampler.Lengths = inputs[0].Shape[2:]
	if inputs[0].Datatype == domain.FP64 {
		return samplePictures[float64](g.sampler, inputs[0].Shape), nil
	}
	return samplePictures[float32](g.sampler, inputs[0].Shape), nil
}

func samplePictures[T fractional](s kernels.Sampler, x domain.Shape) Run {
	return func(in, out []domain.Tensor) {
		dst, src, grid := dataOf[T](out[0]), dataOf[T](in[0]), dataOf[T](in[1])
		n := x[0]
		for i := range n {
			kernels.Sample(pictureOf(dst, i, n), pictureOf(src, i, n), pictureOf(grid, i, n), x[1], s)
		}
	}
}

// fractional are the types of numbers with a fraction that are computed with.
type fractional interface {
	domain.Element
	float32 | float64
}

// pictureOf returns the i-th of n parts of one length.
func pictureOf[T any](all []T, i, n int) []T {
	size := len(all) / n
	return all[i*size : (i+1)*size]
}

func (gridSample) keepsRows(_, _ []Value, perRow []bool) bool { return perRow[0] && perRow[1] }

// affineGrid gives the positions that matrices map a regular grid to.
type affineGrid struct{ corners bool }

func parseAffineGrid(node Node) (Operator, error) {
	a := attributesOf(node)
	return affineGrid{a.bool("align_corners", false)}, a.done()
}

// lengths returns the picture's lengths.
func (g affineGrid) lengths(inputs []Value) (domain.Shape, error) {
	theta, err := floatingInput(inputs, "theta")
	if err != nil {
		return nil, err
	}
	size, err := requiredInts(inputs, 1, "size")
	if err != nil {
		return nil, err
	}
	if err := checkShape(size); err != nil || len(size) != 4 && len(size) != 5 {
		return nil, domain.Errorf(domain.Invalid, "input size is %v, expected [N,C,H,W] or [N,C,D,H,W]", size)
	}
	rank := len(size) - 2
	if expected := (domain.Shape{size[0], rank, rank + 1}); !expected.Equal(theta.Shape) {
		return nil, misshapen("theta", theta.Shape, expected.String())
	}
	return size[2:], nil
}

// Infer returns the shape of the grid.
func (g affineGrid) Infer(inputs []Value) ([]Value, error) {
	lengths, err := g.lengths(inputs)
	if err != nil {
		return nil, err
	}
	shape := append(domain.Shape{inputs[0].Shape[0]}, lengths...)
	outputs, err := like(inputs[0], append(shape, len(lengths)))
	for _, n := range lengths {
		if err == nil && n > mostResized && product(shape) > 0 {
			err = domain.Errorf(domain.Unsupported, "input size has a length of %d, at most %d is supported", n, mostResized)
		}
	}
	return outputs, err
}

// Compile works out the positions on each axis.
func (g affineGrid) Compile(inputs, outputs []Value) (Run, error) {
	lengths, err := g.lengths(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	axes := make([][]float64, 3)
	axes[0] = []float64{0}
	for i, n := range lengths {
		axes[3-len(lengths)+i] = g.axis(n)
	}
	if inputs[0].Datatype == domain.FP64 {
		return mapGrid[float64](axes, len(lengths)), nil
	}
	return mapGrid[float32](axes, len(lengths)), nil
}

// axis returns positions from -1 to 1. One alone that is a corner is the first.
func (g affineGrid) axis(n int) []float64 {
	positions := make([]float64, n)
	for i := range positions {
		switch {
		case !g.corners:
			positions[i] = (2*float64(i)+1)/float64(n) - 1
		case i == 0:
			positions[i] = -1
		default:
			positions[i] = 2*float64(i)/float64(n-1) - 1
		}
	}
	return positions
}

func mapGrid[T fractional](axes [][]float64, rank int) Run {
	return func(in, out []domain.Tensor) {
		kernels.MapGrid(dataOf[T](out[0]), dataOf[T](in[0]), [3][]float64{axes[0], axes[1], axes[2]}, rank)
	}
}

func (affineGrid) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }
