package operator

import (
	"errors"
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// treeClassifier gives a label and a score for each class. Two classes have one
// score in most models: that of the leaves that say class 0, which in spite of
// that is the second class's.
type treeClassifier struct {
	trees
	labels   labels
	pair     bool // there are two classes and votes for class 0 only
	positive bool // no vote is negative
}

func parseTreeClassifier(node Node) (Operator, error) {
	a := attributesOf(node)
	list := a.treeList(node.Opset, "class_ids", "class")
	base, wide := a.reals("base_values", "base_values_as_tensor", node.Opset)
	c := &treeClassifier{labels: a.labels("classlabels_int64s")}
	c.positive = !slices.ContainsFunc(list.weights, func(w float64) bool { return w < 0 })
	transform := a.transform()
	if c.pair = c.labels.count() == 2 && !slices.Contains(list.targets, 1); c.pair {
		a.expectPair(transform)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	if err := c.settled(list, len(base)); err != nil {
		return nil, node.Unsupported(err.Error())
	}
	forest, err := list.forest(c.labels.count())
	if err == nil && !c.pair {
		err = checkBase(base, c.labels.count())
	}
	if err == nil {
		err = everyLeafVotes(forest)
	}
	if err != nil {
		return nil, node.Invalid(err.Error())
	}
	c.trees = newTrees(forest, wide || list.wide)
	c.base, c.transform = base, transform
	return c, nil
}

// settled refuses what means one thing to ONNX, and to ONNX Runtime something else
// or nothing.
func (c *treeClassifier) settled(list *treeList, base int) error {
	switch classes := c.labels.count(); {
	case classes < 2:
		return fmt.Errorf("has %d class labels, 2 at least are supported", classes)
	case classes > 2:
		return nil
	case !c.pair && slices.Contains(list.targets, 0):
		return errors.New("has weights for both of two classes, which is not supported: ONNX Runtime gives the label by the second score's sign alone")
	case !c.pair && base > 0, c.pair && base > 1:
		return fmt.Errorf("has %d base_values for two classes, which is not supported for votes for one of them", base)
	}
	return nil
}

func everyLeafVotes(f *kernels.Forest[float64]) error {
	for i, first := range f.Leaves[1:] {
		if first == f.Leaves[i] {
			return errors.New("has a leaf without a weight")
		}
	}
	return nil
}

// Infer returns the labels [N] and the scores [N,classes].
func (c *treeClassifier) Infer(inputs []Value) ([]Value, error) {
	x, err := c.table(inputs)
	if err != nil {
		return nil, err
	}
	return c.labels.outputs(x.rows, c.labels.count())
}

// Compile makes room for a few rows.
func (c *treeClassifier) Compile(inputs, _ []Value) (Run, error) {
	x, err := c.table(inputs)
	if err != nil {
		return nil, err
	}
	if c.inFP64(x) {
		return classification(c, c.forest, x), nil
	}
	return classification(c, c.narrow(), x), nil
}

func classification[T fraction](c *treeClassifier, forest *kernels.Forest[T], x table) Run {
	return eachRow(&c.trees, forest, x, func(out []domain.Tensor, row int, scores []T, voted []bool) {
		var class int
		switch {
		case c.pair:
			class = c.decide(addBase(c, scores[:1]))
			if score := scores[0]; c.positive && c.transform != kernels.LogisticTransform {
				kernels.Complement(scores, score)
			} else {
				kernels.Opposite(scores, score, c.transform == kernels.LogisticTransform)
			}
		case len(scores) == 2:
			class = c.decide(float64(scores[1]))
			kernels.TransformRow(c.transform, scores)
		default:
			addBase(c, scores)
			class = highestVoted(scores, voted, len(c.base) > 0)
			kernels.TransformRow(c.transform, scores)
		}
		c.labels.put(out[0], row, class)
		if z := second(out); !z.IsZero() {
			kernels.CopyColumns(floats(z)[row*len(scores):(row+1)*len(scores)], scores, len(scores), len(scores))
		}
	})
}

// addBase adds the base values, and returns the first score.
func addBase[T fraction](c *treeClassifier, scores []T) float64 {
	for i, b := range c.base {
		scores[i] += T(b)
	}
	return float64(scores[0])
}

// decide returns the one of two classes that a score is for: scores that are never
// negative are taken for probabilities.
func (c *treeClassifier) decide(score float64) int {
	if c.positive && score > 0.5 || !c.positive && score > 0 {
		return 1
	}
	return 0
}

// highestVoted returns the class of the highest score among those that anybody
// voted for, or among all of them.
func highestVoted[T fraction](scores []T, voted []bool, all bool) int {
	best := -1
	for i, s := range scores {
		if (all || voted[i]) && (best < 0 || s > scores[best]) {
			best = i
		}
	}
	return max(best, 0)
}
