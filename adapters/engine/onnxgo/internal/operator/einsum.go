package operator

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// einsum sums products of the operands' elements over the labels of its equation
// that the result does not have. Operands are multiplied one after the other, as
// stacks of matrices.
type einsum struct{ equation equation }

func parseEinsum(node Node) (Operator, error) {
	a := attributesOf(node)
	a.expect(a.has("equation"), "equation", "is required")
	equation, err := parseEquation(a.text("equation", ""))
	if err != nil {
		a.expect(false, "equation", err.Error())
	}
	return einsum{equation}, a.done()
}

// Infer returns the shape of the equation's result.
func (e einsum) Infer(inputs []Value) ([]Value, error) {
	for i := range inputs {
		if _, err := factor(inputs, i, "Inputs"); err != nil {
			return nil, err
		}
	}
	_, all, output, err := e.equation.bind(inputs)
	if err != nil {
		return nil, err
	}
	return like(inputs[0], all.of(output))
}

// Compile is for what is computed while compiling.
func (e einsum) Compile(inputs, outputs []Value) (Run, error) {
	return e.CompileFor(portable(), inputs, outputs)
}

// CompileFor lists the sums and products that lead to the result.
func (e einsum) CompileFor(t Target, inputs, outputs []Value) (Run, error) {
	operands, all, output, err := e.equation.bind(inputs)
	if err != nil {
		return nil, err
	}
	datatype := inputs[0].Datatype
	if product(outputs[0].Shape) == 0 || slices.ContainsFunc(inputs, func(v Value) bool { return product(v.Shape) == 0 }) {
		return func(_, out []domain.Tensor) { movers[datatype].fill(out[0], domain.Tensor{}) }, nil
	}
	p := &contraction{target: t, datatype: datatype, all: all}
	left, source := operands[0], place{input: 0}
	for i := 1; i < len(operands); i++ {
		wanted, final := slices.Clone(output), output
		for _, later := range operands[i+1:] {
			wanted, final = append(wanted, later.labels...), nil
		}
		if left, source, err = p.multiply(left, operands[i], source, place{input: i}, wanted, final); err != nil {
			return nil, err
		}
	}
	if source.output {
		return p.run, nil
	}
	p.move(left, source, place{output: true}, output)
	return p.run, nil
}
