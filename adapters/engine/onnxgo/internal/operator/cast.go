package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// onnxDatatypes are the domain's datatypes, by the numbers that ONNX's
// attributes use for them.
var onnxDatatypes = map[int]domain.Datatype{
	1: domain.FP32, 2: domain.UINT8, 3: domain.INT8, 4: domain.UINT16, 5: domain.INT16, 6: domain.INT32, 7: domain.INT64, 8: domain.BYTES,
	9: domain.BOOL, 10: domain.FP16, 11: domain.FP64, 12: domain.UINT32, 13: domain.UINT64, 16: domain.BF16,
}

// DatatypeOf returns the datatype that ONNX has a number for.
func DatatypeOf(number int64) (domain.Datatype, bool) {
	datatype, ok := onnxDatatypes[int(number)]
	return datatype, ok
}

// cast converts elements to another datatype. Numbers with a fraction lose it
// when they become integers. ONNX leaves open what becomes of those that do not
// fit; here they become the nearest integer that does, and NaN becomes 0.
// Integers that do not fit an integer type lose their high bits, as ONNX has it.
// Everything but 0 is true.
type cast struct{ to domain.Datatype }

func parseCast(node Node) (Operator, error) {
	a := attributesOf(node)
	to, ok := onnxDatatypes[a.int("to", 0)]
	a.expect(ok && (to != domain.BYTES || node.Opset >= 9), "to", "is not a datatype that is supported here")
	ignoreSmallFloats(a, node)
	return cast{to}, a.done()
}

// ignoreSmallFloats reads the attributes that mean something for floats of 8 bits
// only.
func ignoreSmallFloats(a *attributes, node Node) {
	if node.Opset >= 19 {
		a.bool("saturate", true)
	}
	if node.Opset >= 24 {
		a.text("round_mode", "up")
	}
}

func parseCastLike(node Node) (Operator, error) {
	a := attributesOf(node)
	ignoreSmallFloats(a, node)
	return castLike{}, a.done()
}

// castLike converts its first input to the datatype of the second.
type castLike struct{}

// Infer returns the datatype of the second input.
func (castLike) Infer(inputs []Value) ([]Value, error) {
	like, err := present(inputs, 1, "target_type")
	if err != nil {
		return nil, err
	}
	return cast{like.Datatype}.Infer(inputs[:1])
}

// Compile returns the conversion.
func (castLike) Compile(inputs, outputs []Value) (Run, error) {
	return cast{outputs[0].Datatype}.Compile(inputs[:1], outputs)
}

// Check refuses texts that are no numbers.
func (castLike) Check(inputs []domain.Tensor) error {
	return cast{inputs[1].Datatype()}.Check(inputs[:1])
}

// Infer returns the other datatype.
func (c cast) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if _, ok := conversions[data.Datatype]; !ok {
		return nil, wrongDatatype("input", data.Datatype, "any but that")
	}
	if data.Known() {
		if err := c.Check([]domain.Tensor{data.Const}); err != nil {
			return nil, err
		}
	}
	return like(Value{Datatype: c.to}, data.Shape)
}

// Check refuses texts that are no numbers.
func (c cast) Check(inputs []domain.Tensor) error {
	if c.to == domain.BYTES {
		return nil
	}
	return checkNumbers(dataOf[string](inputs[0]), c.to)
}

// Compile returns the conversion.
func (c cast) Compile(inputs, _ []Value) (Run, error) {
	from := inputs[0].Datatype
	if from == c.to {
		return func(in, out []domain.Tensor) { mustCopy(out[0], in[0]) }, nil
	}
	conversion := conversions[from][c.to]
	if conversion == nil {
		return nil, domain.Errorf(domain.Internal, "no conversion from %v to %v", from, c.to)
	}
	return func(in, out []domain.Tensor) { conversion(out[0], in[0]) }, nil
}

// conversion writes the elements of src to dst, of another datatype.
type conversion func(dst, src domain.Tensor)

// conversions are those from each datatype to each.
var conversions = map[domain.Datatype]map[domain.Datatype]conversion{
	domain.BOOL:  fromReals(zeroOrOne),
	domain.INT8:  fromIntegers[int8](),
	domain.INT16: fromIntegers[int16](),
	domain.INT32: fromIntegers[int32](),
	domain.INT64: fromIntegers[int64](),
	domain.UINT8: fromIntegers[uint8](), domain.UINT16: fromIntegers[uint16](),
	domain.UINT32: fromIntegers[uint32](), domain.UINT64: fromIntegers[uint64](),
	domain.FP16:  fromReals(func(v domain.Float16) float64 { return float64(v.Float32()) }),
	domain.BF16:  fromReals(func(v domain.BFloat16) float64 { return float64(v.Float32()) }),
	domain.FP32:  fromReals(func(v float32) float64 { return float64(v) }),
	domain.FP64:  fromReals(func(v float64) float64 { return v }),
	domain.BYTES: fromTexts(),
}

func zeroOrOne(v bool) float64 {
	if v {
		return 1
	}
	return 0
}

// fromReals converts what is a float64 without loss.
func fromReals[S domain.Element](number func(S) float64) map[domain.Datatype]conversion {
	return map[domain.Datatype]conversion{
		domain.BOOL:   with(func(v S) bool { return number(v) != 0 }),
		domain.INT8:   with(func(v S) int8 { return kernels.Truncated[int8](number(v), math.MinInt8, math.MaxInt8) }),
		domain.INT16:  with(func(v S) int16 { return kernels.Truncated[int16](number(v), math.MinInt16, math.MaxInt16) }),
		domain.INT32:  with(func(v S) int32 { return kernels.Truncated[int32](number(v), math.MinInt32, math.MaxInt32) }),
		domain.INT64:  with(func(v S) int64 { return kernels.Truncated[int64](number(v), math.MinInt64, math.MaxInt64) }),
		domain.UINT8:  with(func(v S) uint8 { return kernels.Truncated[uint8](number(v), 0, math.MaxUint8) }),
		domain.UINT16: with(func(v S) uint16 { return kernels.Truncated[uint16](number(v), 0, math.MaxUint16) }),
		domain.UINT32: with(func(v S) uint32 { return kernels.Truncated[uint32](number(v), 0, math.MaxUint32) }),
		domain.UINT64: with(func(v S) uint64 { return kernels.Truncated[uint64](number(v), 0, math.MaxUint64) }),
		domain.FP16:   with(func(v S) domain.Float16 { return domain.Float16(kernels.Half(number(v))) }),
		domain.BF16:   with(func(v S) domain.BFloat16 { return domain.BFloat16(kernels.BrainHalf(number(v))) }),
		domain.FP32:   with(func(v S) float32 { return float32(number(v)) }),
		domain.FP64:   with(number),
		domain.BYTES:  with(func(v S) string { return textOf(v, number(v)) }),
	}
}

type integer interface {
	domain.Element
	kernels.Integer
}

func fromIntegers[S integer]() map[domain.Datatype]conversion {
	return map[domain.Datatype]conversion{
		domain.BOOL:   with(func(v S) bool { return v != 0 }),
		domain.INT8:   directly[int8, S],
		domain.INT16:  directly[int16, S],
		domain.INT32:  directly[int32, S],
		domain.INT64:  directly[int64, S],
		domain.UINT8:  directly[uint8, S],
		domain.UINT16: directly[uint16, S],
		domain.UINT32: directly[uint32, S],
		domain.UINT64: directly[uint64, S],
		domain.FP16:   with(func(v S) domain.Float16 { return domain.Float16(kernels.Half(float64(v))) }),
		domain.BF16:   with(func(v S) domain.BFloat16 { return domain.BFloat16(kernels.BrainHalf(float64(v))) }),
		domain.FP32:   directly[float32, S],
		domain.FP64:   directly[float64, S],
		domain.BYTES:  with(func(v S) string { return fmt.Sprint(v) }),
	}
}

func with[D, S domain.Element](convert func(S) D) conversion {
	return func(dst, src domain.Tensor) { kernels.ConvertWith(dataOf[D](dst), dataOf[S](src), convert) }
}

func directly[D interface {
	domain.Element
	kernels.Number
}, S integer](dst, src domain.Tensor) {
	kernels.Convert(dataOf[D](dst), dataOf[S](src))
}
