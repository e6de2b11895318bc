package graph

import (
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

func textAttribute(name, value string) operator.Attribute {
	return operator.Attribute{Name: name, Kind: operator.StringAttribute, String: value}
}

func floats(name string, values ...float32) operator.Attribute {
	return operator.Attribute{Name: name, Kind: operator.FloatsAttribute, Floats: values}
}

// forest is two trees of two leaves each, with weights for classes.
func forest(classes []int64, weights ...float32) operator.Node {
	return op("TreeEnsembleClassifier", "x", "label y", ints("class_treeids", 0, 0, 1, 1), ints("class_nodeids", 1, 2, 1, 2), ints("class_ids", classes...), floats("class_weights", weights...))
}

func TestScoresOfClassifiersAreRecognised(t *testing.T) {
	for _, test := range []struct {
		name  string
		nodes []operator.Node
		want  domain.Activation
	}{
		{"linear, softmax", []operator.Node{op("LinearClassifier", "x", "label y", textAttribute("post_transform", "SOFTMAX"))}, domain.Probabilities},
		{"linear, logistic", []operator.Node{op("LinearClassifier", "x", "label y", textAttribute("post_transform", "LOGISTIC"))}, domain.Independent},
		{"linear, decision", []operator.Node{op("LinearClassifier", "x", "label y", textAttribute("post_transform", "NONE"))}, domain.Logits},
		{"the label", []operator.Node{op("LinearClassifier", "x", "y scores", textAttribute("post_transform", "SOFTMAX"))}, domain.Logits},
		{"as skl2onnx writes it", []operator.Node{
			op("LinearClassifier", "x", "label raw", textAttribute("post_transform", "LOGISTIC")), op("Normalizer", "raw", "p", textAttribute("norm", "L1")), op("ZipMap", "p", "z"), op("Cast", "z", "y"),
		}, domain.Probabilities},
		{"a normaliser of what may be negative", []operator.Node{op("LinearClassifier", "x", "label raw"), op("Normalizer", "raw", "y", textAttribute("norm", "L1"))}, domain.Logits},
		{"another norm", []operator.Node{op("Sigmoid", "x", "s"), op("Normalizer", "s", "y", textAttribute("norm", "L2"))}, domain.Logits},
		{"support vectors", []operator.Node{op("SVMClassifier", "x", "label y")}, domain.Logits},
		{"support vectors, calibrated", []operator.Node{op("SVMClassifier", "x", "label y", floats("prob_a", 1))}, domain.Probabilities},
		{"boosted trees", []operator.Node{forest([]int64{0, 1, 0, 1}, -0.5, 0.5, 0.5, 0.5)}, domain.Logits},
		{"votes", []operator.Node{forest([]int64{0, 1, 0, 2}, 0.5, 0.5, 0.5, 0.5)}, domain.Probabilities},
		{"votes for one of two", []operator.Node{forest([]int64{1, 1, 1, 1}, 0.5, 0.1, 0, 0.4)}, domain.Probabilities},
		{"less than all votes", []operator.Node{forest([]int64{0, 1, 0, 2}, 0.5, 0.4, 0.5, 0.5)}, domain.Logits},
		{"more than all votes", []operator.Node{forest([]int64{1, 1, 1, 1}, 0.5, 0.1, 0, 0.6)}, domain.Logits},
	} {
		g := &Graph{}
		for _, n := range test.nodes {
			g.nodes = append(g.nodes, node{Node: n})
		}
		if got := activation(g.makers(), "y"); got != test.want {
			t.Errorf("%s: %v, expected %v", test.name, got, test.want)
		}
	}
}

func TestLabelsInTheModel(t *testing.T) {
	words := operator.Attribute{Name: "classlabels_strings", Kind: operator.StringsAttribute, Texts: []string{"no", "yes"}}
	for _, test := range []struct {
		name  string
		nodes []operator.Node
		want  domain.Labels
	}{
		{"a classifier's", []operator.Node{op("LinearClassifier", "x", "label y", words)}, domain.Labels{"no", "yes"}},
		{"numbers", []operator.Node{op("SVMClassifier", "x", "label y", ints("classlabels_ints", 10, 20))}, domain.Labels{"10", "20"}},
		{"a forest's", []operator.Node{op("TreeEnsembleClassifier", "x", "label y", ints("classlabels_int64s", -1, 1))}, domain.Labels{"-1", "1"}},
		{"a map's", []operator.Node{op("Softmax", "x", "p"), op("ZipMap", "p", "y", words)}, domain.Labels{"no", "yes"}},
		{"behind others", []operator.Node{op("LinearClassifier", "x", "label raw", words), op("Normalizer", "raw", "p"), op("Identity", "p", "y")}, domain.Labels{"no", "yes"}},
		{"of the label itself", []operator.Node{op("LinearClassifier", "x", "y scores", words)}, nil},
		{"of no classifier", []operator.Node{op("Softmax", "x", "y")}, nil},
	} {
		g := &Graph{}
		for _, n := range test.nodes {
			g.nodes = append(g.nodes, node{Node: n})
		}
		if got := labelsOf(g.makers(), "y"); !slices.Equal(got, test.want) {
			t.Errorf("%s: %q, expected %q", test.name, got, test.want)
		}
	}
}

// Exporters that name every axis dynamic leave to the weights how many channels a
// picture has.
func TestChannelsFollowFromWeights(t *testing.T) {
	d := network(t)
	d.Inputs[0].Shape = domain.Shape{domain.Dynamic, domain.Dynamic, 5, 5}
	signature, err := open(t, d).Signature()
	if err != nil {
		t.Fatal(err)
	}
	if got := signature.Inputs[0].String(); got != "x FP32 [-1,3,5,5]" {
		t.Errorf("input %s", got)
	}
	if d.Inputs[0].Shape[1] != domain.Dynamic {
		t.Error("the definition has been changed")
	}
	grouped := Definition{
		Inputs:    []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, domain.Dynamic, 5, 5}}},
		Constants: map[string]domain.Tensor{"w": tensorOf(t, domain.Shape{4, 1, 1, 1}, make([]float32, 4)...)},
		Nodes:     []operator.Node{op("Conv", "x w", "y", operator.Attribute{Name: "group", Kind: operator.IntAttribute, Int: 4})},
	}
	if got := withChannels(grouped)[0].Shape[1]; got != 4 {
		t.Errorf("%d channels in 4 groups of 1", got)
	}
	for _, groups := range []int64{3, 1 << 40, 3 << 61} { // into which 4 filters do not go
		grouped.Nodes[0].Attributes[0].Int = groups
		if got := withChannels(grouped)[0].Shape[1]; got != domain.Dynamic {
			t.Errorf("%d channels in %d groups", got, groups)
		}
	}
}
