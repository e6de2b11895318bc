package operator

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// constant gives what its attributes hold.
type constant struct{ value domain.Tensor }

func parseConstant(node Node) (Operator, error) {
	a := attributesOf(node)
	values := constantsOf(a, node.Opset)
	if err := a.done(); err != nil {
		return nil, err
	}
	if len(values) != 1 {
		return nil, node.Invalid(fmt.Sprintf("has %d values, expected 1", len(values)))
	}
	return constant{values[0]}, nil
}

// constantsOf returns the values of all attributes that hold one.
func constantsOf(a *attributes, opset int) (values []domain.Tensor) {
	if value, ok := a.tensor("value"); ok {
		a.expect(!value.IsZero(), "value", "is of a datatype that is not supported")
		values = append(values, value)
	}
	if opset < 12 {
		return values
	}
	if v, ok := a.find("value_int", IntAttribute); ok {
		values = append(values, tensorOf(domain.Shape{}, v.Int))
	}
	if v, ok := a.find("value_float", FloatAttribute); ok {
		values = append(values, tensorOf(domain.Shape{}, v.Float))
	}
	if v, ok := a.find("value_string", StringAttribute); ok {
		values = append(values, tensorOf(domain.Shape{}, v.String))
	}
	if v, ok := a.find("value_ints", IntsAttribute); ok {
		values = append(values, tensorOf(domain.Shape{len(v.Ints)}, v.Ints...))
	}
	if v, ok := a.find("value_floats", FloatsAttribute); ok {
		values = append(values, tensorOf(domain.Shape{len(v.Floats)}, v.Floats...))
	}
	if v, ok := a.find("value_strings", StringsAttribute); ok {
		values = append(values, tensorOf(domain.Shape{len(v.Texts)}, v.Texts...))
	}
	return values
}

// tensorOf returns a tensor of its own elements, as many as the shape has.
func tensorOf[T domain.Element](shape domain.Shape, elements ...T) domain.Tensor {
	tensor, _ := domain.NewTensor(shape, append([]T{}, elements...))
	return tensor
}

// Infer returns the constant.
func (c constant) Infer([]Value) ([]Value, error) {
	return []Value{{Datatype: c.value.Datatype(), Shape: c.value.Shape()}}, nil
}

// Compile returns a copy of the constant.
func (c constant) Compile(_, _ []Value) (Run, error) {
	return func(_, outputs []domain.Tensor) { mustCopy(outputs[0], c.value) }, nil
}

// constantOfShape fills a shape with one value.
type constantOfShape struct{ value domain.Tensor }

func parseConstantOfShape(node Node) (Operator, error) {
	a := attributesOf(node)
	value, ok := a.tensor("value")
	if !ok {
		value, _ = domain.MakeTensor(domain.FP32, domain.Shape{1})
	}
	a.expect(value.Len() == 1, "value", "has not one element")
	return constantOfShape{value}, a.done()
}

// Infer returns the shape that the input holds.
func (c constantOfShape) Infer(inputs []Value) ([]Value, error) {
	lengths, err := requiredInts(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: c.value.Datatype()}, lengths)
}

// Compile returns what fills the output.
func (c constantOfShape) Compile(_, _ []Value) (Run, error) {
	move := movers[c.value.Datatype()]
	return func(_, outputs []domain.Tensor) { move.fill(outputs[0], c.value) }, nil
}
