package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// featureVectorizer puts tables side by side, in FP32. What is after the first
// axis of a table is its features.
type featureVectorizer struct{ wanted []int64 } // features of each input, nil for those that it has

func parseFeatureVectorizer(node Node) (Operator, error) {
	a := attributesOf(node)
	f := featureVectorizer{a.wholes("inputdimensions")}
	a.expect(!slices.ContainsFunc(f.wanted, func(n int64) bool { return n < 1 || n > 1<<40 }), "inputdimensions", "has a number of features that is not supported")
	if err := a.done(); err != nil {
		return nil, err
	}
	if f.wanted != nil && len(f.wanted) != len(node.Inputs) {
		return nil, node.Invalid("has not as many inputdimensions as inputs")
	}
	return f, nil
}

func (featureVectorizer) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return !slices.Contains(perRow, false) && !slices.ContainsFunc(inputs, func(v Value) bool { return len(v.Shape) < 2 })
}

// pastes returns where each input goes.
func (f featureVectorizer) pastes(inputs []Value) ([]kernels.Paste, error) {
	pastes, width := make([]kernels.Paste, len(inputs)), 0
	for i := range inputs {
		x, err := featuresOf(inputs, i)
		if err != nil {
			return nil, err
		}
		p := kernels.Paste{Rows: 1, Columns: product(x.Shape), Offset: width}
		switch {
		case len(x.Shape) == 0:
			return nil, misshapen("X", x.Shape, "[N,F]")
		case len(x.Shape) > 1:
			p.Rows, p.Columns = x.Shape[0], product(x.Shape[1:])
		}
		if p.Rows != pastes[0].Rows && i > 0 {
			return nil, domain.Errorf(domain.Invalid, "inputs 0 and %d have %d and %d rows, expected as many", i, pastes[0].Rows, p.Rows)
		}
		p.Wanted = p.Columns
		if f.wanted != nil {
			p.Wanted = int(f.wanted[i])
		}
		if width += p.Wanted; width < 0 || width > 1<<50 {
			return nil, domain.Errorf(domain.Unsupported, "the inputs have more features than are supported")
		}
		pastes[i] = p
	}
	for i := range pastes {
		pastes[i].Stride = width
	}
	return pastes, nil
}

// Infer returns [N,F] with the features of all inputs.
func (f featureVectorizer) Infer(inputs []Value) ([]Value, error) {
	pastes, err := f.pastes(inputs)
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: domain.FP32}, domain.Shape{pastes[0].Rows, pastes[0].Stride})
}

// pasters paste each datatype of features.
var pasters = map[domain.Datatype]func(dst, src domain.Tensor, p kernels.Paste){
	domain.FP32: pasting[float32], domain.FP64: pasting[float64], domain.INT32: pasting[int32], domain.INT64: pasting[int64],
}

func pasting[T feature](dst, src domain.Tensor, p kernels.Paste) {
	kernels.PasteColumns(floats(dst), dataOf[T](src), p)
}

// Compile works out where each input goes.
func (f featureVectorizer) Compile(inputs, outputs []Value) (Run, error) {
	pastes, err := f.pastes(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 { // of however many rows
		return func(_, _ []domain.Tensor) {}, nil
	}
	return func(in, out []domain.Tensor) {
		for i, p := range pastes {
			pasters[in[i].Datatype()](out[0], in[i], p)
		}
	}, nil
}

// arrayFeatureExtractor picks positions on the last axis. Of a vector it makes a
// row.
type arrayFeatureExtractor struct{}

func parseArrayFeatureExtractor(node Node) (Operator, error) {
	return arrayFeatureExtractor{}, attributesOf(node).done()
}

func (arrayFeatureExtractor) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return onlyFirst(perRow) && len(inputs[0].Shape) > 1
}

// takers pick columns of each datatype that is supported.
var takers = map[domain.Datatype]func(dst, src, picked domain.Tensor, columns int){
	domain.FP32: taking[float32], domain.FP64: taking[float64], domain.INT32: taking[int32], domain.INT64: taking[int64], domain.BYTES: taking[string],
}

func taking[T domain.Element](dst, src, picked domain.Tensor, columns int) {
	kernels.TakeColumns(dataOf[T](dst), dataOf[T](src), columns, dataOf[int64](picked))
}

// Infer returns the shape of X with as many on the last axis as are picked.
func (e arrayFeatureExtractor) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if takers[x.Datatype] == nil {
		return nil, wrongDatatype("X", x.Datatype, "FP32, FP64, INT64, INT32 or BYTES")
	}
	if len(x.Shape) == 0 {
		return nil, misshapen("X", x.Shape, "one axis at least")
	}
	y, err := present(inputs, 1, "Y")
	if err != nil {
		return nil, err
	}
	if y.Datatype != domain.INT64 {
		return nil, wrongDatatype("Y", y.Datatype, "INT64")
	}
	if product(y.Shape) == 0 {
		return nil, misshapen("Y", y.Shape, "one position at least")
	}
	columns := x.Shape[len(x.Shape)-1]
	if err := checkPicked(dataOf[int64](y.Const), columns); err != nil {
		return nil, err
	}
	shape := x.Shape.Clone()
	shape[len(shape)-1] = product(y.Shape)
	if len(shape) == 1 {
		shape = domain.Shape{1, shape[0]}
	}
	return like(x, shape)
}

func checkPicked(picked []int64, columns int) error {
	for i, position := range picked {
		if position < 0 || position >= int64(columns) {
			return domain.Errorf(domain.Invalid, "input Y: element %d is %d, which is not one of the %d positions on the last axis of X", i, position, columns)
		}
	}
	return nil
}

// Check reports a position that is out of range.
func (arrayFeatureExtractor) Check(inputs []domain.Tensor) error {
	shape := inputs[0].Shape()
	return checkPicked(dataOf[int64](inputs[1]), shape[len(shape)-1])
}

// Compile returns the computation.
func (arrayFeatureExtractor) Compile(inputs, _ []Value) (Run, error) {
	take, columns := takers[inputs[0].Datatype], inputs[0].Shape[len(inputs[0].Shape)-1]
	return func(in, out []domain.Tensor) { take(out[0], in[0], in[1], columns) }, nil
}
