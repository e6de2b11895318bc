package operator

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// firstTested is the opset from which on operators are tested in every opset that
// has them. ONNX 1.2 brought it; what is older is tested by ONNX's cases.
const firstTested = 7

// minimum is what an operator needs to be parsed: how many inputs from which
// opset on, and the attributes that ONNX requires.
type minimum struct {
	domain string
	since  int // the opset that brought the operator in, or 7
	inputs func(opset int) int
	attrs  func(opset int) []Attribute
}

func always(inputs int, attributes ...Attribute) minimum {
	return minimum{since: firstTested, inputs: func(int) int { return inputs }, attrs: func(int) []Attribute { return attributes }}
}

// until gives an operator that takes one input and attributes before an opset,
// and so many inputs from it on.
func until(opset, inputs int, attributes ...Attribute) minimum {
	return minimum{since: firstTested, inputs: func(o int) int {
		if o < opset {
			return 1
		}
		return inputs
	}, attrs: func(o int) []Attribute {
		if o < opset {
			return attributes
		}
		return nil
	}}
}

func from(opset int, m minimum) minimum {
	m.since = opset
	return m
}

// minima are the operators' least nodes. Each file of tests adds those of its
// family.
var minima = merged(firstMinima, elementaryMinima, statisticsMinima, indexingMinima, networkMinima, attentionMinima, mlMinima)

func merged[V any](maps ...map[string]V) map[string]V {
	all := map[string]V{}
	for _, m := range maps {
		for key, value := range m {
			if _, twice := all[key]; twice {
				panic(key + " is in two tables")
			}
			all[key] = value
		}
	}
	return all
}

var firstMinima = map[string]minimum{
	"Add": always(2), "Sub": always(2), "Mul": always(2), "Div": always(2),
	"Relu": always(1), "LeakyRelu": always(1), "Sigmoid": always(1), "HardSigmoid": always(1), "Tanh": always(1), "Clip": always(1),
	"Softmax": always(1), "LogSoftmax": always(1), "HardSwish": from(14, always(1)),
	"Identity": always(1), "Dropout": always(1), "Flatten": always(1), "Reshape": always(2), "Squeeze": always(1),
	"Transpose": always(1), "Gather": always(2), "Shape": always(1), "Size": always(1), "Concat": always(1, whole("axis", 0)), "Cast": always(1, whole("to", 1)),
	"Unsqueeze": until(13, 2, list("axes", 0)), "Slice": until(10, 3, list("starts", 0), list("ends", 1)), "Pad": until(11, 2, list("pads", 0, 0)),
	"Constant":        always(0, Attribute{Name: "value", Kind: TensorAttribute, Tensor: vector[float32](1)}),
	"ConstantOfShape": from(9, always(1)), "ReduceMean": always(1),
	"Conv": always(2), "BatchNormalization": always(5), "LRN": always(1, whole("size", 1)), "MatMul": always(2),
	"MaxPool": always(1, list("kernel_shape", 1)), "AveragePool": always(1, list("kernel_shape", 1)), "GlobalAveragePool": always(1), "GlobalMaxPool": always(1),
	"Gemm": {since: firstTested, inputs: func(opset int) int {
		if opset < 11 {
			return 3
		}
		return 2
	}, attrs: func(int) []Attribute { return nil }},
}

func (m minimum) node(opType string, opset int) Node {
	node := heavyNode(opType, opset, m.inputs(opset), m.attrs(opset)...)
	node.Domain = m.domain
	for i := range node.Inputs {
		node.Inputs[i] = fmt.Sprint("x", i)
	}
	return node
}

func (m minimum) newest() int { return opsets[m.domain].newest }

func TestEveryOperatorHasItsMinimum(t *testing.T) {
	for domain, list := range families {
		for _, family := range list {
			for opType := range family {
				if m, ok := minima[opType]; !ok || m.domain != domain {
					t.Errorf("%s is in no row of this test", opType)
				}
			}
		}
	}
	for opType, m := range minima {
		if _, ok := lookup(m.domain, opType, m.newest()); !ok {
			t.Errorf("%s is in a row of this test, but not supported", opType)
		}
	}
}

// eachMinimum visits the least node of every operator in every opset that has
// it.
func eachMinimum(t *testing.T, visit func(t *testing.T, node Node)) {
	for opType, m := range minima {
		for opset := m.since; opset <= m.newest(); opset++ {
			t.Run(fmt.Sprint(opType, " ", opset), func(t *testing.T) { visit(t, m.node(opType, opset)) })
		}
	}
}

func TestEveryOperatorParsesInEveryOpset(t *testing.T) {
	eachMinimum(t, func(t *testing.T, node Node) {
		if _, err := Parse(node); err != nil {
			t.Error(err)
		}
	})
	for opType, m := range minima {
		for opset := opsets[m.domain].oldest; opset < m.since && m.since != firstTested; opset++ {
			_, err := Parse(m.node(opType, opset))
			checkRefused(t, err, domain.Unsupported, fmt.Sprintf("operator %s of opset %d is not supported", opType, opset))
		}
	}
}

// known are all attributes of the operators, some of one opset only.
var known = merged(firstKnown, elementaryKnown, statisticsKnown, indexingKnown, networkKnown, attentionKnown, mlKnown)

var firstKnown = map[string]AttributeKind{
	"axis": IntAttribute, "allowzero": IntAttribute, "start": IntAttribute, "end": IntAttribute, "to": IntAttribute, "saturate": IntAttribute,
	"seed": IntAttribute, "keepdims": IntAttribute, "noop_with_empty_axes": IntAttribute, "group": IntAttribute, "ceil_mode": IntAttribute,
	"count_include_pad": IntAttribute, "storage_order": IntAttribute, "training_mode": IntAttribute, "spatial": IntAttribute, "size": IntAttribute,
	"transA": IntAttribute, "transB": IntAttribute, "value_int": IntAttribute,
	"alpha": FloatAttribute, "beta": FloatAttribute, "bias": FloatAttribute, "epsilon": FloatAttribute, "momentum": FloatAttribute,
	"ratio": FloatAttribute, "min": FloatAttribute, "max": FloatAttribute, "value_float": FloatAttribute,
	"mode": StringAttribute, "auto_pad": StringAttribute, "value_string": StringAttribute, "value_strings": StringsAttribute,
	"axes": IntsAttribute, "perm": IntsAttribute, "pads": IntsAttribute, "starts": IntsAttribute, "ends": IntsAttribute, "kernel_shape": IntsAttribute,
	"strides": IntsAttribute, "dilations": IntsAttribute, "value_ints": IntsAttribute, "value_floats": FloatsAttribute,
}

func TestUnknownAttributesAreRefused(t *testing.T) {
	eachMinimum(t, func(t *testing.T, node Node) {
		node.Attributes = append(slices.Clone(node.Attributes), whole("colour", 42))
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, `node "n" (`+node.OpType+`)`, "colour = 42", "is not known")
	})
}

// Each attribute, whether the operator has it or not, is refused by name when
// it is of no type that an operator takes.
func TestAttributesOfAnotherTypeAreRefused(t *testing.T) {
	eachMinimum(t, func(t *testing.T, node Node) {
		required := node.Attributes
		for name := range known {
			node.Attributes = []Attribute{{Name: name, Kind: OtherAttribute}}
			for _, a := range required {
				if a.Name != name {
					node.Attributes = append(node.Attributes, a)
				}
			}
			_, err := Parse(node)
			checkRefused(t, err, domain.Unsupported, `node "n" (`+node.OpType+`)`, name+" = a value of a type that is not read")
		}
	})
}

func TestWrongNumbersOfInputsAndOutputsAreRefused(t *testing.T) {
	eachMinimum(t, func(t *testing.T, node Node) {
		found, _ := lookup(node.Domain, node.OpType, node.Opset)
		wrong := []Node{node, node, node, node}
		wrong[0].Outputs = nil
		wrong[1].Outputs = make([]string, found.outputs.most+1)
		if found.inputs.least > 0 {
			wrong[2].Inputs = make([]string, found.inputs.least-1)
		} else {
			wrong[2].Inputs = make([]string, found.inputs.most+1)
		}
		wrong[3].Inputs = make([]string, found.inputs.most+1)
		for _, n := range wrong {
			if len(n.Inputs) > variadic {
				continue
			}
			_, err := Parse(n)
			checkRefused(t, err, domain.Invalid, node.OpType, "expected")
		}
	})
}

func TestWhatIsNoOperatorHereIsRefused(t *testing.T) {
	for said, node := range map[string]Node{
		"operator Nonesuch of opset 13 is not supported": heavyNode("Nonesuch", 13, 1),
		"opset 0 is not supported, opsets 1 to 28 are":   heavyNode("Relu", 0, 1),
		"opset 29 is not supported":                      heavyNode("Relu", 29, 1),
		`domain "com.microsoft"`:                         {OpType: "Relu", Opset: 13, Domain: "com.microsoft"},
	} {
		_, err := Parse(node)
		checkRefused(t, err, domain.Unsupported, said)
	}
	if _, err := Parse(Node{OpType: "Relu", Opset: 13, Domain: "", Inputs: []string{"x"}, Outputs: []string{"y"}}); err != nil {
		t.Error(err)
	}
	_, err := Parse(Node{OpType: "Relu", Opset: 5, Outputs: []string{"y"}})
	if err == nil || !strings.Contains(err.Error(), `node of output "y" (Relu)`) {
		t.Errorf("a node without a name is told as %v", err)
	}
}
