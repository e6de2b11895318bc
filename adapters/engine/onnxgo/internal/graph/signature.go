package graph

import "github.com/portent-go/portent/domain"

// Signature returns what the graph takes and gives, found by inference and not
// by what the file claims: exporters often write shapes that do not hold. A
// batch axis that the operators cannot follow, because a shape with a batch of 1
// is written into the model, becomes 1. A model that cannot run at all is an
// error. Where other axes than the batch are dynamic, the claims stand, and an output
// without one is an error of kind Unsupported.
func (g *Graph) Signature() (domain.Signature, error) {
	signature := domain.Signature{Inputs: cloneSpecs(g.inputs), Outputs: cloneSpecs(g.outputs)}
	for i, output := range signature.Outputs {
		signature.Outputs[i].Activation = g.activation(output.Name)
	}
	batched, certain := g.dynamicBatch()
	if !certain {
		return signature, checkClaims(signature)
	}
	single, err := g.outputsFor(1)
	if err != nil {
		return domain.Signature{}, err
	}
	for i, v := range single {
		signature.Outputs[i].Datatype, signature.Outputs[i].Shape = v.Datatype, v.Shape.Clone()
	}
	if !batched {
		return signature, nil
	}
	double, err := g.outputsFor(2)
	if err != nil {
		for i := range signature.Inputs {
			if shape := signature.Inputs[i].Shape; len(shape) > 0 && shape[0] == domain.Dynamic {
				shape[0] = 1
			}
		}
		return signature, nil
	}
	for i, v := range double {
		for axis, n := range v.Shape {
			if axis < len(signature.Outputs[i].Shape) && signature.Outputs[i].Shape[axis] != n {
				signature.Outputs[i].Shape[axis] = domain.Dynamic
			}
		}
	}
	return signature, nil
}

// checkClaims reports an output of which the file says nothing.
func checkClaims(signature domain.Signature) error {
	for _, output := range signature.Outputs {
		if output.Shape == nil {
			return &domain.Error{Kind: domain.Unsupported, Field: "output " + output.Name, Msg: "has no shape in the file, and axes other than the batch are dynamic"}
		}
	}
	return nil
}

// dynamicBatch reports whether an input's first axis is dynamic, and whether it
// is certain what the shapes are once a batch is chosen.
func (g *Graph) dynamicBatch() (batched, certain bool) {
	for _, input := range g.inputs {
		for axis, n := range input.Shape {
			switch {
			case n == domain.Dynamic && axis == 0:
				batched = true
			case n == domain.Dynamic:
				return false, false
			}
		}
	}
	return batched, true
}

// CompileRows returns the plan for inputs of n rows. Their other axes are static.
func (g *Graph) CompileRows(n int) (*Plan, error) { return g.Compile(g.shapesOf(n)) }

// shapesOf returns the inputs' shapes for a batch of n.
func (g *Graph) shapesOf(n int) []domain.Shape {
	shapes := make([]domain.Shape, len(g.inputs))
	for i, input := range g.inputs {
		shapes[i] = input.Shape.Clone()
		if len(shapes[i]) > 0 && shapes[i][0] == domain.Dynamic {
			shapes[i][0] = n
		}
	}
	return shapes
}

// outputsFor infers the outputs for a batch of n.
func (g *Graph) outputsFor(n int) ([]spec, error) {
	p, err := g.infer(g.shapesOf(n))
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
