package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// The operators of ai.onnx.ml. Where ONNX says little about them, such as what
// becomes of a single score for two classes, they do as ONNX Runtime does. What
// that leaves to chance is refused.
var mlFamily = map[string][]definition{
	"LinearRegressor":        {unary(1, parseLinearRegressor)},
	"LinearClassifier":       {classifier(1, parseLinearClassifier)},
	"SVMRegressor":           {unary(1, parseSVMRegressor)},
	"SVMClassifier":          {classifier(1, parseSVMClassifier)},
	"TreeEnsembleRegressor":  {unary(1, parseTreeRegressor)},
	"TreeEnsembleClassifier": {classifier(1, parseTreeClassifier)},
	"TreeEnsemble":           {unary(5, parseTreeEnsemble)},
	"Scaler":                 {unary(1, parseScaler)},
	"Normalizer":             {unary(1, parseNormalizer)},
	"Imputer":                {unary(1, parseImputer)},
	"Binarizer":              {unary(1, parseBinarizer)},
	"FeatureVectorizer":      {{since: 1, inputs: arity{1, variadic}, outputs: arity{1, 1}, parse: parseFeatureVectorizer}},
	"ArrayFeatureExtractor":  {{since: 1, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseArrayFeatureExtractor}},
	"LabelEncoder":           {unary(1, parseClassNumbers), unary(2, parseLabelEncoder)},
	"CategoryMapper":         {unary(1, parseCategoryMapper)},
	"OneHotEncoder":          {unary(1, parseOneHotEncoder)},
	"ZipMap":                 {unary(1, parseZipMap)},
}

// classifier is the definition of an operator that gives labels and scores.
func classifier(since int, parse func(Node) (Operator, error)) definition {
	return definition{since: since, inputs: arity{1, 1}, outputs: arity{1, 2}, parse: parse}
}

func (a *attributes) wholes(name string) []int64 {
	attribute, _ := a.find(name, IntsAttribute)
	return attribute.Ints
}

func (a *attributes) decimals(name string) []float32 {
	attribute, _ := a.find(name, FloatsAttribute)
	return attribute.Floats
}

func (a *attributes) texts(name string) []string {
	attribute, _ := a.find(name, StringsAttribute)
	return attribute.Texts
}

// transforms are the values of the attribute post_transform.
var transforms = map[string]kernels.Transform{
	"NONE": kernels.NoTransform, "SOFTMAX": kernels.SoftmaxTransform, "LOGISTIC": kernels.LogisticTransform,
	"SOFTMAX_ZERO": kernels.SoftmaxZeroTransform, "PROBIT": kernels.ProbitTransform,
}

func (a *attributes) transform() kernels.Transform {
	transform, ok := transforms[a.text("post_transform", "NONE")]
	a.expect(ok, "post_transform", "is not NONE, SOFTMAX, LOGISTIC, SOFTMAX_ZERO or PROBIT")
	return transform
}

// expectOneScore refuses what ONNX Runtime leaves undone for a single score,
// although ONNX has it.
func (a *attributes) expectOneScore(transform kernels.Transform) {
	ok := transform == kernels.NoTransform || transform == kernels.ProbitTransform
	a.expect(ok, "post_transform", "is not supported for one target, for which ONNX Runtime leaves it out")
}

// expectPair refuses what ONNX Runtime leaves half written.
func (a *attributes) expectPair(transform kernels.Transform) {
	a.expect(transform != kernels.ProbitTransform, "post_transform", "is not supported for two classes with one score")
}

// labels are the names of a classifier's classes: numbers or texts.
type labels struct {
	numbers []int64
	texts   []string
}

// labels reads both kinds, of which a model has one.
func (a *attributes) labels(numbers string) labels {
	l := labels{a.wholes(numbers), a.texts("classlabels_strings")}
	a.expect(l.numbers == nil || l.texts == nil, "classlabels_strings", "is there beside "+numbers)
	return l
}

func (l labels) count() int { return len(l.numbers) + len(l.texts) }

// outputs are a classifier's: labels, and scores in FP32.
func (l labels) outputs(rows, scores int) ([]Value, error) {
	datatype := domain.INT64
	if len(l.texts) > 0 {
		datatype = domain.BYTES
	}
	z := domain.Shape{rows, scores}
	if err := checkShape(z); err != nil {
		return nil, domain.Errorf(domain.KindOf(err), "output: %w", err)
	}
	return []Value{{Datatype: datatype, Shape: domain.Shape{rows}}, {Datatype: domain.FP32, Shape: z}}, nil
}

// put writes the label of a class, if anybody reads it.
func (l labels) put(out domain.Tensor, row, class int) {
	switch {
	case out.IsZero():
	case len(l.texts) > 0:
		dataOf[string](out)[row] = l.texts[class]
	default:
		dataOf[int64](out)[row] = l.numbers[class]
	}
}

// rowOf returns a row of an output, or, if nobody reads the output, room for it.
func rowOf(out domain.Tensor, row int, room []float32) []float32 {
	if out.IsZero() {
		return room
	}
	return floats(out)[row*len(room):][:len(room)]
}
