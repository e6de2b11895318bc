package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// linear computes a score of each row of features for each of its own rows of
// coefficients. With labels it is a classifier, whose first output is the label of
// the highest score.
type linear struct {
	coefficients []float32
	intercepts   []float32 // one a row of coefficients, or none
	targets      int
	labels       labels
	transform    kernels.Transform
	regressor    bool
}

func parseLinearRegressor(node Node) (Operator, error) {
	a := attributesOf(node)
	l := &linear{regressor: true, targets: a.int("targets", 1), coefficients: a.decimals("coefficients"), intercepts: a.decimals("intercepts"), transform: a.transform()}
	if l.targets == 1 {
		a.expectOneScore(l.transform)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	return l, l.check(node)
}

func parseLinearClassifier(node Node) (Operator, error) {
	a := attributesOf(node)
	l := &linear{coefficients: a.decimals("coefficients"), intercepts: a.decimals("intercepts"), labels: a.labels("classlabels_ints"), transform: a.transform()}
	a.bool("multi_class", false) // how it was trained: one against the rest, or all at once
	l.targets = max(len(l.intercepts), 1)
	if len(l.intercepts) == 0 && l.labels.count() > 0 {
		l.targets = l.labels.count()
	}
	if l.targets == 1 {
		a.expectPair(l.transform)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	if n := l.labels.count(); n != max(l.targets, 2) {
		return nil, node.Invalid(fmt.Sprintf("has %d class labels for %d rows of coefficients", n, l.targets))
	}
	return l, l.check(node)
}

// check reports coefficients that are no rows.
func (l *linear) check(node Node) error {
	n := len(l.coefficients)
	if l.targets < 1 || n == 0 || n%l.targets != 0 {
		return node.Invalid(fmt.Sprintf("has %d coefficients for %d targets", n, l.targets))
	}
	if len(l.intercepts) > 0 && len(l.intercepts) != l.targets {
		return node.Invalid(fmt.Sprintf("has %d intercepts for %d targets", len(l.intercepts), l.targets))
	}
	return nil
}

func (*linear) keepsRows(inputs, _ []Value, _ []bool) bool { return perRow(inputs) }

// pair reports whether there is one score for two classes.
func (l *linear) pair() bool { return !l.regressor && l.targets == 1 }

// Infer returns [N,targets] scores, with labels before it for a classifier.
func (l *linear) Infer(inputs []Value) ([]Value, error) {
	x, err := wideTableOf(inputs, len(l.coefficients)/l.targets)
	if err != nil {
		return nil, err
	}
	if l.regressor {
		return like(Value{Datatype: domain.FP32}, domain.Shape{x.rows, l.targets})
	}
	return l.labels.outputs(x.rows, l.labels.count())
}

// Compile makes room for a row.
func (l *linear) Compile(inputs, _ []Value) (Run, error) {
	x, err := tableOf(inputs)
	if err != nil {
		return nil, err
	}
	reader, scores := newRowReader[float32](x, x.features, 1), make([]float32, l.targets)
	room := make([]float32, max(l.targets, l.labels.count()))
	return func(in, out []domain.Tensor) {
		for i := range x.rows {
			row, _ := reader.read(in[0], i, 1)
			l.score(scores, row)
			if l.regressor {
				kernels.TransformRow(l.transform, scores)
				copy(rowOf(out[0], i, room), scores)
				continue
			}
			l.classify(scores, out, i, room)
		}
	}, nil
}

func (l *linear) score(scores, row []float32) {
	for t := range scores {
		sum := kernels.Dot(row, l.coefficients[t*len(row):])
		if len(l.intercepts) > 0 {
			sum += float64(l.intercepts[t])
		}
		scores[t] = float32(sum)
	}
}

// classify writes a row of a classifier's outputs.
func (l *linear) classify(scores []float32, out []domain.Tensor, i int, room []float32) {
	written := rowOf(second(out), i, room)
	switch {
	case !l.pair():
		l.labels.put(out[0], i, kernels.Highest(scores))
		kernels.TransformRow(l.transform, scores)
		copy(written, scores)
		return
	case l.transform == kernels.LogisticTransform:
		kernels.Opposite(written, scores[0], true)
	default:
		kernels.Complement(written, scores[0])
	}
	class := 0
	if scores[0] > 0 {
		class = 1
	}
	l.labels.put(out[0], i, class)
}

// second returns the second output, which may not be there.
func second(out []domain.Tensor) domain.Tensor {
	if len(out) < 2 {
		return domain.Tensor{}
	}
	return out[1]
}
