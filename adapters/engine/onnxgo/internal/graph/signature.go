package graph

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// Signature returns what the graph takes and gives, found by inference and not
// by what the file claims: exporters often write shapes that do not hold. A
// batch axis that the operators cannot follow, because a shape with a batch of 1
// is written into the model, becomes 1. A model that cannot run at all is an
// error. Claims stand where shapes depend on the inputs' elements, and where axes
// other than the batch are dynamic and inference fails for the lengths tried; an
// output without a claim is then an error of kind Unsupported.
func (g *Graph) Signature() (domain.Signature, error) {
	signature := domain.Signature{Inputs: cloneSpecs(g.inputs), Outputs: cloneSpecs(g.outputs)}
	makers := g.makers()
	for i, output := range signature.Outputs {
		signature.Outputs[i].Activation, signature.Outputs[i].Labels = activation(makers, output.Name), labelsOf(makers, output.Name)
	}
	batched, certain := g.dynamicBatch()
	short, long := g.lengths()
	rows, single, err := g.fewest(batched, short)
	if operator.DependsOnElements(err) || err != nil && !certain && domain.KindOf(err) == domain.Invalid {
		return signature, checkClaims(signature)
	}
	if err != nil {
		return domain.Signature{}, err
	}
	for i, v := range single {
		signature.Outputs[i].Datatype, signature.Outputs[i].Shape = v.Datatype, v.Shape.Clone()
	}
	if batched && !g.follow(signature, rows+1, short) && !g.followMany(signature, short) {
		pin(signature.Inputs, rows)
	}
	if !certain && !g.follow(signature, rows, long) {
		signature.Outputs = g.claimed(signature.Outputs)
		return signature, checkClaims(signature)
	}
	return signature, nil
}

// Plannable reports whether the graph can be compiled, as far as can be told
// without inputs: otherwise Evaluate computes it.
func (g *Graph) Plannable() bool {
	short, _ := g.lengths()
	_, err := g.outputsFor(1, short)
	return !operator.DependsOnElements(err)
}

// The length of dynamic axes, other than the batch, that is tried first to find out
// what depends on them, since for most models a picture of it is not too small; and
// those that are tried where inference fails with it, since a text of it is too long
// for models with few positions.
const shortAxis = 64

var shorterAxes = []int{16, 8}

// longer returns the second length that is tried: another one, which is not much
// longer.
func longer(axis int) int { return axis + axis/2 }

// lengths returns two lengths of dynamic axes, other than the batch. Of the first it
// is known that inference succeeds with it, if it does with any that is tried.
func (g *Graph) lengths() (short, long int) {
	if _, certain := g.dynamicBatch(); certain {
		return shortAxis, longer(shortAxis)
	}
	g.tried.once.Do(func() {
		g.tried.axis = shortAxis
		if _, err := g.outputsFor(1, shortAxis); domain.KindOf(err) != domain.Invalid {
			return
		}
		for _, axis := range shorterAxes {
			if _, err := g.outputsFor(1, axis); err == nil {
				g.tried.axis = axis
				return
			}
		}
	})
	return g.tried.axis, longer(g.tried.axis)
}

// manyRows is the length of a dynamic first axis that is tried where one or two do
// not do: it is no batch then, but a number of samples or boxes.
const manyRows = 64

// fewest infers the outputs for one row, or where that cannot be for many, and returns
// for how many.
func (g *Graph) fewest(batched bool, axes int) (rows int, outputs []spec, err error) {
	outputs, err = g.outputsFor(1, axes)
	if batched && domain.KindOf(err) == domain.Invalid {
		if many, errOfMany := g.outputsFor(manyRows, axes); errOfMany == nil {
			return manyRows, many, nil
		}
	}
	return 1, outputs, err
}

// pin gives first axes that are dynamic a length.
func pin(inputs []domain.TensorSpec, rows int) {
	for _, input := range inputs {
		if len(input.Shape) > 0 && input.Shape[0] == domain.Dynamic {
			input.Shape[0] = rows
		}
	}
}

// followMany does what follow does, for two lengths of the first axis that no
// exporter has written into a model by chance.
func (g *Graph) followMany(signature domain.Signature, axes int) bool {
	return g.follow(signature, manyRows, axes) && g.follow(signature, manyRows+1, axes)
}

// follow makes those axes of the outputs dynamic that are of another length for
// another batch or other dynamic axes. It reports whether inference succeeds.
func (g *Graph) follow(signature domain.Signature, batch, axes int) bool {
	others, err := g.outputsFor(batch, axes)
	if err != nil {
		return false
	}
	for i, v := range others {
		shape := signature.Outputs[i].Shape
		for axis, n := range v.Shape {
			if axis < len(shape) && shape[axis] != n {
				shape[axis] = domain.Dynamic
			}
		}
	}
	return true
}

// claimed returns outputs with the shapes that the file claims.
func (g *Graph) claimed(outputs []domain.TensorSpec) []domain.TensorSpec {
	for i, output := range cloneSpecs(g.outputs) {
		outputs[i].Datatype, outputs[i].Shape = output.Datatype, output.Shape
	}
	return outputs
}

// checkClaims reports an output of which the file says nothing.
func checkClaims(signature domain.Signature) error {
	for _, output := range signature.Outputs {
		if output.Shape == nil {
			return &domain.Error{Kind: domain.Unsupported, Field: "output " + output.Name, Msg: "has no shape in the file, and it cannot be known before there are inputs"}
		}
	}
	return nil
}

// dynamicBatch reports whether an input's first axis is dynamic, and whether it
// is certain what the shapes are once a batch is chosen.
func (g *Graph) dynamicBatch() (batched, certain bool) {
	certain = true
	for _, input := range g.inputs {
		for axis, n := range input.Shape {
			batched = batched || n == domain.Dynamic && axis == 0
			certain = certain && (n != domain.Dynamic || axis == 0)
		}
	}
	return batched, certain
}

// CompileRows returns the plan for inputs of n rows, and of a length that the model
// takes where other axes are dynamic.
func (g *Graph) CompileRows(n int) (*Plan, error) {
	short, _ := g.lengths()
	return g.Compile(g.shapesOf(n, short))
}

// shapesOf returns the inputs' shapes for a batch of n and a length of other
// dynamic axes.
func (g *Graph) shapesOf(n, axes int) []domain.Shape {
	shapes := make([]domain.Shape, len(g.inputs))
	for i, input := range g.inputs {
		shapes[i] = input.Shape.Clone()
		for axis, length := range shapes[i] {
			switch {
			case length == domain.Dynamic && axis == 0:
				shapes[i][axis] = n
			case length == domain.Dynamic:
				shapes[i][axis] = axes
			}
		}
	}
	return shapes
}

// outputsFor infers the outputs for a batch of n and a length of other dynamic
// axes.
func (g *Graph) outputsFor(n, axes int) ([]spec, error) {
	p, err := g.infer(g.shapesOf(n, axes))
	if err != nil {
		return nil, err
	}
	outputs := make([]spec, len(p.outputs))
	for i, name := range p.outputs {
		outputs[i] = spec{p.values[name].Datatype, p.values[name].Shape}
	}
	return outputs, nil
}

type spec struct {
	Datatype domain.Datatype
	Shape    domain.Shape
}

func cloneSpecs(specs []domain.TensorSpec) []domain.TensorSpec {
	cloned := make([]domain.TensorSpec, len(specs))
	for i, s := range specs {
		cloned[i] = s
		cloned[i].Shape = s.Shape.Clone()
	}
	return cloned
}
