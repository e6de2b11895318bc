package operator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

func regressorStump(more ...Attribute) []Attribute {
	return replaced(append(stump("target", "target_ids"), whole("n_targets", 1)), more...)
}

func classifierStump(more ...Attribute) []Attribute {
	return replaced(append(stump("class", "class_ids"), list("classlabels_int64s", 3, 5)), more...)
}

// The numbers are ONNX Runtime's.
func TestTreeClassifiers(t *testing.T) {
	x := tensors(rows([]float32{0}, []float32{0.5}, []float32{1}))
	labels := vector[int64](3, 3, 5)
	mixed, base := reals("class_weights", -0.5, 0.75), reals("base_values", 0.125)
	logistic, softmax := text("post_transform", "LOGISTIC"), text("post_transform", "SOFTMAX")
	second, three := list("class_ids", 1, 1), []Attribute{list("classlabels_int64s", 3, 5, 8), list("class_ids", 0, 2)}
	bases := reals("base_values", 0.125, 0.5, 0.25)
	pairs := func(low, high [2]float32) []domain.Tensor { return tensors(labels, rows(low[:], low[:], high[:])) }
	checkML(t, []mlExample{
		{"positive", "TreeEnsembleClassifier", 1, classifierStump(), x, pairs([2]float32{0.75, 0.25}, [2]float32{0.25, 0.75})},
		{"positive, base", "TreeEnsembleClassifier", 3, classifierStump(base), x, pairs([2]float32{0.625, 0.375}, [2]float32{0.125, 0.875})},
		{"positive, logistic", "TreeEnsembleClassifier", 1, classifierStump(logistic), x, pairs([2]float32{0.4378235, 0.5621765}, [2]float32{0.3208213, 0.6791787})},
		{"positive, softmax", "TreeEnsembleClassifier", 1, classifierStump(softmax), x, pairs([2]float32{0.75, 0.25}, [2]float32{0.25, 0.75})},
		{"mixed", "TreeEnsembleClassifier", 1, classifierStump(mixed), x, pairs([2]float32{0.5, -0.5}, [2]float32{-0.75, 0.75})},
		{"mixed, logistic, base", "TreeEnsembleClassifier", 1, classifierStump(mixed, logistic, base), x, pairs([2]float32{0.5926666, 0.4073334}, [2]float32{0.294215, 0.705785})},
		{"mixed, softmax", "TreeEnsembleClassifier", 1, classifierStump(mixed, softmax), x, pairs([2]float32{0.5, -0.5}, [2]float32{-0.75, 0.75})},
		{"for the second", "TreeEnsembleClassifier", 1, classifierStump(second, softmax), x, pairs([2]float32{0.4378235, 0.5621765}, [2]float32{0.3208213, 0.6791787})},
		{"three", "TreeEnsembleClassifier", 1, classifierStump(append(three, softmax, mixed)...), x,
			tensors(vector[int64](3, 3, 8), rows([]float32{0.2326965, 0.3836517, 0.3836517}, []float32{0.2326965, 0.3836517, 0.3836517}, []float32{0.2428953, 0.2428953, 0.5142094}))},
		{"three, base", "TreeEnsembleClassifier", 1, classifierStump(append(three, bases, mixed)...), x,
			tensors(vector[int64](5, 5, 8), rows([]float32{-0.375, 0.5, 0.25}, []float32{-0.375, 0.5, 0.25}, []float32{0.125, 0.5, 1}))},
		{"texts", "TreeEnsembleClassifier", 1, append(without(classifierStump(), "classlabels_int64s"), words("classlabels_strings", "no", "yes")), x,
			tensors(vector("no", "no", "yes"), rows([]float32{0.75, 0.25}, []float32{0.75, 0.25}, []float32{0.25, 0.75}))},
		{"labels only", "TreeEnsembleClassifier", 1, classifierStump(), x, tensors(labels)},
	})
}

// forest is two trees for three features: what node 0 of the first tree says in
// the given mode, and a leaf alone.
func twoTrees(mode string, more ...Attribute) []Attribute {
	return replaced([]Attribute{
		list("nodes_treeids", 7, 7, 7, 9), list("nodes_nodeids", 4, 5, 6, 4), list("nodes_featureids", 1, 0, 0, 0), reals("nodes_values", 0.5, 0, 0, 0),
		words("nodes_modes", mode, "LEAF", "LEAF", "LEAF"), list("nodes_truenodeids", 5, 0, 0, 0), list("nodes_falsenodeids", 6, 0, 0, 0),
		list("target_treeids", 9, 7, 7), list("target_nodeids", 4, 6, 5), list("target_ids", 0, 0, 0), reals("target_weights", 8, 2, 1), whole("n_targets", 1),
	}, more...)
}

func TestTreesCompare(t *testing.T) {
	nan := float32(math.NaN())
	x := rows([]float32{9, 0.25, 9}, []float32{9, 0.5, 9}, []float32{9, 1, 9}, []float32{9, nan, 9})
	wants := map[string][4]float32{
		"BRANCH_LEQ": {9, 9, 10, 10}, "BRANCH_LT": {9, 10, 10, 10}, "BRANCH_GTE": {10, 9, 9, 10},
		"BRANCH_GT": {10, 10, 9, 10}, "BRANCH_EQ": {10, 9, 10, 10}, "BRANCH_NEQ": {9, 10, 9, 9},
	}
	for mode, want := range wants {
		column := func(w [4]float32) []domain.Tensor { return tensors(tensorOf(domain.Shape{4, 1}, w[:]...)) }
		tracked := want
		tracked[3] = 9
		wide, _ := domain.MakeTensor(domain.FP64, x.Shape())
		conversions[domain.FP32][domain.FP64](wide, x)
		checkML(t, []mlExample{
			{mode, "TreeEnsembleRegressor", 1, twoTrees(mode), tensors(x), column(want)},
			{mode + " in FP64", "TreeEnsembleRegressor", 1, twoTrees(mode), tensors(wide), column(want)},
			{mode + " and NaN", "TreeEnsembleRegressor", 3, twoTrees(mode, list("nodes_missing_value_tracks_true", 1, 0, 0, 0)), tensors(x), column(tracked)},
		})
	}
}

func TestTreesGather(t *testing.T) {
	x, base := tensors(rows([]float32{0, 0, 0}, []float32{0, 1, 0})), reals("base_values", 0.5)
	three := []Attribute{whole("n_targets", 3), list("target_ids", 2, 0, 0), reals("base_values", 0.5, 0.25, 0)}
	column := func(a, b float32) []domain.Tensor { return tensors(rows([]float32{a}, []float32{b})) }
	tensor64 := []Attribute{held("nodes_values_as_tensor", vector(0.1, 0, 0, 0)), held("target_weights_as_tensor", vector(0.1, 0.2, 0.3))}
	exact := append(without(without(twoTrees("BRANCH_LEQ"), "nodes_values"), "target_weights"), tensor64...)
	checkML(t, []mlExample{
		{"sum", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", base), x, column(9.5, 10.5)},
		{"average", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", base, text("aggregate_function", "AVERAGE")), x, column(5, 5.5)},
		{"min", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", base, text("aggregate_function", "MIN")), x, column(1.5, 2.5)},
		{"max", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", base, text("aggregate_function", "MAX")), x, column(8.5, 8.5)},
		{"probit", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", reals("target_weights", 0, 0.5, 0.5), text("post_transform", "PROBIT")), x, column(0, 0)},
		{"three targets", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", three...), x, tensors(rows([]float32{1.5, 0.25, 8}, []float32{2.5, 0.25, 8}))},
		{"three targets, min", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", append(three, text("aggregate_function", "MIN"))...), x, tensors(rows([]float32{1.5, 0.25, 8}, []float32{2.5, 0.25, 8}))},
		{"tensors of FP64", "TreeEnsembleRegressor", 3, exact, x, column(0.4, 0.3)},
		{"integers", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ"), tensors(tensorOf[int64](domain.Shape{2, 3}, 0, 0, 0, 0, 1, 0)), column(9, 10)},
		{"no rows", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ"), tensors(tensorOf[float32](domain.Shape{0, 3})), tensors(tensorOf[float32](domain.Shape{0, 1}))},
		{"weights of a branch", "TreeEnsembleRegressor", 1, twoTrees("BRANCH_LEQ", list("target_nodeids", 4, 4, 5), list("target_treeids", 9, 7, 7)), x, column(9, 8)},
	})
}

// ensembleOf is two trees: members of {1,2}, then above 0.5; and members of {5}.
func ensembleOf(more ...Attribute) []Attribute {
	nan := float32(math.NaN())
	return replaced([]Attribute{
		list("tree_roots", 0, 2), list("nodes_featureids", 0, 1, 0), held("nodes_modes", vector[uint8](6, 3, 6)), held("nodes_splits", vector[float32](0, 0.5, 0)),
		held("membership_values", vector(1, 2, nan, 5)),
		list("nodes_truenodeids", 1, 0, 2), list("nodes_trueleafs", 0, 1, 1), list("nodes_falsenodeids", 2, 1, 3), list("nodes_falseleafs", 1, 1, 1),
		list("leaf_targetids", 0, 0, 0, 0), held("leaf_weights", vector[float32](1, 2, 4, 8)), whole("n_targets", 1),
	}, more...)
}

func TestTreeEnsemble(t *testing.T) {
	nan := float32(math.NaN())
	x := tensors(rows([]float32{1, 1}, []float32{2, 0}, []float32{5, 1}, []float32{nan, 1}))
	column := func(v ...float32) []domain.Tensor { return tensors(tensorOf(domain.Shape{4, 1}, v...)) }
	checkML(t, []mlExample{
		{"members", "TreeEnsemble", 5, ensembleOf(), x, column(9, 10, 8, 12)},
		{"average", "TreeEnsemble", 5, ensembleOf(whole("aggregate_function", 0)), x, column(4.5, 5, 4, 6)},
		{"NaN", "TreeEnsemble", 5, ensembleOf(list("nodes_missing_value_tracks_true", 1, 0, 1)), x, column(9, 10, 8, 5)},
		{"two targets", "TreeEnsemble", 5, ensembleOf(whole("n_targets", 2), list("leaf_targetids", 0, 1, 0, 1)), tensors(rows([]float32{1, 1})), tensors(rows([]float32{1, 8}))},
		{"FP64", "TreeEnsemble", 5, ensembleOf(held("leaf_weights", vector(0.1, 0.2, 0.4, 0.8))), tensors(tensorOf(domain.Shape{1, 2}, 1.0, 1)), tensors(tensorOf(domain.Shape{1, 1}, 0.9))},
	})
}

func TestTreesRefuse(t *testing.T) {
	for _, c := range []struct {
		opType string
		attrs  []Attribute
		kind   domain.Kind
		said   string
	}{
		{"TreeEnsembleRegressor", regressorStump(list("nodes_truenodeids", 0, 0, 0)), domain.Invalid, "in a circle"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_truenodeids", 7, 0, 0)), domain.Invalid, "node 0 of tree 0, which leads to node 7, but there is none"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_falsenodeids", 1, 0, 0)), domain.Invalid, "to which no way leads"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_nodeids", 0, 1, 1)), domain.Invalid, "node 1 of tree 0 twice"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_treeids", 0, 0, 1)), domain.Invalid, "leads to node 2, but there is none"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_treeids", 0, 0)), domain.Invalid, "3 nodes_nodeids, and a list of 2"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_nodeids"), list("nodes_treeids")), domain.Invalid, "0 nodes_nodeids"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_missing_value_tracks_true", 1)), domain.Invalid, "1 nodes_missing_value_tracks_true"},
		{"TreeEnsembleRegressor", regressorStump(words("nodes_modes", "BRANCH_IN", "LEAF", "LEAF")), domain.Invalid, `mode "BRANCH_IN"`},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_featureids", -1, 0, 0)), domain.Invalid, "feature -1"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_featureids", 1<<40, 0, 0)), domain.Invalid, "feature 1099511627776"},
		{"TreeEnsembleRegressor", regressorStump(list("nodes_featureids", 3, 0, 0)), domain.Invalid, "3 features in its shape [1,3], expected 4"},
		{"TreeEnsembleRegressor", regressorStump(list("target_ids", 0, 1)), domain.Invalid, "target 1, which is not one of 1"},
		{"TreeEnsembleRegressor", regressorStump(list("target_ids", 0)), domain.Invalid, "weights for 1 targets"},
		{"TreeEnsembleRegressor", regressorStump(list("target_nodeids", 1, 9)), domain.Invalid, "weight for node 9 of tree 0"},
		{"TreeEnsembleRegressor", regressorStump(list("target_nodeids", 1, 1)), domain.Invalid, "two weights for target 0"},
		{"TreeEnsembleRegressor", regressorStump(whole("n_targets", 0), list("target_ids", -1, -1)), domain.Invalid, "target -1"},
		{"TreeEnsembleRegressor", regressorStump(reals("base_values", 1, 2)), domain.Invalid, "2 base_values for 1"},
		{"TreeEnsembleRegressor", regressorStump(text("aggregate_function", "MEDIAN")), domain.Unsupported, "MEDIAN"},
		{"TreeEnsembleRegressor", regressorStump(text("post_transform", "LOGISTIC")), domain.Unsupported, "one target"},
		{"TreeEnsembleRegressor", regressorStump(held("nodes_values_as_tensor", vector[float32](1, 0, 0))), domain.Unsupported, "nodes_values"},
		{"TreeEnsembleClassifier", classifierStump(list("class_ids", 0, 1)), domain.Unsupported, "both of two classes"},
		{"TreeEnsembleClassifier", classifierStump(list("classlabels_int64s", 1)), domain.Unsupported, "1 class labels"},
		{"TreeEnsembleClassifier", classifierStump(reals("base_values", 1, 2)), domain.Unsupported, "2 base_values for two classes"},
		{"TreeEnsembleClassifier", classifierStump(text("post_transform", "PROBIT")), domain.Unsupported, "two classes with one score"},
		{"TreeEnsembleClassifier", classifierStump(list("class_nodeids", 1, 0)), domain.Invalid, "a leaf without a weight"},
		{"TreeEnsemble", ensembleOf(list("nodes_truenodeids", 0, 0, 2)), domain.Invalid, "in a circle"},
		{"TreeEnsemble", ensembleOf(list("tree_roots", 0, 3)), domain.Invalid, "root 3, which is not one of 3"},
		{"TreeEnsemble", ensembleOf(list("tree_roots")), domain.Invalid, "0 tree_roots"},
		{"TreeEnsemble", ensembleOf(list("nodes_truenodeids", 1, 4, 2)), domain.Invalid, "leads to leaf 4 of 4"},
		{"TreeEnsemble", ensembleOf(list("nodes_truenodeids", -1, 0, 2)), domain.Invalid, "leads to node -1"},
		{"TreeEnsemble", ensembleOf(list("nodes_trueleafs", 2, 1, 1)), domain.Invalid, "2 leaves"},
		{"TreeEnsemble", ensembleOf(held("nodes_modes", vector[uint8](6, 7, 6))), domain.Invalid, "mode 7"},
		{"TreeEnsemble", ensembleOf(held("nodes_modes", vector[int64](6, 3, 6))), domain.Unsupported, "not UINT8"},
		{"TreeEnsemble", ensembleOf(held("membership_values", vector[float32](1))), domain.Invalid, "no membership_values for node 2"},
		{"TreeEnsemble", ensembleOf(list("leaf_targetids", 0, 0, 0, 1)), domain.Invalid, "leaf 3 for target 1"},
		{"TreeEnsemble", ensembleOf(list("leaf_targetids", 0)), domain.Invalid, "1 leaf_targetids and 4 leaf_weights"},
		{"TreeEnsemble", ensembleOf(whole("post_transform", 2), whole("n_targets", 2)), domain.Unsupported, "the other way round"},
		{"TreeEnsemble", ensembleOf(whole("aggregate_function", 4)), domain.Unsupported, "aggregate_function = 4"},
		{"TreeEnsemble", ensembleOf(), domain.Unsupported, "INT32"},
	} {
		checkRefusedML(t, heavyNode(c.opType, 5, 1, c.attrs...), tensors(upTo(1, 3)), c.kind, c.said)
	}
}

// Whatever ways there are between nodes, they end or are refused.
func TestRandomTreesEnd(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	accepted := 0
	for range 3000 {
		n := 1 + random.IntN(6)
		l := &treeList{}
		for i := range n {
			mode := "LEAF"
			if random.IntN(2) == 0 {
				mode = "BRANCH_LT"
			}
			l.trees, l.nodes, l.features = append(l.trees, int64(random.IntN(2))), append(l.nodes, int64(i)), append(l.features, 0)
			l.modes, l.values = append(l.modes, mode), append(l.values, random.Float64())
			l.yes, l.no = append(l.yes, int64(random.IntN(n))), append(l.no, int64(random.IntN(n)))
		}
		f, err := l.forest(1)
		if err != nil {
			continue
		}
		accepted++
		f.Evaluate(kernels.NewTally[float64](1, 1), []float64{random.Float64()}, 1, 1, kernels.SumOfVotes)
	}
	if accepted == 0 {
		t.Error("no trees were accepted, so that the test says little")
	}
}

// A chain of many nodes must not take a stack of its own.
func TestDeepTree(t *testing.T) {
	const depth = 200_000
	l := &treeList{}
	for i := range int64(2*depth + 1) {
		mode := "LEAF"
		if i < depth {
			mode = "BRANCH_LEQ"
		}
		l.trees, l.nodes, l.features, l.values = append(l.trees, 0), append(l.nodes, i), append(l.features, 0), append(l.values, float64(i))
		l.modes, l.yes, l.no = append(l.modes, mode), append(l.yes, depth+i), append(l.no, min(i+1, 2*depth))
	}
	l.no[depth-1] = 2 * depth
	l.votingTrees, l.votingNodes, l.targets, l.weights = []int64{0}, []int64{2 * depth}, []int64{0}, []float64{3}
	f, err := l.forest(1)
	if err != nil {
		t.Fatal(err)
	}
	tally := kernels.NewTally[float64](1, 1)
	f.Evaluate(tally, []float64{1e9}, 1, 1, kernels.SumOfVotes)
	if fmt.Sprint(tally.Scores) != "[3]" {
		t.Errorf("the last leaf says %v", tally.Scores)
	}
}

// Rows that go through the trees together do not touch each other.
func TestRowsOfTreesAreApart(t *testing.T) {
	op := parsed[Operator](t, Node{Name: "n", OpType: "TreeEnsembleRegressor", Domain: mlDomain, Opset: 3, Attributes: twoTrees("BRANCH_LEQ"), Inputs: []string{"x"}, Outputs: []string{"y"}})
	x := ramp(t, 1, domain.Shape{3*kernels.ForestRows + 5, 3})
	together := floats(compute(t, op, tensors(x), 1))
	for i := range x.Shape()[0] {
		alone := floats(compute(t, op, tensors(tensorOf(domain.Shape{1, 3}, floats(x)[3*i:3*i+3]...)), 1))
		if alone[0] != together[i] {
			t.Fatalf("row %d: %v alone, %v in the batch", i, alone[0], together[i])
		}
	}
}
