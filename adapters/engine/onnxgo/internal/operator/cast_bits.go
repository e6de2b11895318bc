package operator

import (
	"math"

	"github.com/portent-go/portent/domain"
)

// bitCast takes the bits of each element for those of another datatype of the same
// size.
type bitCast struct{ to domain.Datatype }

func parseBitCast(node Node) (Operator, error) {
	a := attributesOf(node)
	to, ok := onnxDatatypes[a.int("to", 0)]
	a.expect(ok && to != domain.BYTES, "to", "is not a datatype that is supported here")
	return bitCast{to}, a.done()
}

// Infer returns the other datatype.
func (b bitCast) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if x.Datatype == domain.BYTES {
		return nil, wrongDatatype("input", x.Datatype, "any but that")
	}
	if x.Datatype.Size() != b.to.Size() {
		return nil, domain.Errorf(domain.Invalid, "input has datatype %v, whose elements are not of the size of %v", x.Datatype, b.to)
	}
	return like(Value{Datatype: b.to}, x.Shape)
}

// Compile copies by way of memory of its own, a part at a time.
func (b bitCast) Compile(inputs, _ []Value) (Run, error) {
	const part = 512
	memory := make([]uint64, part)
	put, take := bitwiseForms[inputs[0].Datatype].put, bitwiseForms[b.to].take
	return func(in, out []domain.Tensor) {
		for at := 0; at < in[0].Len(); at += part {
			some := memory[:min(part, in[0].Len()-at)]
			put(some, in[0], at)
			take(out[0], some, at)
		}
	}, nil
}

func (bitCast) keepsRows(_, _ []Value, _ []bool) bool { return true }

// bitwiseForm turns elements of a datatype into their bits and back, from a place
// in a tensor on.
type bitwiseForm struct {
	put  func(to []uint64, from domain.Tensor, at int)
	take func(to domain.Tensor, from []uint64, at int)
}

var bitwiseForms = map[domain.Datatype]bitwiseForm{
	domain.BOOL:   formOf(func(v bool) uint64 { return uint64(zeroOrOne(v)) }, func(b uint64) bool { return b != 0 }),
	domain.INT8:   formOf(func(v int8) uint64 { return uint64(uint8(v)) }, func(b uint64) int8 { return int8(b) }),
	domain.UINT8:  formOf(func(v uint8) uint64 { return uint64(v) }, func(b uint64) uint8 { return uint8(b) }),
	domain.INT16:  formOf(func(v int16) uint64 { return uint64(uint16(v)) }, func(b uint64) int16 { return int16(b) }),
	domain.UINT16: formOf(func(v uint16) uint64 { return uint64(v) }, func(b uint64) uint16 { return uint16(b) }),
	domain.FP16:   formOf(func(v domain.Float16) uint64 { return uint64(v) }, func(b uint64) domain.Float16 { return domain.Float16(b) }),
	domain.BF16:   formOf(func(v domain.BFloat16) uint64 { return uint64(v) }, func(b uint64) domain.BFloat16 { return domain.BFloat16(b) }),
	domain.INT32:  formOf(func(v int32) uint64 { return uint64(uint32(v)) }, func(b uint64) int32 { return int32(b) }),
	domain.UINT32: formOf(func(v uint32) uint64 { return uint64(v) }, func(b uint64) uint32 { return uint32(b) }),
	domain.FP32:   formOf(func(v float32) uint64 { return uint64(math.Float32bits(v)) }, func(b uint64) float32 { return math.Float32frombits(uint32(b)) }),
	domain.INT64:  formOf(func(v int64) uint64 { return uint64(v) }, func(b uint64) int64 { return int64(b) }),
	domain.UINT64: formOf(func(v uint64) uint64 { return v }, func(b uint64) uint64 { return b }),
	domain.FP64:   formOf(math.Float64bits, math.Float64frombits),
}

func formOf[T domain.Element](put func(T) uint64, take func(uint64) T) bitwiseForm {
	return bitwiseForm{
		put: func(to []uint64, from domain.Tensor, at int) {
			for i, v := range dataOf[T](from)[at : at+len(to)] {
				to[i] = put(v)
			}
		},
		take: func(to domain.Tensor, from []uint64, at int) {
			elements := dataOf[T](to)[at:]
			for i, b := range from {
				elements[i] = take(b)
			}
		},
	}
}
