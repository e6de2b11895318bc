package graph

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// RowsIndependent reports whether each row of the outputs depends on the same row
// of the inputs and on no other, so that the rows of a batch may be computed
// apart. It is proven operator by operator, for two sizes of batch; what cannot
// be proven is false.
func (g *Graph) RowsIndependent() bool {
	if batched, certain := g.dynamicBatch(); !batched || !certain {
		return false
	}
	for _, input := range g.inputs {
		if len(input.Shape) == 0 || input.Shape[0] != domain.Dynamic {
			return false
		}
	}
	// Two sizes that no shape in a model is likely to have; a third could not be
	// told from both.
	few, err := g.infer(g.shapesOf(11, shortAxis))
	if err != nil {
		return false
	}
	many, err := g.infer(g.shapesOf(13, shortAxis))
	return err == nil && few.rowsApart() && many.rowsApart() && sameConstants(few, many)
}

// rowsApart follows the rows from the inputs to the outputs.
func (p *program) rowsApart() bool {
	rows := make(map[string]bool, len(p.values))
	for _, name := range p.inputs {
		rows[name] = true
	}
	for _, s := range p.steps {
		inputs, outputs := p.valuesOf(s.inputs), p.madeBy(s)
		perRow := make([]bool, len(s.inputs))
		for i, name := range s.inputs {
			perRow[i] = rows[name]
		}
		if !operator.KeepsRows(s.operator, inputs, outputs, perRow) {
			return false
		}
		for _, name := range s.outputs {
			rows[name] = name != ""
		}
	}
	return !slices.ContainsFunc(p.outputs, func(name string) bool { return !rows[name] })
}

// madeBy returns the outputs of a step that somebody may read.
func (p *program) madeBy(s *step) []operator.Value {
	var made []operator.Value
	for _, name := range s.outputs {
		if name != "" {
			made = append(made, p.values[name])
		}
	}
	return made
}

// sameConstants reports whether what is known while compiling is the same for
// both sizes of batch, wherever a step computes with it.
func sameConstants(a, b *program) bool {
	if len(a.steps) != len(b.steps) {
		return false
	}
	for i, s := range a.steps {
		left, right := a.valuesOf(s.inputs), b.valuesOf(b.steps[i].inputs)
		for j := range left {
			if !operator.ReadsShape(s.operator, j) && !sameKnown(left[j], right[j]) {
				return false
			}
		}
	}
	return true
}

func sameKnown(a, b operator.Value) bool {
	if !a.Known() && !b.Known() {
		return true
	}
	return a.Known() && b.Known() && operator.SameElements(a.Const, b.Const)
}
