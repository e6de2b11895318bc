package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// onnxDatatypes are the domain's datatypes, by the numbers that ONNX's
// attributes use for them.
var onnxDatatypes = map[int]domain.Datatype{
	1: domain.FP32, 2: domain.UINT8, 3: domain.INT8, 4: domain.UINT16, 5: domain.INT16, 6: domain.INT32, 7: domain.INT64,
	9: domain.BOOL, 10: domain.FP16, 11: domain.FP64, 12: domain.UINT32, 13: domain.UINT64, 16: domain.BF16,
}

// cast converts elements to another datatype.
type cast struct{ to domain.Datatype }

func parseCast(node Node) (Operator, error) {
	a := attributesOf(node)
	to, ok := onnxDatatypes[a.int("to", 0)]
	a.expect(ok, "to", "is not a datatype that is supported here")
	if node.Opset >= 19 {
		a.int("saturate", 1) // means something for 8-bit floats only
	}
	return cast{to}, a.done()
}

// Infer returns the other datatype.
func (c cast) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if _, ok := wideners[data.Datatype]; !ok {
		return nil, wrongDatatype("input", data.Datatype, "any but BYTES")
	}
	return []Value{{Datatype: c.to, Shape: data.Shape}}, nil
}

// Compile converts through the widest type of the kind: float64 or int64.
func (c cast) Compile(inputs, _ []Value) (Run, error) {
	widen, ok := wideners[inputs[0].Datatype]
	if !ok {
		return nil, fmt.Errorf("no conversion from %v", inputs[0].Datatype)
	}
	if inputs[0].Datatype == c.to {
		return func(in, out []domain.Tensor) { mustCopy(out[0], in[0]) }, nil
	}
	return func(in, out []domain.Tensor) {
		for i := range in[0].Len() {
			c.store(out[0], i, widen(in[0], i))
		}
	}, nil
}

// store writes a number as an element of the datatype cast to.
func (c cast) store(to domain.Tensor, i int, v kernels.Wide) {
	switch c.to {
	case domain.BOOL:
		dataOf[bool](to)[i] = v.Bool()
	case domain.INT8:
		dataOf[int8](to)[i] = int8(v.Int())
	case domain.INT16:
		dataOf[int16](to)[i] = int16(v.Int())
	case domain.INT32:
		dataOf[int32](to)[i] = int32(v.Int())
	case domain.INT64:
		dataOf[int64](to)[i] = v.Int()
	case domain.UINT8:
		dataOf[uint8](to)[i] = uint8(v.Uint())
	case domain.UINT16:
		dataOf[uint16](to)[i] = uint16(v.Uint())
	case domain.UINT32:
		dataOf[uint32](to)[i] = uint32(v.Uint())
	case domain.UINT64:
		dataOf[uint64](to)[i] = v.Uint()
	case domain.FP16:
		dataOf[domain.Float16](to)[i] = domain.Float16(kernels.Half(v.Float()))
	case domain.BF16:
		dataOf[domain.BFloat16](to)[i] = domain.BFloat16(kernels.BrainHalf(v.Float()))
	case domain.FP32:
		dataOf[float32](to)[i] = v.Float32()
	default:
		dataOf[float64](to)[i] = v.Float()
	}
}

// wideners read an element of each datatype.
var wideners = map[domain.Datatype]func(domain.Tensor, int) kernels.Wide{
	domain.BOOL:   func(t domain.Tensor, i int) kernels.Wide { return kernels.WideBool(dataOf[bool](t)[i]) },
	domain.INT8:   widenInt[int8],
	domain.INT16:  widenInt[int16],
	domain.INT32:  widenInt[int32],
	domain.INT64:  widenInt[int64],
	domain.UINT8:  widenUint[uint8],
	domain.UINT16: widenUint[uint16],
	domain.UINT32: widenUint[uint32],
	domain.UINT64: widenUint[uint64],
	domain.FP16: func(t domain.Tensor, i int) kernels.Wide {
		return kernels.WideFloat(float64(dataOf[domain.Float16](t)[i].Float32()))
	},
	domain.BF16: func(t domain.Tensor, i int) kernels.Wide {
		return kernels.WideFloat(float64(dataOf[domain.BFloat16](t)[i].Float32()))
	},
	domain.FP32: func(t domain.Tensor, i int) kernels.Wide { return kernels.WideFloat(float64(dataOf[float32](t)[i])) },
	domain.FP64: func(t domain.Tensor, i int) kernels.Wide { return kernels.WideFloat(dataOf[float64](t)[i]) },
}

func widenInt[T interface {
	domain.Element
	int8 | int16 | int32 | int64
}](t domain.Tensor, i int) kernels.Wide {
	return kernels.WideInt(int64(dataOf[T](t)[i]))
}

func widenUint[T interface {
	domain.Element
	uint8 | uint16 | uint32 | uint64
}](t domain.Tensor, i int) kernels.Wide {
	return kernels.WideUint(uint64(dataOf[T](t)[i]))
}
