package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// statisticsFamily are the operators that make tensors by a rule, and sums and
// products of other kinds.
var statisticsFamily = map[string][]definition{
	"CumSum":  {{since: 11, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseCumulative(false)}},
	"CumProd": {{since: 26, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseCumulative(true)}},
	"Trilu":   {{since: 14, inputs: arity{1, 2}, outputs: arity{1, 1}, parse: parseTrilu}},
	"EyeLike": {unary(9, parseEyeLike)},
	"OneHot":  {{since: 9, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseOneHot}},
	"Range":   {{since: 11, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseRange}},
	"Einsum":  {{since: 12, inputs: arity{1, variadic}, outputs: arity{1, 1}, parse: parseEinsum}},
}

// eyeLike is a matrix of the input's shape with ones on a diagonal.
type eyeLike struct {
	datatype domain.Datatype // InvalidDatatype is the input's
	k        int
}

func parseEyeLike(node Node) (Operator, error) {
	a := attributesOf(node)
	e := eyeLike{k: a.int("k", 0)}
	if a.has("dtype") {
		e.datatype = onnxDatatypes[a.int("dtype", 0)]
		a.expect(e.datatype.Valid() && e.datatype != domain.BYTES, "dtype", "is not a datatype that is supported here")
	}
	return e, a.done()
}

// StaysWide reports whether FP32 is asked for, whatever the input is.
func (e eyeLike) StaysWide(int) bool { return e.datatype == domain.FP32 }

// Infer returns the input's shape.
func (e eyeLike) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) != 2 {
		return nil, misshapen("input", x.Shape, "a matrix")
	}
	if e.datatype.Valid() {
		x.Datatype = e.datatype
	}
	if _, ok := ones[x.Datatype]; !ok {
		return nil, wrongDatatype("input", x.Datatype, "any but BYTES")
	}
	return like(x, x.Shape)
}

// ones is 1 in each datatype that has it.
var ones = map[domain.Datatype]domain.Tensor{
	domain.BOOL: scalar(true),
	domain.INT8: scalar[int8](1), domain.INT16: scalar[int16](1), domain.INT32: scalar[int32](1), domain.INT64: scalar[int64](1),
	domain.UINT8: scalar[uint8](1), domain.UINT16: scalar[uint16](1), domain.UINT32: scalar[uint32](1), domain.UINT64: scalar[uint64](1),
	domain.FP16: scalar(domain.Float16(kernels.Half(1))), domain.BF16: scalar(domain.BFloat16(kernels.BrainHalf(1))),
	domain.FP32: scalar[float32](1), domain.FP64: scalar[float64](1),
}

func scalar[T domain.Element](v T) domain.Tensor { return tensorOf(domain.Shape{}, v) }

// Compile returns what writes the diagonal.
func (e eyeLike) Compile(_, outputs []Value) (Run, error) {
	shape, datatype := outputs[0].Shape, outputs[0].Datatype
	k := min(max(e.k, -shape[0]), shape[1])
	return func(_, out []domain.Tensor) { movers[datatype].diagonal(out[0], shape[1], k, ones[datatype]) }, nil
}

// oneHot has one value at each index along a new axis, and another elsewhere.
type oneHot struct {
	axis      int
	fromFront bool // before opset 11 what is negative is nowhere
}

func parseOneHot(node Node) (Operator, error) {
	a := attributesOf(node)
	return oneHot{a.int("axis", -1), node.Opset < 11}, a.done()
}

// Infer returns the shape of the indices with the new axis. Depth must be known.
func (o oneHot) Infer(inputs []Value) ([]Value, error) {
	indices, err := present(inputs, 0, "indices")
	if err != nil {
		return nil, err
	}
	if _, ok := rankers[indices.Datatype]; !ok {
		return nil, wrongDatatype("indices", indices.Datatype, "FP32, FP64 or an integer")
	}
	axis, err := axisOf(o.axis, len(indices.Shape)+1)
	if err != nil {
		return nil, err
	}
	values, err := present(inputs, 2, "values")
	if err != nil {
		return nil, err
	}
	if !values.Shape.Equal(domain.Shape{2}) {
		return nil, misshapen("values", values.Shape, "[2], off and on")
	}
	depth, err := depthOf(inputs)
	if err != nil {
		return nil, err
	}
	shape := append(domain.Shape{}, indices.Shape[:axis]...)
	return like(values, append(append(shape, depth), indices.Shape[axis:]...))
}

// depthOf returns the length of the new axis; a fraction is cut off.
func depthOf(inputs []Value) (int, error) {
	depth, err := present(inputs, 1, "depth")
	if err != nil {
		return 0, err
	}
	if product(depth.Shape) != 1 || len(depth.Shape) > 1 {
		return 0, misshapen("depth", depth.Shape, "one element")
	}
	if _, ok := rankers[depth.Datatype]; !ok {
		return 0, wrongDatatype("depth", depth.Datatype, "FP32, FP64 or an integer")
	}
	if !depth.Known() {
		return 0, unknownElements("depth")
	}
	n, _ := domain.Number(depth.Const, 0)
	if !(n >= 0 && n < math.MaxInt64) {
		return 0, domain.Errorf(domain.Invalid, "input depth is %v, expected a length", n)
	}
	return int(n), nil
}

// Compile returns what fills [outer, depth, inner]. Indices of other datatypes are
// converted to INT64 first, as ONNX has it.
func (o oneHot) Compile(inputs, outputs []Value) (Run, error) {
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	axis, err := axisOf(o.axis, len(outputs[0].Shape))
	if err != nil {
		return nil, err
	}
	depth, inner := outputs[0].Shape[axis], product(outputs[0].Shape[axis+1:])
	from, move := inputs[0].Datatype, movers[inputs[2].Datatype]
	convert, positions := conversions[from][domain.INT64], domain.Tensor{}
	if from != domain.INT64 {
		if err := fitsScratch(product(inputs[0].Shape)); err != nil {
			return nil, err
		}
		positions = tensorOf(inputs[0].Shape, make([]int64, product(inputs[0].Shape))...)
	}
	return func(in, out []domain.Tensor) {
		at := in[0]
		if from != domain.INT64 {
			convert(positions, in[0])
			at = positions
		}
		move.oneHot(out[0], kernels.Positions{List: dataOf[int64](at), FromFront: o.fromFront}, depth, inner, in[2])
	}, nil
}

func (o oneHot) keepsRows(_, outputs []Value, perRow []bool) bool {
	return onlyFirst(perRow) && axisBehindFirst(o.axis, outputs[0])
}
