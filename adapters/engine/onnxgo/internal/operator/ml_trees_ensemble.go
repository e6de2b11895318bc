package operator

import (
	"fmt"
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// treeArrays is decision trees as TreeEnsemble has them: nodes and leaves that are
// known by their position.
type treeArrays struct {
	roots, features, yes, yesLeaf, no, noLeaf, missing []int64
	modes                                              []uint8
	splits, members, weights                           []float64
	targets                                            []int64
	wide                                               bool // a number is of FP64
}

func parseTreeEnsemble(node Node) (Operator, error) {
	a := attributesOf(node)
	targets := a.int("n_targets", 1)
	arrays := a.treeArrays()
	gather, transform := a.int("aggregate_function", int(kernels.SumOfVotes)), a.int("post_transform", 0)
	a.expect(gather >= 0 && gather <= int(kernels.MostVote), "aggregate_function", "is not from 0 to 3")
	a.expect(transform >= 0 && transform <= int(kernels.ProbitTransform), "post_transform", "is not from 0 to 4")
	r := &treeRegressor{like: true}
	if targets == 1 {
		a.expectOneScore(kernels.Transform(transform))
	}
	swapped := transform == int(kernels.SoftmaxTransform) || transform == int(kernels.LogisticTransform)
	a.expect(!swapped, "post_transform", "is not supported: ONNX has 1 for SOFTMAX and 2 for LOGISTIC, ONNX Runtime the other way round")
	if err := a.done(); err != nil {
		return nil, err
	}
	forest, err := arrays.forest(targets)
	if err != nil {
		return nil, node.Invalid(err.Error())
	}
	r.trees = newTrees(forest, arrays.wide)
	r.gather, r.transform = kernels.Gather(gather), kernels.Transform(transform)
	return r, nil
}

func (a *attributes) treeArrays() *treeArrays {
	t := &treeArrays{
		roots: a.wholes("tree_roots"), features: a.wholes("nodes_featureids"), missing: a.wholes("nodes_missing_value_tracks_true"),
		yes: a.wholes("nodes_truenodeids"), yesLeaf: a.wholes("nodes_trueleafs"), no: a.wholes("nodes_falsenodeids"), noLeaf: a.wholes("nodes_falseleafs"),
		targets: a.wholes("leaf_targetids"),
	}
	if modes, ok := a.tensor("nodes_modes"); ok {
		a.expect(modes.Datatype() == domain.UINT8, "nodes_modes", "is not UINT8")
		t.modes = dataOf[uint8](modes)
	}
	t.splits = a.realTensor("nodes_splits", &t.wide)
	t.members = a.realTensor("membership_values", &t.wide)
	t.weights = a.realTensor("leaf_weights", &t.wide)
	a.realTensor("nodes_hitrates", &t.wide) // how often training came by
	return t
}

func (a *attributes) realTensor(name string, wide *bool) []float64 {
	t, ok := a.tensor(name)
	if !ok {
		return nil
	}
	values, ok := realsOf(t)
	a.expect(ok, name, "is not FP32, FP64 or FP16")
	*wide = *wide || t.Datatype() == domain.FP64
	return values
}

func (t *treeArrays) forest(targets int) (*kernels.Forest[float64], error) {
	if err := t.check(targets); err != nil {
		return nil, err
	}
	f := &kernels.Forest[float64]{Targets: targets, Branches: make([]kernels.Branch[float64], len(t.features))}
	for i := range f.Branches {
		if err := t.branch(&f.Branches[i], i); err != nil {
			return nil, err
		}
	}
	if err := t.addMembers(f); err != nil {
		return nil, err
	}
	for i, root := range t.roots {
		if root < 0 || root >= int64(len(t.features)) {
			return nil, fmt.Errorf("has tree %d with the root %d, which is not one of %d nodes", i, root, len(t.features))
		}
		f.Roots = append(f.Roots, int32(root))
	}
	for i, target := range t.targets {
		if target < 0 || target >= int64(targets) {
			return nil, fmt.Errorf("has leaf %d for target %d, which is not one of %d", i, target, targets)
		}
		f.Leaves = append(f.Leaves, int32(i))
		f.Votes = append(f.Votes, kernels.Vote[float64]{Target: int32(target), Weight: t.weights[i]})
	}
	f.Leaves = append(f.Leaves, int32(len(t.targets)))
	return f, finishForest(f, false)
}

func (t *treeArrays) check(targets int) error {
	n := len(t.features)
	for _, other := range []int{len(t.modes), len(t.splits), len(t.yes), len(t.yesLeaf), len(t.no), len(t.noLeaf)} {
		if other != n || n == 0 || n > math.MaxInt32 {
			return fmt.Errorf("has %d nodes_featureids, and a list of %d beside them", n, other)
		}
	}
	if len(t.missing) != 0 && len(t.missing) != n {
		return fmt.Errorf("has %d nodes_featureids and %d nodes_missing_value_tracks_true", n, len(t.missing))
	}
	if len(t.targets) != len(t.weights) || len(t.targets) > math.MaxInt32-1 {
		return fmt.Errorf("has %d leaf_targetids and %d leaf_weights", len(t.targets), len(t.weights))
	}
	if len(t.roots) == 0 || targets < 1 || targets > math.MaxInt32 {
		return fmt.Errorf("has %d tree_roots and %d targets, expected one at least", len(t.roots), targets)
	}
	return nil
}

func (t *treeArrays) branch(b *kernels.Branch[float64], i int) error {
	if t.modes[i] > uint8(kernels.Member) {
		return fmt.Errorf("has node %d with the mode %d", i, t.modes[i])
	}
	if t.features[i] < 0 || t.features[i] >= math.MaxInt32 {
		return fmt.Errorf("has node %d for feature %d", i, t.features[i])
	}
	b.Value, b.Feature, b.Branching = t.splits[i], int32(t.features[i]), kernels.Branching(t.modes[i])
	b.Missing = len(t.missing) > 0 && t.missing[i] != 0
	var err error
	if b.Yes, err = t.next(i, t.yes[i], t.yesLeaf[i]); err != nil {
		return err
	}
	b.No, err = t.next(i, t.no[i], t.noLeaf[i])
	return err
}

// next returns where a way leads, as Branch.Yes has it.
func (t *treeArrays) next(i int, to, leaf int64) (int32, error) {
	switch {
	case leaf == 0 && to >= 0 && to < int64(len(t.features)):
		return int32(to), nil
	case leaf == 1 && to >= 0 && to < int64(len(t.targets)):
		return ^int32(to), nil
	case leaf == 1:
		return 0, fmt.Errorf("has node %d, which leads to leaf %d of %d", i, to, len(t.targets))
	default:
		return 0, fmt.Errorf("has node %d, which leads to node %d of %d, and says that this is %d leaves", i, to, len(t.features), leaf)
	}
}

// addMembers gives each node that asks for members of a set its own. The sets are
// listed one after another, each ended by NaN.
func (t *treeArrays) addMembers(f *kernels.Forest[float64]) error {
	at := 0
	for i := range f.Branches {
		b := &f.Branches[i]
		if b.Branching != kernels.Member {
			continue
		}
		if at >= len(t.members) {
			return fmt.Errorf("has no membership_values for node %d", i)
		}
		b.First = int32(len(f.Members))
		for ; at < len(t.members) && !math.IsNaN(t.members[at]); at++ {
			f.Members = append(f.Members, t.members[at])
		}
		b.Last = int32(len(f.Members))
		at++
	}
	if at < len(t.members) {
		return fmt.Errorf("has %d membership_values, of which its nodes ask for %d", len(t.members), at)
	}
	return nil
}
