package graph

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// loop is a Loop: its body takes the number of the iteration, a condition and the
// values that it carries, and gives the next condition, the values, and one
// element of each output that is collected.
type loop struct{ body *body }

func parseLoop(n operator.Node) (control, []error) {
	b, refused := bodyOf(n, "body")
	refused = append(refused, unknownAttributes(n, "body")...)
	carried := len(n.Inputs) - 2
	if carried < 0 {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d inputs, expected 2 at least", len(n.Inputs))))
	} else if b != nil && (len(b.inputs) != carried+2 || len(b.outputs) < carried+1 || len(n.Outputs) > len(b.outputs)-1) {
		refused = append(refused, n.Invalid(fmt.Sprintf("has %d inputs and %d outputs, which its body of %d inputs and %d outputs does not fit", len(n.Inputs), len(n.Outputs), len(b.inputs), len(b.outputs))))
	}
	return loop{b}, refused
}

func (l loop) expand(p *program, n operator.Node, outside scope) error {
	carried := n.Inputs[2:]
	trips, err := p.trips(n)
	if err != nil {
		return err
	}
	goOn := true
	if n.Inputs[1] != "" {
		if goOn, err = p.truth(n, n.Inputs[1]); err != nil {
			return err
		}
	}
	collected := make([][]string, len(l.body.outputs)-1-len(carried))
	for i := int64(0); goOn && i < trips; i++ {
		outputs, err := p.inline(l.body, append([]string{p.number(i), p.flag(true)}, carried...), outside)
		if err != nil {
			return err
		}
		if goOn, err = p.truth(n, outputs[0]); err != nil {
			return err
		}
		carried = outputs[1 : 1+len(carried)]
		for c, name := range outputs[1+len(carried):] {
			collected[c] = append(collected[c], name)
		}
	}
	claims := l.body.outputs[1+len(carried):]
	if len(collected) > 0 && len(collected[0]) == 0 {
		claims = l.tried(p, carried, claims, outside)
	}
	return p.finishLoop(n, carried, collected, claims)
}

// tried returns what a body would give if it were run. Nobody reads the steps that
// this adds.
func (l loop) tried(p *program, carried []string, claims []domain.TensorSpec, outside scope) []domain.TensorSpec {
	outputs, err := p.inline(l.body, append([]string{p.number(0), p.flag(true)}, carried...), outside)
	if err != nil {
		return claims
	}
	found := make([]domain.TensorSpec, len(claims))
	for i, name := range outputs[1+len(carried):] {
		found[i] = domain.TensorSpec{Datatype: p.values[name].Datatype, Shape: p.values[name].Shape}
	}
	return found
}

// trips returns how often a loop runs at most.
func (p *program) trips(n operator.Node) (int64, error) {
	if n.Inputs[0] == "" {
		return mostInlined, nil
	}
	v := p.values[n.Inputs[0]]
	if v.Datatype != domain.INT64 {
		return 0, n.Invalid(fmt.Sprintf("its trip count has datatype %v, expected INT64", v.Datatype))
	}
	if !v.Known() {
		return 0, n.UnknownElements("M")
	}
	values, _ := domain.Data[int64](v.Const)
	if len(values) != 1 {
		return 0, n.Invalid(fmt.Sprintf("its trip count has shape %v, expected one element", v.Shape))
	}
	return values[0], nil
}

// number and flag return the names of constants.
func (p *program) number(i int64) string {
	name := "number\x00" + strconv.FormatInt(i, 10)
	tensor, _ := domain.NewTensor(domain.Shape{}, []int64{i})
	p.values[name] = known(tensor)
	return name
}

func (p *program) flag(b bool) string {
	name := "flag\x00" + strconv.FormatBool(b)
	tensor, _ := domain.NewTensor(domain.Shape{}, []bool{b})
	p.values[name] = known(tensor)
	return name
}

// finishLoop gives a loop's outputs their names: the values that it carried, and
// those that it collected, one on another.
func (p *program) finishLoop(n operator.Node, carried []string, collected [][]string, claims []domain.TensorSpec) error {
	outputs := n.Outputs
	if err := p.alias(n, carried[:min(len(carried), len(outputs))], outputs[:min(len(carried), len(outputs))]); err != nil {
		return err
	}
	for i := len(carried); i < len(outputs); i++ {
		if outputs[i] == "" {
			continue
		}
		k := i - len(carried)
		if err := p.stack(n, collected[k], outputs[i], 0, false, claims[k]); err != nil {
			return err
		}
	}
	return nil
}

// stack joins values of one shape along a new axis, in order or the other way
// round. Of no values it makes an empty tensor, as the claim has it.
func (p *program) stack(n operator.Node, parts []string, output string, axis int64, backwards bool, claim domain.TensorSpec) error {
	if len(parts) == 0 {
		return p.stackNone(n, output, claim)
	}
	if backwards {
		parts = slices.Clone(parts)
		slices.Reverse(parts)
	}
	return p.stackItems(n, parts, output, axis)
}

// stackItems joins values of one shape along a new axis.
func (p *program) stackItems(n operator.Node, parts []string, output string, axis int64) error {
	axes := p.vector(axis)
	joined := make([]string, len(parts))
	for i, name := range parts {
		joined[i] = fmt.Sprintf("%s\x00%d", output, i)
		if err := p.synthetic(n, "Unsqueeze", []string{name, axes}, joined[i]); err != nil {
			return err
		}
	}
	return p.synthetic(n, "Concat", joined, output, operator.Attribute{Name: "axis", Kind: operator.IntAttribute, Int: axis})
}

func (p *program) vector(i int64) string {
	name := "vector\x00" + strconv.FormatInt(i, 10)
	tensor, _ := domain.NewTensor(domain.Shape{1}, []int64{i})
	p.values[name] = known(tensor)
	return name
}

func (p *program) stackNone(n operator.Node, output string, claim domain.TensorSpec) error {
	shape := append(domain.Shape{0}, claim.Shape...)
	for _, length := range shape {
		if claim.Shape == nil || length < 0 || !claim.Datatype.Valid() {
			return n.Unsupported("runs no iteration, and the file does not say what shape the elements of its outputs have")
		}
	}
	tensor, err := domain.MakeTensor(claim.Datatype, shape)
	if err != nil {
		return located(err, n)
	}
	p.values[output] = known(tensor)
	return nil
}
