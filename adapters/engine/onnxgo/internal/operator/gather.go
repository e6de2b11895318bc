package operator

import "github.com/portent-go/portent/domain"

var gatherFamily = map[string][]definition{
	"Gather":         {{since: 1, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseAlong(alongAxis)}},
	"GatherElements": {{since: 11, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseAlong(elementsAlong)}},
	"GatherND":       {{since: 11, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseGatherND}},
}

// gather picks the blocks of its data that indices point to.
type gather struct{ indexing }

// parseAlong parses what gathers along one axis.
func parseAlong(along func(axis int) indexing) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		axis := a.int("axis", 0)
		return gather{along(axis)}, a.done()
	}
}

func parseGatherND(node Node) (Operator, error) {
	a := attributesOf(node)
	batch := 0
	if node.Opset >= 12 {
		batch = a.int("batch_dims", 0)
		a.expect(batch >= 0, "batch_dims", "is negative")
	}
	return gather{tuplesAfter(batch)}, a.done()
}

// Infer returns the shape of the blocks that the indices point to.
func (g gather) Infer(inputs []Value) ([]Value, error) {
	p, err := g.of(inputs)
	if err != nil {
		return nil, err
	}
	return like(inputs[0], p.shape)
}

// Check refuses indices that are out of range.
func (g gather) Check(inputs []domain.Tensor) error { return g.check(inputs[0].Shape(), inputs[1]) }

// Compile makes room for where the indices point to.
func (g gather) Compile(inputs, outputs []Value) (Run, error) {
	p, err := g.of(inputs)
	if err != nil {
		return nil, err
	}
	if product(outputs[0].Shape) == 0 {
		return func(_, _ []domain.Tensor) {}, nil
	}
	blocks, err := p.blocks()
	if err != nil {
		return nil, err
	}
	move := movers[inputs[0].Datatype]
	return func(inputs, outputs []domain.Tensor) {
		p.locate(blocks, inputs[1])
		move.pickBlocks(outputs[0], inputs[0], blocks)
	}, nil
}

func (g gather) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return g.rowwise(inputs[0].Shape, inputs[1].Shape, perRow[0], perRow[1])
}
