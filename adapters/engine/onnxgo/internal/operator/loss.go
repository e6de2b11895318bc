package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// lossFamily are the operators that tell how wrong scores are, and the rest of
// linear algebra.
var lossFamily = map[string][]definition{
	"NegativeLogLikelihoodLoss": {{since: 12, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseLoss(false)}},
	"SoftmaxCrossEntropyLoss":   {{since: 12, inputs: arity{2, 3}, outputs: arity{1, 2}, parse: parseLoss(true)}},
	"Det":                       {unary(11, parseDeterminant)},
	"LpPool":                    {unary(2, parsePowerPool)},
	"GlobalLpPool":              {unary(2, parseGlobalPowerPool)},
	"Unique":                    {{since: 11, inputs: arity{1, 1}, outputs: arity{1, 4}, parse: parseUnique}},
}

// loss is how unlikely scores [N,C,...] make the targets [N,...], with weights [C].
// Cross entropy makes logarithms of probabilities of the scores first, and gives
// them as a second output.
type loss struct {
	reduction    string
	crossEntropy bool
	ignores      bool
	ignored      int
}

func parseLoss(crossEntropy bool) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		l := loss{reduction: a.text("reduction", "mean"), crossEntropy: crossEntropy, ignores: a.has("ignore_index")}
		l.ignored = a.int("ignore_index", 0)
		a.expect(l.reduction == "none" || l.reduction == "sum" || l.reduction == "mean", "reduction", "is none of none, sum and mean")
		return l, a.done()
	}
}

// Infer returns the loss, of each target or of all, and the shape of the scores.
func (l loss) Infer(inputs []Value) ([]Value, error) {
	scores, err := realOperand(inputs, 0, "scores")
	if err != nil {
		return nil, err
	}
	if len(scores.Shape) < 2 {
		return nil, misshapen("scores", scores.Shape, "[N,C,...]")
	}
	targets, err := present(inputs, 1, "target")
	if err != nil {
		return nil, err
	}
	if targets.Datatype != domain.INT32 && targets.Datatype != domain.INT64 {
		return nil, domain.Errorf(domain.Invalid, "input target has datatype %v, expected INT64 or INT32", targets.Datatype)
	}
	want := append(domain.Shape{scores.Shape[0]}, scores.Shape[2:]...)
	if !targets.Shape.Equal(want) {
		return nil, misshapen("target", targets.Shape, want.String())
	}
	if err := checkWeights(inputs, scores); err != nil {
		return nil, err
	}
	if targets.Known() {
		if err := l.checkTargets(targets.Const, scores.Shape[1]); err != nil {
			return nil, err
		}
	}
	result := Value{Datatype: scores.Datatype, Shape: domain.Shape{}}
	if l.reduction == "none" {
		result.Shape = targets.Shape
	}
	return []Value{result, scores.described()}, nil
}

func checkWeights(inputs []Value, scores Value) error {
	weights, given := optional(inputs, 2)
	if !given {
		return nil
	}
	if weights.Datatype != scores.Datatype {
		return wrongDatatype("weight", weights.Datatype, "that of the scores, "+scores.Datatype.String()+",")
	}
	if want := (domain.Shape{scores.Shape[1]}); !weights.Shape.Equal(want) {
		return misshapen("weight", weights.Shape, want.String())
	}
	return nil
}

// Check refuses targets that are no class.
func (l loss) Check(inputs []domain.Tensor) error {
	return l.checkTargets(inputs[1], inputs[0].Shape()[1])
}

func (l loss) checkTargets(targets domain.Tensor, classes int) error {
	for i, target := range dataOf[int64](targets) {
		if err := l.checkTarget(i, int(target), classes); err != nil {
			return err
		}
	}
	for i, target := range dataOf[int32](targets) {
		if err := l.checkTarget(i, int(target), classes); err != nil {
			return err
		}
	}
	return nil
}

func (l loss) checkTarget(i, target, classes int) error {
	if target >= 0 && target < classes || l.ignores && target == l.ignored {
		return nil
	}
	return domain.Errorf(domain.Invalid, "input target: element %d is %d, which is not one of %d classes", i, target, classes)
}

// Compile returns the computation in the scores' datatype.
func (l loss) Compile(inputs, _ []Value) (Run, error) {
	n := product(inputs[1].Shape)
	if inputs[1].Datatype == domain.INT64 {
		n = 0
	}
	if err := fitsScratch(n); err != nil {
		return nil, err
	}
	targets := make([]int64, n)
	if inputs[0].Datatype == domain.FP64 {
		return lossIn[float64](l, inputs[0].Shape, targets), nil
	}
	return lossIn[float32](l, inputs[0].Shape, targets), nil
}

// lossIn computes with targets of INT64, or converts them.
func lossIn[T realNumber](l loss, shape domain.Shape, converted []int64) Run {
	inner := product(shape[2:])
	plain := kernels.Loss[T]{Classes: shape[1], Inner: inner, Ignores: l.ignores, Ignored: int64(l.ignored), Normalizes: l.crossEntropy}
	return func(in, out []domain.Tensor) {
		compute, scores, targets := plain, dataOf[T](in[0]), dataOf[int64](in[1])
		if in[1].Datatype() == domain.INT32 {
			kernels.Convert(converted, dataOf[int32](in[1]))
			targets = converted
		}
		if len(in) > 2 {
			compute.Weights = dataOf[T](in[2])
		}
		if l.crossEntropy && len(out) > 1 && !out[1].IsZero() {
			kernels.Softmax(dataOf[T](out[1]), scores, compute.Classes, inner, true)
		}
		if l.reduction == "none" {
			compute.Run(dataOf[T](out[0]), scores, targets)
			return
		}
		sum, weight := compute.Run(nil, scores, targets)
		if l.reduction == "mean" {
			sum /= weight
		}
		for i := range dataOf[T](out[0]) {
			dataOf[T](out[0])[i] = T(sum)
		}
	}
}
