package serving

import (
	"context"
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// Vector is a test of a model: inputs and the outputs that they gave where the
// model was trained, both in the signature's order.
type Vector struct {
	Name    string
	Inputs  []domain.Tensor
	Outputs []domain.Tensor
}

// Result is how far a model's answer to a Vector was from the expected one.
type Result struct {
	Vector  string
	Passed  bool
	MaxAbs  float64 // largest absolute difference
	MaxRel  float64 // largest difference relative to max(1, |expected|)
	Worst   string  // where MaxRel is, such as "logits[3,7]"
	Err     error   // why there is no answer to compare; nil otherwise
	Outputs []domain.Tensor
}

// Verify runs the model's test vectors and makes it ready if all of them pass.
// It returns a result for each vector, and an error if one did not pass: of kind
// Invalid for a wrong answer (the model is not what its vectors say), else the
// error that stopped it.
func (m *Model) Verify(ctx context.Context) ([]Result, error) {
	results := make([]Result, 0, len(m.options.Vectors))
	for _, vector := range m.options.Vectors {
		if err := domain.FromContext(ctx, "verifying the model"); err != nil {
			return results, err
		}
		results = append(results, m.verify(ctx, vector))
	}
	m.noteSelfTest(results)
	if err := failure(results, m.options.Tolerance); err != nil {
		m.readiness.set(stateUnverified, err.Error())
		return results, err
	}
	m.readiness.set(stateReady, "")
	return results, nil
}

func failure(results []Result, tolerance float64) error {
	for _, r := range results {
		switch {
		case r.Err != nil:
			return domain.Errorf(domain.KindOf(r.Err), "test vector %s could not be run: %w", r.Vector, r.Err)
		case !r.Passed:
			return &domain.Error{
				Kind: domain.Invalid, Field: r.Worst,
				Msg:      fmt.Sprintf("test vector %s does not match: the answer is off by %.3g where %.3g is allowed", r.Vector, r.MaxRel, tolerance),
				Expected: fmt.Sprintf("a difference of at most %g", tolerance), Got: fmt.Sprintf("a difference of %g", r.MaxRel),
				Hint: "the model file and its test vectors do not belong together, or the engine computes one of its operators wrongly",
			}
		}
	}
	return nil
}

func (m *Model) verify(ctx context.Context, vector Vector) Result {
	result := Result{Vector: vector.Name}
	if err := m.signature.CheckInputs(vector.Inputs); err != nil {
		result.Err = err
		return result
	}
	result.Outputs, result.Err = m.guarded(ctx, vector.Inputs)
	if result.Err != nil {
		return result
	}
	compared := Compare(m.signature, result.Outputs, vector.Outputs)
	compared.Vector, compared.Outputs = result.Vector, result.Outputs
	compared.Passed = compared.Err == nil && compared.MaxRel <= m.options.Tolerance
	return compared
}

// Compare returns how far outputs are from expected ones, both in the signature's
// order. What cannot be compared, as it is of another number, datatype or shape, is
// the Result's Err. Whether the difference is small enough is for the caller to say.
func Compare(signature domain.Signature, got, want []domain.Tensor) Result {
	var result Result
	if len(want) != len(got) || len(got) != len(signature.Outputs) {
		result.Err = domain.Errorf(domain.Invalid, "it has %d outputs, the model %d", len(want), len(got))
		return result
	}
	for i := range want {
		if result.Err = result.compare(signature.Outputs[i].Name, got[i], want[i]); result.Err != nil {
			return result
		}
	}
	return result
}

// compare notes the largest difference of two tensors.
func (r *Result) compare(name string, got, want domain.Tensor) error {
	if got.Datatype() != want.Datatype() || !got.Shape().Equal(want.Shape()) {
		return domain.Errorf(domain.Invalid, "output %s is %v %v, the vector has %v %v", name, got.Datatype(), got.Shape(), want.Datatype(), want.Shape())
	}
	for i := range got.Len() {
		abs, rel := difference(got, want, i)
		r.MaxAbs = max(r.MaxAbs, abs)
		if rel > r.MaxRel || (rel == 0 && r.Worst == "") {
			r.MaxRel, r.Worst = rel, name+indexOf(got.Shape(), i).String()
		}
	}
	return nil
}

// difference compares one element. Numbers that are the same, or both NaN, do
// not differ; one that is NaN or infinite where the other is not differs
// infinitely, and so do elements that are not numbers.
func difference(got, want domain.Tensor, i int) (abs, rel float64) {
	g, numeric := domain.Number(got, i)
	w, _ := domain.Number(want, i)
	switch {
	case !numeric:
		return differentText(got, want, i)
	case g == w || (math.IsNaN(g) && math.IsNaN(w)):
		return 0, 0
	}
	abs = math.Abs(g - w)
	if math.IsNaN(abs) || math.IsInf(w, 0) {
		return math.Inf(1), math.Inf(1)
	}
	return abs, abs / max(1, math.Abs(w))
}

func differentText(got, want domain.Tensor, i int) (abs, rel float64) {
	g, _ := domain.Data[string](got)
	w, _ := domain.Data[string](want)
	if g[i] == w[i] {
		return 0, 0
	}
	return math.Inf(1), math.Inf(1)
}

// indexOf returns the position of element i on each axis.
func indexOf(shape domain.Shape, i int) domain.Shape {
	index := make(domain.Shape, len(shape))
	for axis := len(shape) - 1; axis >= 0; axis-- {
		index[axis] = i % shape[axis]
		i /= shape[axis]
	}
	return index
}
