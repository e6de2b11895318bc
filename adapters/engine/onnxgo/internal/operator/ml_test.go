package operator

import (
	"fmt"
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

// mlExample is a node of ai.onnx.ml, its inputs and its outputs.
type mlExample struct {
	name   string
	opType string
	opset  int
	attrs  []Attribute
	inputs []domain.Tensor
	want   []domain.Tensor
}

func (e mlExample) node() Node {
	node := heavyNode(e.opType, e.opset, len(e.inputs), e.attrs...)
	node.Domain, node.Outputs = mlDomain, nil
	for i := range e.want {
		node.Outputs = append(node.Outputs, fmt.Sprint("y", i))
	}
	return node
}

// checkML computes with all inputs known, and with none but the first unknown.
func checkML(t *testing.T, examples []mlExample) {
	t.Helper()
	for _, e := range examples {
		t.Run(e.opType+" "+e.name, func(t *testing.T) {
			for _, knownFrom := range []int{1, 0} {
				got, err := results(e.node(), e.inputs, knownFrom)
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range e.want {
					if !alike(got[i], want) {
						t.Fatalf("output %d is %s, want %s", i, contents(got[i]), contents(want))
					}
				}
			}
		})
	}
}

// alike reports whether tensors are alike but for rounding.
func alike(got, want domain.Tensor) bool {
	if got.Datatype() != want.Datatype() || !got.Shape().Equal(want.Shape()) {
		return false
	}
	for i := range want.Len() {
		g, number := domain.Number(got, i)
		w, _ := domain.Number(want, i)
		if !number {
			return contents(got) == contents(want)
		}
		if diff := math.Abs(g - w); !(diff <= 2e-6*(1+math.Abs(w))) && !(g != g && w != w) && g != w {
			return false
		}
	}
	return true
}

// replaced returns attributes with some in the place of others of their names, or
// after them.
func replaced(list []Attribute, by ...Attribute) []Attribute {
	for _, a := range by {
		list = append(without(list, a.Name), a)
	}
	return list
}

// checkRefusedML wants a node refused, or its inputs.
func checkRefusedML(t *testing.T, node Node, inputs []domain.Tensor, kind domain.Kind, said string) {
	t.Helper()
	node.Domain = mlDomain
	op, err := Parse(node)
	if err == nil {
		_, err = op.Infer(inputsOf(inputs...))
	}
	checkRefused(t, err, kind, said)
}

func rows(row ...[]float32) domain.Tensor {
	var all []float32
	for _, r := range row {
		all = append(all, r...)
	}
	return tensorOf(domain.Shape{len(row), len(row[0])}, all...)
}

// The numbers are ONNX Runtime's.
func TestLinearModels(t *testing.T) {
	x := rows([]float32{0, 0}, []float32{1, -2}, []float32{-1, 3})
	two := attrs(reals("coefficients", 1, 0.5, -1, 2), reals("intercepts", 0.25, -0.5))
	one := attrs(reals("coefficients", 0.5, -0.25), reals("intercepts", 0.1))
	checkML(t, []mlExample{
		{"two targets", "LinearRegressor", 1, append(two, whole("targets", 2)), tensors(x),
			tensors(rows([]float32{0.25, -0.5}, []float32{0.25, -5.5}, []float32{0.75, 6.5}))},
		{"a vector", "LinearRegressor", 1, attrs(reals("coefficients", 1, 0.5)), tensors(vector[float32](2, 4)), tensors(rows([]float32{4}))},
		{"integers", "LinearRegressor", 3, attrs(reals("coefficients", 1, 0.5)), tensors(tensorOf[int64](domain.Shape{1, 2}, 2, 3)), tensors(rows([]float32{3.5}))},
		{"softmax", "LinearClassifier", 1, append(two, list("classlabels_ints", 7, 9), text("post_transform", "SOFTMAX")), tensors(x),
			tensors(vector[int64](7, 7, 9), rows([]float32{0.67917866, 0.32082132}, []float32{0.9968273, 0.003172683}, []float32{0.0031726828, 0.9968273}))},
		{"logistic", "LinearClassifier", 1, append(two, words("classlabels_strings", "a", "b"), text("post_transform", "LOGISTIC")), tensors(x),
			tensors(vector("a", "a", "b"), rows([]float32{0.5621765, 0.37754068}, []float32{0.5621765, 0.004070138}, []float32{0.6791787, 0.9984988}))},
		{"one score for two", "LinearClassifier", 1, append(one, list("classlabels_ints", 7, 9)), tensors(x),
			tensors(vector[int64](9, 9, 7), rows([]float32{0.9, 0.1}, []float32{-0.1, 1.1}, []float32{2.15, -1.15}))},
		{"one score for two, logistic", "LinearClassifier", 1, append(one, list("classlabels_ints", 7, 9), text("post_transform", "LOGISTIC")), tensors(x),
			tensors(vector[int64](9, 9, 7), rows([]float32{0.47502083, 0.5249792}, []float32{0.24973989, 0.75026011}, []float32{0.7595109, 0.2404891}))},
		{"zeros stay", "LinearClassifier", 1, append(two, list("classlabels_ints", 7, 9), text("post_transform", "SOFTMAX_ZERO")), tensors(rows([]float32{-0.25, 0})),
			tensors(vector[int64](7), rows([]float32{0, 1}))},
		{"probit", "LinearClassifier", 1, append(two, list("classlabels_ints", 7, 9), text("post_transform", "PROBIT")), tensors(rows([]float32{0, 0.5})),
			tensors(vector[int64](7), rows([]float32{0, 0}))},
	})
}

func TestLinearModelsRefuse(t *testing.T) {
	x := rows([]float32{1, 2})
	one := attrs(reals("coefficients", 1, 2), reals("intercepts", 1))
	for _, c := range []struct {
		opType string
		attrs  []Attribute
		x      domain.Tensor
		kind   domain.Kind
		said   string
	}{
		{"LinearClassifier", one, x, domain.Invalid, "0 class labels for 1 rows"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2, 3)), x, domain.Invalid, "3 class labels"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2), words("classlabels_strings", "a", "b")), x, domain.Unsupported, "beside classlabels_ints"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2), text("post_transform", "PROBIT")), x, domain.Unsupported, "two classes with one score"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2), text("post_transform", "LOG")), x, domain.Unsupported, `post_transform = "LOG"`},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2)), vector(true), domain.Unsupported, "BOOL"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2)), upTo(1, 1, 2), domain.Invalid, "[N,F]"},
		{"LinearClassifier", append(one, list("classlabels_ints", 1, 2)), upTo(1, 3), domain.Invalid, "3 features in its shape [1,3], expected 2"},
		{"LinearRegressor", append(one, text("post_transform", "LOGISTIC")), x, domain.Unsupported, "one target"},
		{"LinearRegressor", append(one, whole("targets", 3)), x, domain.Invalid, "2 coefficients for 3 targets"},
		{"LinearRegressor", append(one, whole("targets", 2)), x, domain.Invalid, "1 intercepts for 2 targets"},
		{"LinearRegressor", append(one, whole("targets", 0)), x, domain.Invalid, "for 0 targets"},
	} {
		checkRefusedML(t, heavyNode(c.opType, 1, 1, c.attrs...), tensors(c.x), c.kind, c.said)
	}
}
