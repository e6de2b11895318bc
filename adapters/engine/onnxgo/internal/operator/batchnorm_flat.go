package operator

import "github.com/portent-go/portent/domain"

// flatNormalization is a BatchNormalization before opset 9 whose attribute spatial
// is 0: each element of a row is a channel of its own, so that scale, B, mean and
// var have the shape of a row.
type flatNormalization struct{ channels *BatchNormalization }

// flat returns the inputs with their rows as vectors.
func (flatNormalization) flat(inputs []Value) ([]Value, error) {
	x, err := realOperand(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 2 {
		return nil, misshapen("X", x.Shape, "[N,C,...]")
	}
	flat := []Value{{Datatype: x.Datatype, Shape: domain.Shape{x.Shape[0], product(x.Shape[1:])}}}
	for i, name := range parameters {
		v, err := present(inputs, i+1, name)
		if err != nil {
			return nil, err
		}
		if !v.Shape.Equal(x.Shape[1:]) {
			return nil, misshapen(name, v.Shape, x.Shape[1:].String())
		}
		v.Shape = domain.Shape{product(v.Shape)}
		flat = append(flat, v)
	}
	return flat, nil
}

// Infer returns X's shape.
func (f flatNormalization) Infer(inputs []Value) ([]Value, error) {
	flat, err := f.flat(inputs)
	if err != nil {
		return nil, err
	}
	if _, err := f.channels.Infer(flat); err != nil {
		return nil, err
	}
	return like(inputs[0], inputs[0].Shape)
}

// Compile computes on the elements as they are.
func (f flatNormalization) Compile(inputs, outputs []Value) (Run, error) {
	flat, err := f.flat(inputs)
	if err != nil {
		return nil, err
	}
	return f.channels.Compile(flat, outputs)
}

func (flatNormalization) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }
