package main

import (
	"math/rand/v2"

	"github.com/portent-go/portent/domain"
)

// randomTensor makes a tensor that most models can take: fractions from 0 to 1 (from
// a half of 16 bits), bytes of any value, and 0 or 1 of other whole numbers, which are
// token ids and masks more often than not.
func randomTensor(datatype domain.Datatype, shape domain.Shape, source *rand.Rand) (domain.Tensor, error) {
	tensor, err := domain.MakeTensor(datatype, shape)
	if err != nil {
		return tensor, err
	}
	const half16, fraction16, halfB, fractionB = 0x3800, 1 << 10, 0x3f00, 1 << 7
	switch datatype {
	case domain.FP32:
		fillWith(tensor, source.Float32)
	case domain.FP64:
		fillWith(tensor, source.Float64)
	case domain.FP16:
		fillWith(tensor, func() domain.Float16 { return half16 | domain.Float16(source.UintN(fraction16)) })
	case domain.BF16:
		fillWith(tensor, func() domain.BFloat16 { return halfB | domain.BFloat16(source.UintN(fractionB)) })
	case domain.BOOL:
		fillWith(tensor, func() bool { return source.UintN(2) == 1 })
	case domain.UINT8:
		fillWith(tensor, func() uint8 { return uint8(source.UintN(1 << 8)) })
	case domain.INT8:
		fillWith(tensor, func() int8 { return int8(source.UintN(1 << 8)) })
	case domain.BYTES:
		fillWith(tensor, func() string { return string(rune('a' + source.IntN(26))) })
	default:
		fillWhole(tensor, source)
	}
	return tensor, nil
}

// fillWhole fills a tensor of whole numbers of more than 8 bits.
func fillWhole(t domain.Tensor, source *rand.Rand) {
	bit := func() uint { return source.UintN(2) }
	switch t.Datatype() {
	case domain.UINT16:
		fillWith(t, func() uint16 { return uint16(bit()) })
	case domain.UINT32:
		fillWith(t, func() uint32 { return uint32(bit()) })
	case domain.UINT64:
		fillWith(t, func() uint64 { return uint64(bit()) })
	case domain.INT16:
		fillWith(t, func() int16 { return int16(bit()) })
	case domain.INT32:
		fillWith(t, func() int32 { return int32(bit()) })
	default:
		fillWith(t, func() int64 { return int64(bit()) })
	}
}

func fillWith[T domain.Element](t domain.Tensor, next func() T) {
	data, _ := domain.Data[T](t)
	for i := range data {
		data[i] = next()
	}
}
