package operator

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// randomShape is mostly small, sometimes empty, without axes or enormous.
func randomShape(random *rand.Rand) domain.Shape {
	shape := make(domain.Shape, random.IntN(6))
	for i := range shape {
		shape[i] = []int{1, 1, 2, 3, 4, 5, 0, 1 << 40}[random.IntN(7+random.IntN(2))]
	}
	if random.IntN(200) == 0 {
		shape = make(domain.Shape, 70)
	}
	return shape
}

// randomInts are parameters such as axes, starts or a shape.
func randomInts(random *rand.Rand) domain.Tensor {
	values := make([]int64, random.IntN(5))
	for i := range values {
		values[i] = []int64{-1, 0, 1, 2, 3, 4, -2, -3, 7, 1 << 40, math.MaxInt64, math.MinInt64}[random.IntN(9+random.IntN(4))]
	}
	return vector(values...)
}

func randomValue(random *rand.Rand) Value {
	switch random.IntN(10) {
	case 0:
		return Value{}
	case 1, 2, 3:
		return elementsKnown(randomInts(random))
	case 4:
		return elementsKnown(smallNumbers[domain.Datatype(1+random.IntN(13))])
	default:
		datatype := domain.FP32
		if random.IntN(2) == 0 {
			datatype = domain.Datatype(1 + random.IntN(14))
		}
		return Value{Datatype: datatype, Shape: randomShape(random)}
	}
}

func elementsKnown(t domain.Tensor) Value {
	return Value{Datatype: t.Datatype(), Shape: t.Shape(), Const: t}
}

// taken are the attributes that operators know, by operator and opset.
var taken = map[string][]string{}

// attributesTaken are those that a node's operator knows.
func attributesTaken(node Node) []string {
	key := fmt.Sprint(node.OpType, node.Opset)
	if names, ok := taken[key]; ok {
		return names
	}
	names := []string{}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		tried := node
		tried.Attributes = append(without(node.Attributes, name), Attribute{Name: name, Kind: known[name]})
		if _, err := Parse(tried); err == nil || !strings.Contains(err.Error(), "is not known") {
			names = append(names, name)
		}
	}
	taken[key] = names
	return names
}

// randomNode is the least node of an operator with some more inputs, outputs
// and attributes.
func randomNode(random *rand.Rand, opType string) Node {
	m := minima[opType]
	opset := m.since + random.IntN(m.newest()-m.since+1)
	node := m.node(opType, opset)
	found, _ := lookup(m.domain, opType, opset)
	for len(node.Inputs) < min(found.inputs.most, 6) && random.IntN(2) == 0 {
		node.Inputs = append(node.Inputs, "more")
	}
	if opType == "Dropout" && random.IntN(2) == 0 {
		node.Outputs = append(node.Outputs, "mask")
	}
	for _, name := range attributesTaken(node) {
		if random.IntN(4) > 0 {
			continue
		}
		a := Attribute{Name: name, Kind: known[name], Int: int64(random.IntN(6) - 2), Float: random.Float32(), String: []string{"edge", "reflect", "wrap", "SAME_UPPER"}[random.IntN(4)]}
		a.Ints = dataOf[int64](randomInts(random))
		extended := node
		extended.Attributes = append(without(node.Attributes, name), a)
		if _, err := Parse(extended); err == nil {
			node = extended
		}
	}
	return node
}

func without(attributes []Attribute, name string) (others []Attribute) {
	for _, a := range attributes {
		if a.Name != name {
			others = append(others, a)
		}
	}
	return others
}

// particular are operators whose inputs have to fit each other in ways that chance
// does not hit.
var particular = []string{"BatchNormalization", "GroupNormalization", "InstanceNormalization", "MelWeightMatrix",
	"NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss", "STFT",
	"RNN", "GRU", "LSTM", "LinearAttention", "RotaryEmbedding", "ConvTranspose", "QLinearConv", "QLinearMatMul", "ConvInteger"}

// Whatever the inputs are, an operator refuses them or gives outputs that can
// be computed. Small ones are computed: indices out of range would panic.
func TestHostileInputs(t *testing.T) {
	random := rand.New(rand.NewPCG(10, 10))
	for _, opType := range slices.Sorted(maps.Keys(minima)) {
		accepted := 0
		for range 4000 {
			node := randomNode(random, opType)
			inputs := make([]Value, len(node.Inputs))
			for i := range inputs {
				inputs[i] = randomValue(random)
			}
			if random.IntN(3) == 0 { // of one datatype and shape
				for i := range inputs {
					inputs[i] = inputs[0]
				}
			}
			if hostile(t, node, inputs) {
				accepted++
			}
			if t.Failed() {
				return
			}
		}
		if accepted == 0 && !slices.Contains(particular, opType) && !indexingParticular[opType] {
			t.Errorf("%s: no inputs were accepted, so that the test says little", opType)
		}
	}
}

// hostile reports whether the operator accepts the inputs.
func hostile(t *testing.T, node Node, inputs []Value) bool {
	defer func() {
		if cause := recover(); cause != nil {
			t.Errorf("%+v of %+v: %v", node, inputs, cause)
		}
	}()
	op, err := Parse(node)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := op.Infer(inputs)
	if err != nil {
		var e *domain.Error
		if !errors.As(err, &e) || (e.Kind != domain.Invalid && e.Kind != domain.Unsupported) {
			t.Errorf("%+v of %+v: %v", node, inputs, err)
		}
		return false
	}
	run, err := op.Compile(inputs, outputs)
	if err != nil {
		if domain.KindOf(err) != domain.Unsupported {
			t.Errorf("%+v of %+v: Infer accepts, Compile says %v", node, inputs, err)
		}
		return false
	}
	computeSmall(t, op, run, inputs, outputs)
	return true
}

// computeSmall runs what fits in a little memory.
func computeSmall(t *testing.T, op Operator, run Run, inputs, outputs []Value) {
	made := make([][]domain.Tensor, 2)
	for i, values := range [][]Value{inputs, outputs} {
		for _, v := range values {
			n, err := v.Shape.Elements()
			if err != nil && i == 1 {
				t.Errorf("the output's shape: %v", err)
			}
			if err != nil || n > 1<<16 {
				return
			}
			tensor := v.Const
			if !v.Missing() && tensor.IsZero() {
				if tensor, err = domain.MakeTensor(v.Datatype, v.Shape); err != nil {
					t.Error(err)
				}
			}
			made[i] = append(made[i], tensor)
		}
	}
	if checker, ok := op.(Checker); ok && checker.Check(made[0]) != nil {
		return
	}
	run(made[0], made[1])
}
