package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// Numbers of 16 bits are computed with as FP32: an operator reads its inputs
// widened, and its outputs are rounded for whoever reads them as they are. Where
// one operator reads what another made, nothing is rounded between.

func isHalf(datatype domain.Datatype) bool {
	return datatype == domain.FP16 || datatype == domain.BF16
}

// widened is the name of a value as FP32. It is no name of a file's.
func widened(name string) string { return name + "\x00FP32" }

// hasHalves reports whether a node is to be computed as FP32.
func (p *program) hasHalves(n node) bool {
	return !operator.TakesHalves(n.operator) && slices.ContainsFunc(n.Inputs, func(name string) bool { return isHalf(p.values[name].Datatype) })
}

// addWidened adds a node that computes as FP32, with what converts its inputs and
// outputs.
func (p *program) addWidened(n node) error {
	wide, narrow := n, p.valuesOf(n.Inputs)
	wide.Inputs = slices.Clone(n.Inputs)
	for i, name := range n.Inputs {
		if isHalf(narrow[i].Datatype) {
			wide.Inputs[i] = widened(name)
			if err := p.widen(n, name); err != nil {
				return err
			}
		}
	}
	outputs, err := inferOutputs(wide, p.valuesOf(wide.Inputs))
	if err != nil {
		return err
	}
	wide.Outputs = slices.Clone(n.Outputs)
	var roundings []node
	for i, name := range n.Outputs {
		datatype := operator.RoundsTo(n.operator, narrow, i)
		if name != "" && outputs[i].Datatype == domain.FP32 && isHalf(datatype) {
			wide.Outputs[i] = widened(name)
			roundings = append(roundings, casting(n, widened(name), name, datatype))
		}
	}
	if err := p.addStep(wide); err != nil {
		return err
	}
	for _, rounding := range roundings {
		if err := p.addStep(rounding); err != nil {
			return err
		}
	}
	return nil
}

// widen makes a value's FP32 form, unless it is there.
func (p *program) widen(n node, name string) error {
	if _, ok := p.values[widened(name)]; ok {
		return nil
	}
	return p.addStep(casting(n, name, widened(name), domain.FP32))
}

// casting returns a node that converts a value, in the name of another node.
func casting(n node, from, to string, datatype domain.Datatype) node {
	cast := operator.Node{Name: n.String(), OpType: "Cast", Opset: n.Opset, Inputs: []string{from}, Outputs: []string{to}}
	return node{Node: cast, operator: operator.CastTo(datatype)}
}

// widenConstants converts, once for all plans, the constants that are computed
// with as FP32.
func (g *Graph) widenConstants(p *program) error {
	for _, n := range g.nodes {
		if n.control != nil || operator.TakesHalves(n.operator) {
			continue
		}
		for _, name := range n.Inputs {
			constant, ok := g.constants[name]
			if _, done := g.constants[widened(name)]; !ok || done || !isHalf(constant.Datatype()) {
				continue
			}
			p.values[name] = known(constant)
			if err := p.widen(n, name); err != nil {
				return err
			}
			g.constants[widened(name)] = p.values[widened(name)].Const
		}
	}
	return nil
}
