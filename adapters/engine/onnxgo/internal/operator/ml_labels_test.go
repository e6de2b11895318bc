package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestLabels(t *testing.T) {
	nan := float32(math.NaN())
	classes := attrs(words("classes_strings", "a", "b"))
	mapped := attrs(words("cats_strings", "a", "b"), list("cats_int64s", 10, 20), whole("default_int64", -5), text("default_string", "?"))
	floats := attrs(reals("keys_floats", 1.5, nan), list("values_int64s", 7, 8))
	texts := tensorOf(domain.Shape{3, 1}, "b", "z", "a")
	full := []Attribute{held("keys_tensor", vector[int16](1, 2)), held("values_tensor", vector("x", "y")), held("default_tensor", vector("none"))}
	checkML(t, []mlExample{
		{"texts", "LabelEncoder", 1, classes, tensors(texts), tensors(tensorOf[int64](domain.Shape{3, 1}, 1, -1, 0))},
		{"numbers", "LabelEncoder", 1, classes, tensors(vector[int64](1, 2, -1)), tensors(vector("b", "_Unused", "_Unused"))},
		{"NaN", "LabelEncoder", 2, floats, tensors(vector(nan, 1.5, 0)), tensors(vector[int64](8, 7, -1))},
		{"to floats", "LabelEncoder", 3, attrs(words("keys_strings", "a"), reals("values_floats", 0.5), decimal("default_float", 9)), tensors(texts), tensors(tensorOf[float32](domain.Shape{3, 1}, 9, 9, 0.5))},
		{"tensors", "LabelEncoder", 4, full, tensors(vector[int16](2, 3, 1)), tensors(vector("y", "none", "x"))},
		{"a tensor and a list", "LabelEncoder", 5, attrs(held("keys_tensor", vector(0.5)), list("values_int64s", 4), whole("default_int64", 6)), tensors(vector(0.5, 1)), tensors(vector[int64](4, 6))},
		{"without a default", "LabelEncoder", 4, attrs(list("keys_int64s", 1), held("values_tensor", vector[int32](3))), tensors(vector[int64](1, 2)), tensors(vector[int32](3, -1))},
		{"texts", "CategoryMapper", 1, mapped, tensors(texts), tensors(tensorOf[int64](domain.Shape{3, 1}, 20, -5, 10))},
		{"numbers", "CategoryMapper", 1, mapped, tensors(vector[int64](10, 11)), tensors(vector("a", "?"))},
		{"texts", "OneHotEncoder", 1, attrs(words("cats_strings", "a", "b")), tensors(texts), tensors(tensorOf[float32](domain.Shape{3, 1, 2}, 0, 1, 0, 0, 1, 0))},
		{"fractions", "OneHotEncoder", 1, attrs(list("cats_int64s", 0, 1)), tensors(vector(-0.5, 1.9, 2, math.NaN(), math.Inf(1), 1e30)),
			tensors(tensorOf[float32](domain.Shape{6, 2}, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0))},
		{"INT32", "OneHotEncoder", 1, attrs(list("cats_int64s", 5, 7), whole("zeros", 0)), tensors(vector[int32](7, 5)), tensors(rows([]float32{0, 1}, []float32{1, 0}))},
		{"rows", "ZipMap", 1, attrs(words("classlabels_strings", "a", "b")), tensors(rows([]float32{1, 2}, []float32{3, 4})), tensors(rows([]float32{1, 2}, []float32{3, 4}))},
		{"a row", "ZipMap", 1, attrs(list("classlabels_int64s", 1, 2)), tensors(vector[float32](1, 2)), tensors(rows([]float32{1, 2}))},
	})
}

func TestLabelsRefuse(t *testing.T) {
	texts := vector("a")
	for _, c := range []struct {
		opType string
		opset  int
		attrs  []Attribute
		x      domain.Tensor
		kind   domain.Kind
		said   string
	}{
		{"LabelEncoder", 1, attrs(words("classes_strings", "a", "a")), texts, domain.Invalid, "twice"},
		{"LabelEncoder", 1, attrs(words("classes_strings", "a")), upTo(1), domain.Unsupported, "INT32, which is not supported here, BYTES or INT64 is"},
		{"LabelEncoder", 2, attrs(list("keys_int64s", 1)), texts, domain.Unsupported, "no values"},
		{"LabelEncoder", 2, attrs(list("keys_int64s", 1), list("values_int64s", 1, 2)), texts, domain.Invalid, "as many keys as values"},
		{"LabelEncoder", 2, attrs(list("keys_int64s", 1, 1), list("values_int64s", 1, 2)), texts, domain.Unsupported, "twice"},
		{"LabelEncoder", 2, attrs(list("keys_int64s", 1), list("values_int64s", 1)), texts, domain.Unsupported, "BYTES"},
		{"LabelEncoder", 2, attrs(list("keys_int64s", 1), words("keys_strings", "a"), list("values_int64s", 1)), texts, domain.Unsupported, "beside another list of keys"},
		{"LabelEncoder", 2, attrs(held("keys_tensor", vector[int64](1)), list("values_int64s", 1)), texts, domain.Unsupported, "is not known to LabelEncoder in opset 2"},
		{"LabelEncoder", 4, attrs(held("keys_tensor", vector(true)), list("values_int64s", 1)), texts, domain.Unsupported, "no keys or no values of a datatype"},
		{"LabelEncoder", 4, attrs(list("keys_int64s", 1), list("values_int64s", 1), held("default_tensor", vector[int32](1))), texts, domain.Unsupported, "default_tensor"},
		{"CategoryMapper", 1, attrs(words("cats_strings", "a"), list("cats_int64s", 1, 2)), texts, domain.Invalid, "as many texts as numbers"},
		{"OneHotEncoder", 1, attrs(words("cats_strings", "a"), list("cats_int64s", 1)), texts, domain.Invalid, "either cats_strings or cats_int64s"},
		{"OneHotEncoder", 1, attrs(words("cats_strings", "a")), upTo(1), domain.Unsupported, "BYTES for categories that are texts"},
		{"OneHotEncoder", 1, attrs(list("cats_int64s", 1)), texts, domain.Unsupported, "BYTES"},
		{"OneHotEncoder", 1, attrs(list("cats_int64s", 1, 1)), texts, domain.Invalid, "twice"},
		{"ZipMap", 1, nil, upTo(1, 2), domain.Invalid, "no class labels"},
		{"ZipMap", 1, attrs(list("classlabels_int64s", 1, 2)), upTo(1, 2), domain.Unsupported, "INT32"},
		{"ZipMap", 1, attrs(list("classlabels_int64s", 1, 2)), rows([]float32{1, 2, 3}), domain.Invalid, "3 scores a row in its shape [1,3] for 2 class labels"},
		{"ZipMap", 1, attrs(list("classlabels_int64s", 1)), tensorOf[float32](domain.Shape{1, 1, 1}, 1), domain.Invalid, "[N,C]"},
		{"DictVectorizer", 1, nil, upTo(1), domain.Unsupported, "operator DictVectorizer of opset 1 is not supported"},
	} {
		checkRefusedML(t, heavyNode(c.opType, c.opset, 1, c.attrs...), tensors(c.x), c.kind, c.said)
	}
}

func TestStrictCategories(t *testing.T) {
	node := mlExample{opType: "OneHotEncoder", opset: 1, attrs: attrs(list("cats_int64s", 1, 2), whole("zeros", 0)), want: tensors(vector[float32]()), inputs: make([]domain.Tensor, 1)}.node()
	op := parsed[Operator](t, node)
	inputs := tensors(vector[int64](1, 3))
	_, err := op.Infer(valuesOf(inputs, 0))
	checkRefused(t, err, domain.Invalid, "input X: element 1 is of no category")
	checkRefused(t, op.(Checker).Check(inputs), domain.Invalid, "element 1")
	if err := op.(Checker).Check(tensors(vector[int64](2, 1))); err != nil {
		t.Error(err)
	}
}

// Rows of a table are computed one by one; those of a vector are its features.
func TestRowsOfMLOperators(t *testing.T) {
	for opType, shape := range map[string]domain.Shape{"Normalizer": {4, 2}, "TreeEnsembleRegressor": {4, 1}, "LinearClassifier": {4, 1}, "SVMRegressor": {4, 1}, "OneHotEncoder": {4, 2}} {
		op := parsed[Operator](t, minima[opType].node(opType, 1))
		x := []Value{{Datatype: domain.FP32, Shape: shape}}
		out, err := op.Infer(x)
		if err != nil || !KeepsRows(op, x, out, []bool{true}) {
			t.Errorf("%s does not keep rows: %v", opType, err)
		}
	}
	op := parsed[Operator](t, minima["Normalizer"].node("Normalizer", 1))
	x := []Value{{Datatype: domain.FP32, Shape: domain.Shape{4}}}
	if KeepsRows(op, x, x, []bool{true}) {
		t.Error("Normalizer takes a vector for rows")
	}
}
