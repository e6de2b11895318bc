package onnxfile_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

// TestRoundTrip writes and reads random tensors of every datatype.
func TestRoundTrip(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for datatype := domain.BOOL; datatype.Valid(); datatype++ {
		for range 50 {
			want := randomTensor(t, random, datatype)
			name, got, err := onnxfile.ReadTensor(onnxfile.WriteTensor("a name", want))
			if err != nil {
				t.Fatalf("%v %v: %v", datatype, want.Shape(), err)
			}
			if name != "a name" || got.Datatype() != datatype || !got.Shape().Equal(want.Shape()) || !sameBits(got, want) {
				t.Fatalf("%v %v came back as %q %v %v", datatype, want.Shape(), name, got.Datatype(), got.Shape())
			}
		}
	}
}

// randomTensor returns a tensor of up to four axes with any bits, NaNs among
// them.
func randomTensor(t *testing.T, random *rand.Rand, datatype domain.Datatype) domain.Tensor {
	t.Helper()
	shape := make(domain.Shape, random.IntN(5))
	for i := range shape {
		shape[i] = random.IntN(4)
	}
	n, err := shape.Elements()
	if err != nil {
		t.Fatal(err)
	}
	switch datatype {
	case domain.BOOL:
		return tensor(t, shape, filled(n, func() bool { return random.IntN(2) == 1 })...)
	case domain.UINT8:
		return tensor(t, shape, filled(n, func() uint8 { return uint8(random.Uint32()) })...)
	case domain.UINT16:
		return tensor(t, shape, filled(n, func() uint16 { return uint16(random.Uint32()) })...)
	case domain.UINT32:
		return tensor(t, shape, filled(n, random.Uint32)...)
	case domain.UINT64:
		return tensor(t, shape, filled(n, random.Uint64)...)
	case domain.INT8:
		return tensor(t, shape, filled(n, func() int8 { return int8(random.Uint32()) })...)
	case domain.INT16:
		return tensor(t, shape, filled(n, func() int16 { return int16(random.Uint32()) })...)
	case domain.INT32:
		return tensor(t, shape, filled(n, func() int32 { return int32(random.Uint32()) })...)
	case domain.INT64:
		return tensor(t, shape, filled(n, func() int64 { return int64(random.Uint64()) })...)
	case domain.FP16:
		return tensor(t, shape, filled(n, func() domain.Float16 { return domain.Float16(random.Uint32()) })...)
	case domain.BF16:
		return tensor(t, shape, filled(n, func() domain.BFloat16 { return domain.BFloat16(random.Uint32()) })...)
	case domain.FP32:
		return tensor(t, shape, filled(n, func() float32 { return math.Float32frombits(random.Uint32()) })...)
	case domain.FP64:
		return tensor(t, shape, filled(n, func() float64 { return math.Float64frombits(random.Uint64()) })...)
	default:
		return tensor(t, shape, filled(n, func() string { return "abc"[:random.IntN(4)] })...)
	}
}

func filled[T domain.Element](n int, next func() T) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = next()
	}
	return values
}

// TestForms reads repeated fields packed, one by one, and in several parts.
func TestForms(t *testing.T) {
	f := math.Float32bits
	shape := domain.Shape{3}
	for _, test := range []struct {
		name     string
		datatype uint64
		data     []byte
		want     domain.Tensor
	}{
		{"floats, packed", 1, message(4, fixed32Bytes(f(1), f(2), f(3))), tensor[float32](t, shape, 1, 2, 3)},
		{"floats, one by one", 1, join(fixed32(4, f(1)), fixed32(4, f(2)), fixed32(4, f(3))), tensor[float32](t, shape, 1, 2, 3)},
		{"floats, mixed", 1, join(message(4, fixed32Bytes(f(1))), fixed32(4, f(2)), message(4, fixed32Bytes(f(3)))), tensor[float32](t, shape, 1, 2, 3)},
		{"doubles, one by one", 11, join(fixed64(10, math.Float64bits(1)), fixed64(10, 0), fixed64(10, 0)), tensor[float64](t, shape, 1, 0, 0)},
		{"integers, packed", 7, message(7, varints(1, 2, math.MaxUint64)), tensor[int64](t, shape, 1, 2, -1)},
		{"integers, one by one", 6, join(varint(5, 1), varint(5, 2), varint(5, math.MaxUint64)), tensor[int32](t, shape, 1, 2, -1)},
		{"integers, in parts", 7, join(message(7, varints(1)), message(7, varints(2, 3))), tensor[int64](t, shape, 1, 2, 3)},
		{"unsigned", 13, message(11, varints(1, 2, math.MaxUint64)), tensor[uint64](t, shape, 1, 2, math.MaxUint64)},
		{"FP16 as bits", 10, message(5, varints(0x3c00, 0, 0xffff)), tensor[domain.Float16](t, shape, 0x3c00, 0, 0xffff)},
		{"fields in any order", 1, join(message(9, fixed32Bytes(f(1), f(2), f(3))), varint(14, 0)), tensor[float32](t, shape, 1, 2, 3)},
		{"an unknown field", 7, join(message(7, varints(1, 2, 3)), text(999, "new")), tensor[int64](t, shape, 1, 2, 3)},
	} {
		for form, dims := range map[string][]byte{"packed": message(1, varints(3)), "unpacked": varint(1, 3)} {
			_, got, err := onnxfile.ReadTensor(join(test.data, dims, varint(2, test.datatype)))
			if err != nil {
				t.Errorf("%s, shape %s: %v", test.name, form, err)
			} else if !sameBits(got, test.want) {
				t.Errorf("%s, shape %s: %v, expected %v", test.name, form, elements(got), elements(test.want))
			}
		}
	}
}

// fixed32Bytes returns numbers as a packed field holds them.
func fixed32Bytes(values ...uint32) (packed []byte) {
	for _, v := range values {
		packed = protowire.AppendFixed32(packed, v)
	}
	return packed
}

// TestBytesAreNotKept reads a tensor and then overwrites the file.
func TestBytesAreNotKept(t *testing.T) {
	for _, want := range []domain.Tensor{
		tensor[uint8](t, domain.Shape{3}, 1, 2, 3), tensor[float32](t, domain.Shape{1}, 1), tensor(t, domain.Shape{1}, "abc"),
	} {
		data := onnxfile.WriteTensor("name", want)
		name, got, err := onnxfile.ReadTensor(data)
		if err != nil {
			t.Fatal(err)
		}
		clear(data)
		if name != "name" || !sameBits(got, want) {
			t.Errorf("%v changed with the bytes it was read from", want.Datatype())
		}
	}
}
