package conformance

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// The tolerance of ONNX's own runner of these cases, of which the absolute part is
// for outputs up to 1, and grows with the largest element beyond.
const relative, absolute = 1e-3, 1e-7

// relativeOf is the relative tolerance of a datatype. Half precision is computed as
// FP32 here, where ONNX's reference rounds after each operation: after some of them
// they differ by two units in the last place.
func relativeOf(datatype domain.Datatype) float64 {
	switch datatype {
	case domain.FP16:
		return 0x1p-9
	case domain.BF16:
		return 0x1p-6
	default:
		return relative
	}
}

// compare returns an error that tells the first difference of a tensor to the
// expected one.
func compare(got, expected domain.Tensor) error {
	if got.Datatype() != expected.Datatype() {
		return fmt.Errorf("datatype %v, expected %v", got.Datatype(), expected.Datatype())
	}
	if !got.Shape().Equal(expected.Shape()) {
		return fmt.Errorf("shape %v, expected %v", got.Shape(), expected.Shape())
	}
	largest := 1.0
	for i := range expected.Len() {
		if number, _ := domain.Number(expected, i); !math.IsInf(number, 0) && !math.IsNaN(number) {
			largest = max(largest, math.Abs(number))
		}
	}
	for i := range got.Len() {
		g, e := element(got, i), element(expected, i)
		if !close(g, e, absolute*largest, relativeOf(expected.Datatype())) {
			return fmt.Errorf("element %d is %v, expected %v", i, g, e)
		}
	}
	return nil
}

// element returns an element as a float64, or as what it is where a float64
// cannot hold it.
func element(t domain.Tensor, i int) any {
	if data, ok := domain.Data[string](t); ok {
		return data[i]
	}
	if data, ok := domain.Data[int64](t); ok {
		return data[i]
	}
	if data, ok := domain.Data[uint64](t); ok {
		return data[i]
	}
	if data, ok := domain.Data[bool](t); ok {
		return data[i]
	}
	number, _ := domain.Number(t, i)
	return number
}

func close(got, expected any, absolute, relative float64) bool {
	g, ok := got.(float64)
	if !ok {
		return got == expected
	}
	e := expected.(float64)
	if g == e || math.IsNaN(g) && math.IsNaN(e) {
		return true
	}
	return math.Abs(g-e) <= absolute+relative*math.Abs(e)
}
