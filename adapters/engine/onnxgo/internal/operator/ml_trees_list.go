package operator

import (
	"fmt"
	"math"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// treeList is decision trees as the operators before TreeEnsemble list them: nodes
// that are known by a tree and a number, and votes that name the leaf they are in.
type treeList struct {
	trees, nodes, features, yes, no, missing []int64
	modes                                    []string
	values                                   []float64
	votingTrees, votingNodes, targets        []int64
	weights                                  []float64
	wide                                     bool // a number is of FP64
}

// treeList reads the attributes. Kind is what those of the votes begin with.
func (a *attributes) treeList(opset int, ids, kind string) *treeList {
	l := &treeList{
		trees: a.wholes("nodes_treeids"), nodes: a.wholes("nodes_nodeids"), features: a.wholes("nodes_featureids"),
		yes: a.wholes("nodes_truenodeids"), no: a.wholes("nodes_falsenodeids"), missing: a.wholes("nodes_missing_value_tracks_true"),
		modes: a.texts("nodes_modes"), votingTrees: a.wholes(kind + "_treeids"), votingNodes: a.wholes(kind + "_nodeids"), targets: a.wholes(ids),
	}
	var wideValues, wideWeights bool
	l.values, wideValues = a.reals("nodes_values", "nodes_values_as_tensor", opset)
	l.weights, wideWeights = a.reals(kind+"_weights", kind+"_weights_as_tensor", opset)
	l.wide = wideValues || wideWeights
	a.reals("nodes_hitrates", "nodes_hitrates_as_tensor", opset) // how often training came by
	return l
}

// reals reads numbers that are FP32, or from opset 3 on a tensor, which may be of
// FP64.
func (a *attributes) reals(name, tensor string, opset int) (values []float64, wide bool) {
	list := a.decimals(name)
	if opset < 3 {
		return widened(list), false
	}
	t, ok := a.tensor(tensor)
	if !ok {
		return widened(list), false
	}
	a.expect(list == nil, name, "is there beside "+tensor)
	values, ok = realsOf(t)
	a.expect(ok, tensor, "is not FP32, FP64 or FP16")
	return values, t.Datatype() == domain.FP64
}

func widened(list []float32) []float64 {
	values := make([]float64, len(list))
	for i, v := range list {
		values[i] = float64(v)
	}
	return values
}

// realsOf returns the elements of a tensor of numbers with a fraction.
func realsOf(t domain.Tensor) (values []float64, ok bool) {
	if t.Datatype() != domain.FP32 && t.Datatype() != domain.FP64 && t.Datatype() != domain.FP16 {
		return nil, false
	}
	values = make([]float64, t.Len())
	for i := range values {
		values[i], _ = domain.Number(t, i)
	}
	return values, true
}

// branchings are the values of nodes_modes, but for LEAF.
var branchings = map[string]kernels.Branching{
	"BRANCH_LEQ": kernels.AtMost, "BRANCH_LT": kernels.Below, "BRANCH_GTE": kernels.AtLeast, "BRANCH_GT": kernels.Above,
	"BRANCH_EQ": kernels.Equal, "BRANCH_NEQ": kernels.Unequal,
}

const leafMode = "LEAF"

// nodeOf is a node's name in a treeList.
type nodeOf struct{ tree, node int64 }

func (n nodeOf) String() string { return fmt.Sprintf("node %d of tree %d", n.node, n.tree) }

// forest puts the nodes together. The first node of each tree is its root.
func (l *treeList) forest(targets int) (*kernels.Forest[float64], error) {
	if err := l.checkLengths(targets); err != nil {
		return nil, err
	}
	at, err := l.places()
	if err != nil {
		return nil, err
	}
	f := &kernels.Forest[float64]{Targets: targets}
	seen := map[int64]bool{}
	for i, tree := range l.trees {
		if !seen[tree] {
			f.Roots = append(f.Roots, at[l.name(i)])
			seen[tree] = true
		}
		if l.modes[i] == leafMode {
			continue
		}
		branch, err := l.branch(i, at)
		if err != nil {
			return nil, err
		}
		f.Branches = append(f.Branches, branch)
	}
	if err := l.addVotes(f, at); err != nil {
		return nil, err
	}
	return f, finishForest(f, true)
}

func (l *treeList) name(i int) nodeOf { return nodeOf{l.trees[i], l.nodes[i]} }

func (l *treeList) checkLengths(targets int) error {
	n := len(l.nodes)
	for _, other := range []int{len(l.trees), len(l.features), len(l.yes), len(l.no), len(l.modes), len(l.values)} {
		if other != n || n == 0 || n > math.MaxInt32 {
			return fmt.Errorf("has %d nodes_nodeids, and a list of %d beside them", n, other)
		}
	}
	if len(l.missing) != 0 && len(l.missing) != n {
		return fmt.Errorf("has %d nodes_nodeids and %d nodes_missing_value_tracks_true", n, len(l.missing))
	}
	n = len(l.targets)
	if len(l.votingTrees) != n || len(l.votingNodes) != n || len(l.weights) != n {
		return fmt.Errorf("has weights for %d targets, %d trees and %d nodes, and %d weights", n, len(l.votingTrees), len(l.votingNodes), len(l.weights))
	}
	for _, target := range l.targets {
		if target < 0 || target >= int64(targets) {
			return fmt.Errorf("has a weight for target %d, which is not one of %d", target, targets)
		}
	}
	if targets < 1 || targets > math.MaxInt32 {
		return fmt.Errorf("has %d targets", targets)
	}
	return nil
}

// places numbers the nodes as Branch.Yes does.
func (l *treeList) places() (map[nodeOf]int32, error) {
	at := make(map[nodeOf]int32, len(l.nodes))
	var branches, leaves int32
	for i := range l.nodes {
		name := l.name(i)
		if _, twice := at[name]; twice {
			return nil, fmt.Errorf("has %v twice", name)
		}
		if l.modes[i] == leafMode {
			at[name] = ^leaves
			leaves++
		} else {
			at[name] = branches
			branches++
		}
	}
	return at, nil
}

func (l *treeList) branch(i int, at map[nodeOf]int32) (kernels.Branch[float64], error) {
	branching, ok := branchings[l.modes[i]]
	if !ok {
		return kernels.Branch[float64]{}, fmt.Errorf("has %v with the mode %q", l.name(i), l.modes[i])
	}
	if l.features[i] < 0 || l.features[i] >= math.MaxInt32 {
		return kernels.Branch[float64]{}, fmt.Errorf("has %v for feature %d", l.name(i), l.features[i])
	}
	b := kernels.Branch[float64]{Value: l.values[i], Feature: int32(l.features[i]), Branching: branching}
	b.Missing = len(l.missing) > 0 && l.missing[i] != 0
	for _, way := range []struct {
		to   int64
		next *int32
	}{{l.yes[i], &b.Yes}, {l.no[i], &b.No}} {
		next, ok := at[nodeOf{l.trees[i], way.to}]
		if !ok {
			return b, fmt.Errorf("has %v, which leads to node %d, but there is none", l.name(i), way.to)
		}
		*way.next = next
	}
	return b, nil
}

// addVotes gives each leaf its votes, in the order in which they are listed. Those
// of nodes that are no leaves come from old converters, and nobody asks for them.
func (l *treeList) addVotes(f *kernels.Forest[float64], at map[nodeOf]int32) error {
	f.Leaves = make([]int32, len(l.nodes)-len(f.Branches)+1)
	order := make([]int, 0, len(l.targets))
	leaf := func(vote int) int32 { return ^at[nodeOf{l.votingTrees[vote], l.votingNodes[vote]}] }
	for i := range l.targets {
		name := nodeOf{l.votingTrees[i], l.votingNodes[i]}
		place, ok := at[name]
		if !ok {
			return fmt.Errorf("has a weight for %v, but there is none", name)
		}
		if place < 0 {
			order = append(order, i)
			f.Leaves[^place+1]++
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return int(leaf(a)) - int(leaf(b)) })
	for i := range f.Leaves[1:] {
		f.Leaves[i+1] += f.Leaves[i]
	}
	for _, i := range order {
		f.Votes = append(f.Votes, kernels.Vote[float64]{Target: int32(l.targets[i]), Weight: l.weights[i]})
	}
	return nil
}
