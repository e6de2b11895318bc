package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestFeatures(t *testing.T) {
	nan := float32(math.NaN())
	x := rows([]float32{3, -4}, []float32{0, 0}, []float32{-1, -2})
	whole2 := tensorOf[int32](domain.Shape{1, 2}, 3, -4)
	columns := tensorOf[float32](domain.Shape{2, 1, 2}, 1, 2, 3, 4)
	checkML(t, []mlExample{
		{"each feature", "Scaler", 1, attrs(reals("offset", 1, -1), reals("scale", 2, 0.5)), tensors(x), tensors(rows([]float32{4, -1.5}, []float32{-2, 0.5}, []float32{-4, -0.5}))},
		{"all features", "Scaler", 1, attrs(reals("offset", 1), reals("scale", 2)), tensors(upTo(1, 1, 3)), tensors(tensorOf[float32](domain.Shape{1, 1, 3}, 0, 2, 4))},
		{"a vector", "Scaler", 1, attrs(reals("offset", 1, 2), reals("scale", 2, 3)), tensors(vector[int64](1, 3)), tensors(vector[float32](0, 3))},
		{"max", "Normalizer", 1, nil, tensors(x), tensors(rows([]float32{1, -4. / 3}, []float32{0, 0}, []float32{1, 2}))},
		{"L1", "Normalizer", 1, attrs(text("norm", "L1")), tensors(x), tensors(rows([]float32{3. / 7, -4. / 7}, []float32{0, 0}, []float32{-1. / 3, -2. / 3}))},
		{"L2", "Normalizer", 1, attrs(text("norm", "L2")), tensors(whole2), tensors(rows([]float32{0.6, -0.8}))},
		{"of FP64", "Normalizer", 1, attrs(text("norm", "L2")), tensors(vector(3e200, -4e200)), tensors(vector[float32](0.6, -0.8))},
		{"with infinity", "Normalizer", 1, attrs(text("norm", "L1")), tensors(vector(3, math.Inf(-1))), tensors(vector[float32](0, nan))},
		{"of little", "Normalizer", 1, attrs(text("norm", "L2")), tensors(vector(3e-155, -4e-155)), tensors(vector[float32](0.6, -0.8))},
		{"NaN", "Imputer", 1, attrs(reals("imputed_value_floats", 7, 8), decimal("replaced_value_float", nan)), tensors(rows([]float32{nan, 2}, []float32{1, nan})), tensors(rows([]float32{7, 2}, []float32{1, 8}))},
		{"zero", "Imputer", 1, attrs(reals("imputed_value_floats", 7)), tensors(tensorOf(domain.Shape{1, 1, 3}, 0, 1, math.NaN())), tensors(tensorOf(domain.Shape{1, 1, 3}, 7, 1, math.NaN()))},
		{"integers", "Imputer", 1, attrs(list("imputed_value_int64s", 7, 8), whole("replaced_value_int64", 3)), tensors(whole2), tensors(tensorOf[int32](domain.Shape{1, 2}, 7, -4))},
		{"FP32", "Binarizer", 1, attrs(decimal("threshold", 0.5)), tensors(tensorOf(domain.Shape{1, 2, 2}, 0.5, 0.6, nan, -1)), tensors(tensorOf[float32](domain.Shape{1, 2, 2}, 0, 1, 0, 0))},
		{"INT64", "Binarizer", 1, attrs(decimal("threshold", -0.5)), tensors(vector[int64](-1, 0, 1)), tensors(vector[int64](0, 1, 1))},
		{"as they are", "FeatureVectorizer", 1, nil, tensors(tensorOf[int64](domain.Shape{2, 1}, 5, 6), columns), tensors(rows([]float32{5, 1, 2}, []float32{6, 3, 4}))},
		{"fewer and more", "FeatureVectorizer", 1, attrs(list("inputdimensions", 3, 1)), tensors(tensorOf(domain.Shape{2, 1}, 5.0, 6), columns), tensors(rows([]float32{5, 0, 0, 1}, []float32{6, 0, 0, 3}))},
		{"vectors", "FeatureVectorizer", 1, nil, tensors(vector[int32](1, 2), vector[float32](3)), tensors(rows([]float32{1, 2, 3}))},
		{"columns", "ArrayFeatureExtractor", 1, nil, tensors(columns, vector[int64](1, 1, 0)), tensors(tensorOf[float32](domain.Shape{2, 1, 3}, 2, 2, 1, 4, 4, 3))},
		{"of a vector", "ArrayFeatureExtractor", 1, nil, tensors(vector("a", "b", "c"), tensorOf[int64](domain.Shape{2, 1}, 2, 0)), tensors(tensorOf(domain.Shape{1, 2}, "c", "a"))},
	})
}

func TestFeaturesRefuse(t *testing.T) {
	x := upTo(2, 3)
	for _, c := range []struct {
		opType string
		attrs  []Attribute
		inputs []domain.Tensor
		kind   domain.Kind
		said   string
	}{
		{"Scaler", attrs(reals("offset", 1, 2), reals("scale", 1, 2)), tensors(x), domain.Invalid, "2 values for the 3 features"},
		{"Scaler", attrs(reals("offset", 1), reals("scale", 1, 2)), tensors(x), domain.Invalid, "as many values"},
		{"Scaler", attrs(reals("offset", 1), reals("scale", 1)), tensors(vector("a")), domain.Unsupported, "BYTES"},
		{"Normalizer", attrs(text("norm", "L3")), tensors(x), domain.Unsupported, `norm = "L3"`},
		{"Normalizer", nil, tensors(upTo(1, 1, 1)), domain.Invalid, "[N,F]"},
		{"Imputer", nil, tensors(x), domain.Invalid, "either imputed_value_floats or"},
		{"Imputer", attrs(reals("imputed_value_floats", 1)), tensors(x), domain.Invalid, "INT32, for which there are no"},
		{"Imputer", attrs(list("imputed_value_int64s", 1<<40)), tensors(x), domain.Unsupported, "do not fit"},
		{"Imputer", attrs(list("imputed_value_int64s", 1, 2)), tensors(x), domain.Invalid, "2 values for the 3"},
		{"Binarizer", attrs(decimal("threshold", infinity())), tensors(x), domain.Unsupported, "threshold is +Inf"},
		{"FeatureVectorizer", attrs(list("inputdimensions", 1, 2)), tensors(x), domain.Invalid, "as many inputdimensions"},
		{"FeatureVectorizer", attrs(list("inputdimensions", -1)), tensors(x), domain.Unsupported, "inputdimensions"},
		{"FeatureVectorizer", nil, tensors(x, upTo(3, 3)), domain.Invalid, "2 and 3 rows"},
		{"FeatureVectorizer", nil, tensors(tensorOf(domain.Shape{}, 1.0)), domain.Invalid, "[N,F]"},
		{"ArrayFeatureExtractor", nil, tensors(x, vector[int32](1)), domain.Unsupported, "INT32"},
		{"ArrayFeatureExtractor", nil, tensors(x, vector[int64]()), domain.Invalid, "one position at least"},
		{"ArrayFeatureExtractor", nil, tensors(vector(true), vector[int64](0)), domain.Unsupported, "BOOL"},
	} {
		checkRefusedML(t, heavyNode(c.opType, 1, len(c.inputs), c.attrs...), c.inputs, c.kind, c.said)
	}
}

// Positions are checked while compiling if they are known, and else before a run.
func TestPositionsOutOfRange(t *testing.T) {
	node := mlExample{opType: "ArrayFeatureExtractor", opset: 1, want: tensors(vector[int64]()), inputs: make([]domain.Tensor, 2)}.node()
	op := parsed[Operator](t, node)
	for _, position := range []int64{3, -1} {
		inputs := tensors(upTo(2, 3), vector(0, position))
		_, err := op.Infer(valuesOf(inputs, 1))
		checkRefused(t, err, domain.Invalid, "input Y: element 1 is", "3 positions")
		checkRefused(t, op.(Checker).Check(inputs), domain.Invalid, "input Y: element 1 is")
	}
	if err := op.(Checker).Check(tensors(upTo(2, 3), vector[int64](2, 0))); err != nil {
		t.Error(err)
	}
}
