package operator

import (
	"math"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// featurewise is an operator that computes a table of the shape of its input,
// [N,F] or [F], or any if it computes each number by itself.
type featurewise struct {
	output  domain.Datatype // InvalidDatatype is the input's
	check   func(x table) error
	compute func(x table) Run
	alone   bool // each number is computed by itself, whatever its feature
}

func (f featurewise) table(inputs []Value) (table, error) {
	if !f.alone {
		return tableOf(inputs)
	}
	x, err := featuresOf(inputs, 0)
	return table{Value: x}, err
}

func (f featurewise) keepsRows(inputs, _ []Value, _ []bool) bool { return f.alone || perRow(inputs) }

// Infer returns the input's shape.
func (f featurewise) Infer(inputs []Value) ([]Value, error) {
	x, err := f.table(inputs)
	if err == nil && f.check != nil {
		err = f.check(x)
	}
	if err != nil {
		return nil, err
	}
	out := x.Value
	if f.output != domain.InvalidDatatype {
		out.Datatype = f.output
	}
	return like(out, x.Shape)
}

// Compile returns the computation.
func (f featurewise) Compile(inputs, _ []Value) (Run, error) {
	x, err := f.table(inputs)
	if err != nil {
		return nil, err
	}
	if product(x.Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	return f.compute(x), nil
}

// perFeature reports whether there is one of a list for all features or for each.
func perFeature(name string, list int, x table) error {
	if list == 1 || list == x.features {
		return nil
	}
	return domain.Errorf(domain.Invalid, "attribute %s has %d values for the %d features of input X, expected 1 or as many", name, list, x.features)
}

// feature is a type that a table of features can have.
type feature interface {
	domain.Element
	float32 | float64 | int32 | int64
}

// parseScaler is (X - offset) * scale, in FP32.
func parseScaler(node Node) (Operator, error) {
	a := attributesOf(node)
	offset, scale := a.decimals("offset"), a.decimals("scale")
	if err := a.done(); err != nil {
		return nil, err
	}
	if len(offset) != len(scale) || len(scale) == 0 {
		return nil, node.Invalid("has not as many values of offset as of scale, or none")
	}
	compute := map[domain.Datatype]Run{
		domain.FP32: scaling[float32](offset, scale), domain.FP64: scaling[float64](offset, scale),
		domain.INT32: scaling[int32](offset, scale), domain.INT64: scaling[int64](offset, scale),
	}
	return featurewise{
		output: domain.FP32, alone: len(scale) == 1,
		check:   func(x table) error { return perFeature("scale", len(scale), x) },
		compute: func(x table) Run { return compute[x.Datatype] },
	}, nil
}

func scaling[T feature](offset, scale []float32) Run {
	return func(in, out []domain.Tensor) { kernels.Scale(floats(out[0]), dataOf[T](in[0]), offset, scale) }
}

var norms = map[string]kernels.Norm{"MAX": kernels.MaxNorm, "L1": kernels.L1Norm, "L2": kernels.L2Norm}

// parseNormalizer divides each row by its norm, in FP32.
func parseNormalizer(node Node) (Operator, error) {
	a := attributesOf(node)
	norm, ok := norms[a.text("norm", "MAX")]
	a.expect(ok, "norm", "is not MAX, L1 or L2")
	compute := map[domain.Datatype]func(table) Run{
		domain.FP32: normalizing[float32](norm), domain.FP64: normalizing[float64](norm),
		domain.INT32: normalizing[int32](norm), domain.INT64: normalizing[int64](norm),
	}
	return featurewise{output: domain.FP32, compute: func(x table) Run { return compute[x.Datatype](x) }}, a.done()
}

func normalizing[T feature](norm kernels.Norm) func(table) Run {
	return func(x table) Run {
		return func(in, out []domain.Tensor) { kernels.Normalize(floats(out[0]), dataOf[T](in[0]), x.features, norm) }
	}
}

// parseImputer puts a number in the place of each that stands for none.
func parseImputer(node Node) (Operator, error) {
	a := attributesOf(node)
	reals, whole := a.decimals("imputed_value_floats"), a.wholes("imputed_value_int64s")
	missing, missingWhole := a.float("replaced_value_float", 0), int64(a.int("replaced_value_int64", 0))
	count := max(len(reals), len(whole))
	compute := map[domain.Datatype]Run{}
	if reals != nil {
		compute[domain.FP32], compute[domain.FP64] = imputing[float32](missing, reals), imputing[float64](missing, reals)
	} else {
		compute[domain.INT32], compute[domain.INT64] = imputing[int32](missingWhole, whole), imputing[int64](missingWhole, whole)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	if (len(reals) == 0) == (len(whole) == 0) {
		return nil, node.Invalid("has not either imputed_value_floats or imputed_value_int64s")
	}
	return featurewise{alone: count == 1, check: func(x table) error {
		if compute[x.Datatype] == nil {
			return domain.Errorf(domain.Invalid, "input X has datatype %v, for which there are no imputed values", x.Datatype)
		}
		if x.Datatype == domain.INT32 && !fitInt32(missingWhole, whole...) {
			return domain.Errorf(domain.Unsupported, "input X has datatype INT32, which the imputed values do not fit")
		}
		return perFeature("imputed_value", count, x)
	}, compute: func(x table) Run { return compute[x.Datatype] }}, nil
}

func fitInt32(first int64, others ...int64) bool {
	return first == int64(int32(first)) && !slices.ContainsFunc(others, func(v int64) bool { return v != int64(int32(v)) })
}

func imputing[T feature, S float32 | int64](missing S, values []S) Run {
	imputed := make([]T, len(values))
	for i, v := range values {
		imputed[i] = T(v)
	}
	return func(in, out []domain.Tensor) {
		kernels.Impute(dataOf[T](out[0]), dataOf[T](in[0]), T(missing), imputed)
	}
}

// parseBinarizer tells what is more than a threshold.
func parseBinarizer(node Node) (Operator, error) {
	a := attributesOf(node)
	threshold := float64(a.float("threshold", 0))
	whole := math.Floor(threshold) // an integer is more than that if it is more than the threshold
	compute := map[domain.Datatype]Run{
		domain.FP32: binarizing(float32(threshold)), domain.FP64: binarizing(threshold),
		domain.INT32: binarizing(kernels.Truncated[int32](whole, math.MinInt32, math.MaxInt32)),
		domain.INT64: binarizing(kernels.Truncated[int64](whole, math.MinInt64, math.MaxInt64)),
	}
	return featurewise{alone: true, check: func(x table) error {
		if x.Datatype != domain.FP32 && x.Datatype != domain.FP64 && !(math.Abs(threshold) < 1<<31) {
			return domain.Errorf(domain.Unsupported, "attribute threshold is %v, which is not supported for integers", threshold)
		}
		return nil
	}, compute: func(x table) Run { return compute[x.Datatype] }}, a.done()
}

func binarizing[T feature](threshold T) Run {
	return func(in, out []domain.Tensor) { kernels.Binarize(dataOf[T](out[0]), dataOf[T](in[0]), threshold) }
}
