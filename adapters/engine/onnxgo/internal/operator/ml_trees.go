package operator

import (
	"fmt"
	"sync"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// trees is what all operators of decision trees have. They compute in FP64 if the
// input or a constant is of FP64, and in FP32 otherwise.
type trees struct {
	forest    *kernels.Forest[float64]
	narrow    func() *kernels.Forest[float32]
	wide      bool // a constant is of FP64
	features  int  // that rows have at least
	base      []float64
	gather    kernels.Gather
	transform kernels.Transform
}

func newTrees(forest *kernels.Forest[float64], wide bool) trees {
	t := trees{forest: forest, wide: wide, gather: kernels.SumOfVotes}
	t.narrow = sync.OnceValue(func() *kernels.Forest[float32] { return forestAs[float32](forest) })
	for _, b := range forest.Branches {
		t.features = max(t.features, int(b.Feature)+1)
	}
	return t
}

// forestAs returns a forest with numbers of another type. Those that came from
// that type are the same again.
func forestAs[T fraction](from *kernels.Forest[float64]) *kernels.Forest[T] {
	to := &kernels.Forest[T]{
		Roots: from.Roots, Leaves: from.Leaves, Targets: from.Targets, Plain: from.Plain,
		Branches: make([]kernels.Branch[T], len(from.Branches)), Votes: make([]kernels.Vote[T], len(from.Votes)), Members: make([]T, len(from.Members)),
	}
	for i, b := range from.Branches {
		to.Branches[i] = kernels.Branch[T]{
			Value: T(b.Value), Feature: b.Feature, Yes: b.Yes, No: b.No, First: b.First, Last: b.Last, Branching: b.Branching, Missing: b.Missing,
		}
	}
	for i, v := range from.Votes {
		to.Votes[i] = kernels.Vote[T]{Target: v.Target, Weight: T(v.Weight)}
	}
	for i, m := range from.Members {
		to.Members[i] = T(m)
	}
	return to
}

// table returns the input, which has the features that the trees ask for.
func (t *trees) table(inputs []Value) (table, error) {
	x, err := tableOf(inputs)
	if err == nil && x.features < max(t.features, 1) {
		err = domain.Errorf(domain.Invalid, "input X has %d features in its shape %v, expected %d at least", x.features, x.Shape, max(t.features, 1))
	}
	return x, err
}

func (*trees) keepsRows(inputs, _ []Value, _ []bool) bool { return perRow(inputs) }

// inFP64 reports whether the trees compute in FP64 for an input.
func (t *trees) inFP64(x table) bool { return t.wide || x.Datatype == domain.FP64 }

// eachRow returns what evaluates all rows of an input, and hands the scores of
// each to finish.
func eachRow[T fraction](t *trees, forest *kernels.Forest[T], x table, finish func(out []domain.Tensor, row int, scores []T, voted []bool)) Run {
	together := min(x.rows, kernels.ForestRows)
	reader, tally := newRowReader[T](x, max(t.features, 1), together), kernels.NewTally[T](together, forest.Targets)
	return func(in, out []domain.Tensor) {
		for first := 0; first < x.rows; first += together {
			n := min(together, x.rows-first)
			rows, stride := reader.read(in[0], first, n)
			forest.Evaluate(tally, rows, stride, n, t.gather)
			for i := range n {
				at := i * forest.Targets
				finish(out, first+i, tally.Scores[at:at+forest.Targets], tally.Voted[at:at+forest.Targets])
			}
		}
	}
}

// treeRegressor gives a number for each target. Its output is of FP32, or of the
// input's datatype.
type treeRegressor struct {
	trees
	like bool
}

func parseTreeRegressor(node Node) (Operator, error) {
	a := attributesOf(node)
	targets := a.int("n_targets", 1)
	list := a.treeList(node.Opset, "target_ids", "target")
	base, wide := a.reals("base_values", "base_values_as_tensor", node.Opset)
	r := &treeRegressor{}
	gather, ok := gathers[a.text("aggregate_function", "SUM")]
	a.expect(ok, "aggregate_function", "is not AVERAGE, SUM, MIN or MAX")
	transform := a.transform()
	if targets == 1 {
		a.expectOneScore(transform)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	forest, err := list.forest(targets)
	if err == nil {
		err = checkBase(base, targets)
	}
	if err != nil {
		return nil, node.Invalid(err.Error())
	}
	r.trees = newTrees(forest, wide || list.wide)
	r.base, r.gather, r.transform = base, gather, transform
	return r, nil
}

var gathers = map[string]kernels.Gather{"AVERAGE": kernels.MeanVote, "SUM": kernels.SumOfVotes, "MIN": kernels.LeastVote, "MAX": kernels.MostVote}

func checkBase(base []float64, targets int) error {
	if len(base) != 0 && len(base) != targets {
		return fmt.Errorf("has %d base_values for %d targets", len(base), targets)
	}
	return nil
}

// Infer returns [N,targets].
func (r *treeRegressor) Infer(inputs []Value) ([]Value, error) {
	x, err := r.table(inputs)
	if err != nil {
		return nil, err
	}
	out := Value{Datatype: domain.FP32}
	if r.like {
		if out.Datatype = x.Datatype; x.Datatype != domain.FP32 && x.Datatype != domain.FP64 {
			return nil, wrongDatatype("X", x.Datatype, "FP32 or FP64")
		}
	}
	return like(out, domain.Shape{x.rows, r.forest.Targets})
}

// Compile makes room for a few rows.
func (r *treeRegressor) Compile(inputs, outputs []Value) (Run, error) {
	x, err := r.table(inputs)
	if err != nil {
		return nil, err
	}
	if r.inFP64(x) {
		return regression(r, r.forest, x, outputs[0].Datatype), nil
	}
	return regression(r, r.narrow(), x, outputs[0].Datatype), nil
}

func regression[T fraction](r *treeRegressor, forest *kernels.Forest[T], x table, datatype domain.Datatype) Run {
	return eachRow(&r.trees, forest, x, func(out []domain.Tensor, row int, scores []T, _ []bool) {
		for i, b := range r.base {
			scores[i] += T(b)
		}
		kernels.TransformRow(r.transform, scores)
		if at := row * len(scores); datatype == domain.FP64 {
			kernels.CopyColumns(dataOf[float64](out[0])[at:at+len(scores)], scores, len(scores), len(scores))
		} else {
			kernels.CopyColumns(floats(out[0])[at:at+len(scores)], scores, len(scores), len(scores))
		}
	})
}
