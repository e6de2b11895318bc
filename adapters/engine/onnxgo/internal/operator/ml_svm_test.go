package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

var (
	svmRows   = []domain.Tensor{rows([]float32{1, 0}, []float32{0.5, -1}, []float32{-2, 1})}
	svmVector = reals("support_vectors", 1, 0, 0, 1, -1, -1)
	svmParams = reals("kernel_params", 0.5, 0.25, 2)
)

func regressorOf(kernel string, more ...Attribute) []Attribute {
	list := attrs(text("kernel_type", kernel), svmParams, svmVector, reals("coefficients", 1, -0.5, 2), whole("n_supports", 3), reals("rho", 0.125))
	return replaced(list, more...)
}

func pairOf(more ...Attribute) []Attribute {
	list := attrs(text("kernel_type", "RBF"), svmParams, svmVector, reals("coefficients", 1, 0.5, -1.5), list("vectors_per_class", 2, 1), reals("rho", -0.25), list("classlabels_ints", 3, 5))
	return replaced(list, more...)
}

func threeOf(more ...Attribute) []Attribute {
	list := attrs(text("kernel_type", "RBF"), svmParams, svmVector, reals("coefficients", 1, -0.5, -1.5, 0.5, 1, -0.25), list("vectors_per_class", 1, 1, 1),
		reals("rho", -0.25, 0.125, 0.5), words("classlabels_strings", "a", "b", "c"))
	return replaced(list, more...)
}

// The numbers are ONNX Runtime's.
func TestSupportVectorMachines(t *testing.T) {
	checkML(t, []mlExample{
		{"linear", "SVMRegressor", 1, regressorOf("LINEAR"), svmRows, tensors(rows([]float32{-0.875}, []float32{2.125}, []float32{-0.375}))},
		{"poly", "SVMRegressor", 1, regressorOf("POLY"), svmRows, tensors(rows([]float32{0.78125}, []float32{0.84375}, []float32{1.53125}))},
		{"rbf", "SVMRegressor", 1, regressorOf("RBF"), svmRows, tensors(rows([]float32{1.1052303}, []float32{1.24985}, []float32{0.2282403}))},
		{"sigmoid", "SVMRegressor", 1, regressorOf("SIGMOID"), svmRows, tensors(rows([]float32{0.1478523}, []float32{1.6338108}, []float32{0.4425745}))},
		{"one class", "SVMRegressor", 1, regressorOf("RBF", reals("coefficients", 1, -0.5, -2), whole("one_class", 1)), svmRows, tensors(rows([]float32{1}, []float32{-1}, []float32{-1}))},
		{"without vectors", "SVMRegressor", 1, attrs(reals("coefficients", 2, 1), reals("rho", 0.5), text("kernel_type", "RBF"), svmParams), tensors(tensorOf[int32](domain.Shape{1, 2}, 3, 4)), tensors(rows([]float32{10.5}))},
		{"a pair", "SVMClassifier", 1, pairOf(), svmRows,
			tensors(vector[int64](3, 5, 5), rows([]float32{-0.8108122, 0.8108122}, []float32{0.1420008, -0.1420008}, []float32{0.2987219, -0.2987219}))},
		{"a pair, logistic", "SVMClassifier", 1, pairOf(text("post_transform", "LOGISTIC")), svmRows,
			tensors(vector[int64](3, 5, 5), rows([]float32{0.3077174, 0.6922826}, []float32{0.5354407, 0.4645593}, []float32{0.57413, 0.42587}))},
		{"a pair, softmax", "SVMClassifier", 1, pairOf(text("post_transform", "SOFTMAX")), svmRows,
			tensors(vector[int64](3, 5, 5), rows([]float32{0.1891878, 0.8108122}, []float32{1.1420008, -0.1420008}, []float32{1.2987219, -0.2987219}))},
		{"a pair, probabilities", "SVMClassifier", 1, pairOf(reals("prob_a", -1.5), reals("prob_b", 0.25)), svmRows,
			tensors(vector[int64](3, 5, 5), rows([]float32{0.7243652, 0.2756349}, []float32{0.3847812, 0.6152188}, []float32{0.3322374, 0.6677626}))},
		{"three", "SVMClassifier", 1, threeOf(), svmRows,
			tensors(vector("a", "a", "b"), rows([]float32{0.5660603, 0.5018725, 0.8473582}, []float32{0.225545, -0.094348, 0.5382699}, []float32{-0.3109297, 0.0052415, 0.614814}))},
		{"three, probabilities", "SVMClassifier", 1, threeOf(reals("prob_a", -1.5, -1, -2), reals("prob_b", 0.25, 0, -0.125)), svmRows,
			tensors(vector("a", "a", "b"), rows([]float32{0.4993008, 0.344434, 0.1562651}, []float32{0.350532, 0.4313769, 0.2180912}, []float32{0.2469678, 0.5745298, 0.1785025}))},
		{"a score for each", "SVMClassifier", 1, attrs(reals("coefficients", 1, 0, 0.5, 1, -1, -1), reals("rho", 0.5), list("classlabels_ints", 3, 5, 9), text("post_transform", "SOFTMAX")), svmRows,
			tensors(vector[int64](3, 3, 9), rows([]float32{0.574097, 0.3482074, 0.0776956}, []float32{0.4373488, 0.1253025, 0.4373488}, []float32{0.035119, 0.2594965, 0.7053845}))},
		{"a score for each of two", "SVMClassifier", 1, attrs(reals("coefficients", 1, 0, -0.5, 1), reals("rho", -0.5), list("classlabels_ints", 3, 5)), svmRows,
			tensors(vector[int64](5, 3, 5), rows([]float32{0.5, -1}, []float32{0, -1.75}, []float32{-2.5, 1.5}))},
	})
}

func TestSupportVectorMachinesRefuse(t *testing.T) {
	for _, c := range []struct {
		opType string
		attrs  []Attribute
		kind   domain.Kind
		said   string
	}{
		{"SVMRegressor", regressorOf("COSINE"), domain.Unsupported, `kernel_type = "COSINE"`},
		{"SVMRegressor", regressorOf("RBF", reals("kernel_params", 1)), domain.Unsupported, "gamma, coef0 and degree"},
		{"SVMRegressor", regressorOf("RBF", text("post_transform", "LOGISTIC")), domain.Unsupported, "leaves it out"},
		{"SVMRegressor", regressorOf("RBF", reals("rho")), domain.Invalid, "0 values of rho"},
		{"SVMRegressor", regressorOf("RBF", whole("n_supports", 1<<60)), domain.Invalid, "3 coefficients"},
		{"SVMRegressor", regressorOf("RBF", whole("n_supports", -3)), domain.Invalid, "-3 support vectors"},
		{"SVMRegressor", regressorOf("RBF", whole("n_supports", 0)), domain.Invalid, "says that there are no vectors"},
		{"SVMRegressor", regressorOf("RBF", reals("support_vectors", 1, 2)), domain.Invalid, "2 values in 3 vectors"},
		{"SVMClassifier", pairOf(list("vectors_per_class", 2, 2)), domain.Invalid, "3 coefficients, expected 1 for each of 4"},
		{"SVMClassifier", pairOf(list("vectors_per_class", -1, 4)), domain.Invalid, "-1 support vectors of class 0"},
		{"SVMClassifier", pairOf(list("vectors_per_class", 3)), domain.Invalid, "1 vectors_per_class"},
		{"SVMClassifier", pairOf(reals("prob_a", 1)), domain.Invalid, "1 prob_a and 0 prob_b"},
		{"SVMClassifier", pairOf(reals("rho", 1, 2)), domain.Invalid, "2 rho"},
		{"SVMClassifier", pairOf(list("classlabels_ints", 1)), domain.Invalid, "1 class labels"},
		{"SVMClassifier", pairOf(list("classlabels_ints", make([]int64, mostClasses+1)...)), domain.Unsupported, "4096 classes"},
		{"SVMClassifier", pairOf(text("post_transform", "PROBIT")), domain.Unsupported, "two classes with one score"},
		{"SVMClassifier", attrs(reals("coefficients", 1, 2), reals("rho", 1, 2), list("classlabels_ints", 1, 2)), domain.Invalid, "2 values of rho"},
		{"SVMClassifier", pairOf(), domain.Invalid, "expected 2"},
	} {
		checkRefusedML(t, heavyNode(c.opType, 1, 1, c.attrs...), tensors(upTo(1, 3)), c.kind, c.said)
	}
}
