package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestReduceMeanAgainstONNXRuntime(t *testing.T) {
	checkGolden(t, []golden{
		{"all", "ReduceMean", 7, attrs(), shapes{{2, 3}},
			domain.Shape{1, 1}, []float32{0.375}},
		{"axes", "ReduceMean", 13, attrs(list("axes", 1, -1), whole("keepdims", 0)), shapes{{2, 3, 2}},
			domain.Shape{2}, []float32{0.375, -0.5}},
		{"picture", "ReduceMean", 11, attrs(list("axes", 2, 3)), shapes{{1, 2, 2, 2}},
			domain.Shape{1, 2, 1, 1}, []float32{0.25, -0.0625}},
		{"outer", "ReduceMean", 7, attrs(list("axes", 0), whole("keepdims", 0)), shapes{{3, 2}},
			domain.Shape{2}, []float32{-0.5, 1.25}},
		{"without an input", "ReduceMean", 18, attrs(whole("keepdims", 0)), shapes{{2, 2}},
			domain.Shape{}, []float32{0.25}},
		{"none", "ReduceMean", 18, attrs(whole("noop_with_empty_axes", 1)), shapes{{2, 2}},
			domain.Shape{2, 2}, []float32{-0.75, 1, -0.5, 1.25}},
	})
}

func TestReduceMeanOfInputAxes(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 2}, 1, 2, 3, 6)
	checkExamples(t, []example{
		{"axes", "ReduceMean", 18, nil, tensors(x, vector[int64](-1)), tensorOf[float32](domain.Shape{2, 1}, 1.5, 4.5)},
		{"empty axes are all", "ReduceMean", 18, nil, tensors(x, vector[int64]()), tensorOf[float32](domain.Shape{1, 1}, 3)},
		{"or none", "ReduceMean", 21, attrs(whole("noop_with_empty_axes", 1)), tensors(x, vector[int64]()), x},
		{"FP64", "ReduceMean", 18, attrs(whole("keepdims", 0)), tensors(vector(1.0, 2)), tensorOf(domain.Shape{}, 1.5)},
		{"a scalar", "ReduceMean", 13, nil, tensors(tensorOf[float32](domain.Shape{}, 7)), tensorOf[float32](domain.Shape{}, 7)},
		{"nothing to average", "ReduceMean", 18, nil, tensors(tensorOf[float32](domain.Shape{0, 3}), vector[int64](1)), tensorOf[float32](domain.Shape{0, 1})},
	})
}

func TestReduceMeanRefuses(t *testing.T) {
	x := tensorOf[float32](domain.Shape{2, 2}, 1, 2, 3, 6)
	for _, c := range []struct {
		node   Node
		inputs []Value
		kind   domain.Kind
		said   string
	}{
		{heavyNode("ReduceMean", 13, 1), inputsOf(vector[int16](1)), domain.Unsupported, "INT16"},
		{heavyNode("ReduceMean", 13, 1, list("axes", 2)), inputsOf(x), domain.Invalid, "axis 2 is not one of 2"},
		{heavyNode("ReduceMean", 13, 1, list("axes", 0, -2)), inputsOf(x), domain.Invalid, "axis -2 is named twice"},
		{heavyNode("ReduceMean", 18, 2), inputsOf(x, vector[int64](1)), domain.Unsupported, "input axes is computed"},
		{heavyNode("ReduceMean", 18, 2), valuesOf(tensors(x, vector[float32](1)), 1), domain.Invalid, "input axes has datatype FP32"},
		{heavyNode("ReduceMean", 13, 1), inputsOf(tensorOf[float32](domain.Shape{0, 3})), domain.Invalid, "input data has shape [0,3]"},
	} {
		_, err := parsed[Operator](t, c.node).Infer(c.inputs)
		checkRefused(t, err, c.kind, c.said)
	}
}

// A picture of a batch is averaged as if it stood alone.
func TestMeansOfABatchAreThoseOfItsPictures(t *testing.T) {
	op := parsed[Operator](t, heavyNode("ReduceMean", 13, 1, list("axes", 2, 3)))
	batch := ramp(t, 1, domain.Shape{3, 2, 4, 5})
	together := floats(compute(t, op, tensors(batch), 1))
	for picture := range 3 {
		one := tensorOf(domain.Shape{1, 2, 4, 5}, floats(batch)[picture*40:(picture+1)*40]...)
		alone := floats(compute(t, op, tensors(one), 1))
		if alone[0] != together[2*picture] || alone[1] != together[2*picture+1] {
			t.Errorf("picture %d: %v alone, %v in the batch", picture, alone, together[2*picture:2*picture+2])
		}
	}
}
