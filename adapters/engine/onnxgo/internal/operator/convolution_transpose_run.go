package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// Compile computes with plain Go.
func (c *convTranspose) Compile(inputs, outputs []Value) (Run, error) {
	return c.CompileFor(portable(), inputs, outputs)
}

// stripOf is how many products are computed before they are spread.
const stripOf = 1 << 16

// CompileFor multiplies the elements of some places with the weights of all taps,
// and spreads the products over the output.
func (c *convTranspose) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	g, err := c.geometry(inputs)
	if err != nil {
		return nil, err
	}
	rows := min(g.Inputs(), max(1, stripOf/(g.Outputs*g.Taps())))
	if err := fitsScratch(rows, max(g.Outputs*g.Taps(), g.Channels)); err != nil {
		return nil, err
	}
	if inputs[0].Datatype == domain.FP64 {
		return transposedRun(c.group, g, rows, plainProduct[float64](g, rows)), nil
	}
	multiply, err := c.product(t, inputs[1], g, rows)
	if err != nil {
		return nil, err
	}
	return transposedRun(c.group, g, rows, multiply), nil
}

// transposedProduct multiplies rows of channels with the weights of a group.
type transposedProduct[T realNumber] func(dst, a, weights []T, group, rows int)

func plainProduct[T realNumber](g kernels.Transposed, _ int) transposedProduct[T] {
	n := g.Outputs * g.Taps()
	return func(dst, a, weights []T, group, rows int) {
		kernels.Product(dst, a, weights[group*g.Channels*n:][:g.Channels*n], rows, n, g.Channels)
	}
}

// product returns the product by a target's kernels.
func (c *convTranspose) product(t Target, w Value, g kernels.Transposed, rows int) (transposedProduct[float32], error) {
	size := kernels.GemmGeometry{M: rows, N: g.Outputs * g.Taps(), K: g.Channels}
	pack := func(values []float32) []*blocked.GemmWeights {
		packed := make([]*blocked.GemmWeights, c.group)
		for group := range packed {
			packed[group] = packMatrix(t, size, values[group*size.K*size.N:][:size.K*size.N])
		}
		return packed
	}
	var known []*blocked.GemmWeights
	var place *blocked.GemmWeights
	if w.Known() {
		known = c.packed.get(w.Const, t.Set, pack)
	} else {
		if err := fitsGemmScratch(size); err != nil {
			return nil, err
		}
		place = blocked.NewGemmWeights(t.Set, size)
	}
	whole, rest := blocked.NewGemm(t.Set, t.Team, size), size
	rest.M = max(1, g.Inputs()%rows)
	part := blocked.NewGemm(t.Set, t.Team, rest)
	return func(dst, a, weights []float32, group, count int) {
		packed := place
		if known != nil {
			packed = known[group]
		} else {
			packed.Pack(weights[group*size.K*size.N:][:size.K*size.N], false)
		}
		if count == rows {
			whole.Run(dst[:count*size.N], a, packed, kernels.GemmEpilogue{Alpha: 1})
			return
		}
		part.Run(dst[:count*size.N], a, packed, kernels.GemmEpilogue{Alpha: 1})
	}, nil
}

// transposedRun goes through pictures, groups and strips of rows.
func transposedRun[T realNumber](groups int, g kernels.Transposed, rows int, multiply transposedProduct[T]) Run {
	places := g.Inputs()
	strip, products := make([]T, rows*g.Channels), make([]T, rows*g.Outputs*g.Taps())
	return func(in, out []domain.Tensor) {
		x, weights, dst := dataOf[T](in[0]), dataOf[T](in[1]), dataOf[T](out[0])
		var bias []T
		if len(in) > 2 {
			bias = dataOf[T](in[2])
		}
		from, to := g.Channels*places, g.Outputs*g.OutputElements()
		for i := range len(x) / from {
			picture, group := x[i*from:][:from], i%groups
			result := dst[i*to:][:to]
			begin(result, bias, group*g.Outputs, g.OutputElements())
			for first := 0; first < places; first += rows {
				count := min(rows, places-first)
				kernels.GatherRows(strip, picture, g.Channels, places, first, count)
				multiply(products, strip, weights, group, count)
				kernels.Spread(result, products, g, first, count)
			}
		}
	}
}

// begin fills each channel with its bias, or 0.
func begin[T realNumber](dst, bias []T, first, elements int) {
	clear(dst)
	for at := 0; bias != nil && at < len(dst); at += elements {
		kernels.Fill(dst[at:at+elements], bias[first+at/elements])
	}
}
