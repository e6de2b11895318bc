package operator

import "github.com/portent-go/portent/domain"

// limited is an operator on two inputs as it was before opset 7: both have one
// shape, or the second is spread over the first where an attribute asks for it.
// The second is then a single element, or has the lengths of axes of the first that
// follow each other. ONNX's text does not let it have lengths of 1 among them, but its
// own cases do.
type limited struct {
	operation Operator // which spreads as numpy does
	spreads   bool
	axis      int // of the first input, on which the second begins
}

// atTheEnd is the axis of what ends where the first input ends.
const atTheEnd = -1

// limitedTo parses what an operator was before opset 7 by its parser of later.
func limitedTo(parse func(Node) (Operator, error)) func(Node) (Operator, error) {
	return func(node Node) (Operator, error) {
		a := attributesOf(node)
		l := limited{spreads: a.bool("broadcast", false), axis: a.int("axis", atTheEnd)}
		a.expect(l.axis >= 0 || !a.has("axis"), "axis", "counts from the end, which it may not before opset 7")
		if err := a.done(); err != nil {
			return nil, err
		}
		node.Attributes = nil
		var err error
		l.operation, err = parse(node)
		return l, err
	}
}

// slopedChannels parses PRelu before opset 7: a slope for each channel of X
// [N,C,...], or one for all.
func slopedChannels(node Node) (Operator, error) {
	sloped, err := parsePRelu(domain.FP32, domain.FP64)(node)
	return limited{operation: sloped, spreads: true, axis: 1}, err
}

// Infer returns the shape of the first input.
func (l limited) Infer(inputs []Value) ([]Value, error) {
	spread, err := l.spread(inputs)
	if err != nil {
		return nil, err
	}
	return l.operation.Infer(spread)
}

// spread returns the inputs, the second with the shape that numpy would have it in.
func (l limited) spread(inputs []Value) ([]Value, error) {
	a, b, err := operands(inputs)
	if err != nil {
		return nil, err
	}
	if !l.spreads {
		if !a.Shape.Equal(b.Shape) {
			return nil, misshapen("B", b.Shape, "the shape of A, "+a.Shape.String()+", where the attribute broadcast is 0")
		}
		return []Value{a, b}, nil
	}
	if b.Shape, err = l.over(a.Shape, b.Shape); err != nil {
		return nil, err
	}
	return []Value{a, b}, nil
}

// over returns the second input's shape with an axis of 1 for each axis of the
// first that is behind it.
func (l limited) over(a, b domain.Shape) (domain.Shape, error) {
	if product(b) == 1 && len(b) <= len(a) {
		return domain.Shape{}, nil
	}
	axis := l.axis
	if axis == atTheEnd {
		axis = len(a) - len(b)
	}
	if axis < 0 || axis > len(a)-len(b) || !stretches(b, a[axis:axis+len(b)]) {
		return nil, misshapen("B", b, "a single element, or lengths that A "+a.String()+" has too, from its axis of the attribute axis on")
	}
	shape := b.Clone()
	for range len(a) - len(b) - axis {
		shape = append(shape, 1)
	}
	return shape, nil
}

// stretches reports whether each axis has another's length, or 1.
func stretches(b, a domain.Shape) bool {
	for i, n := range b {
		if n != 1 && n != a[i] {
			return false
		}
	}
	return true
}

// Compile computes on the elements as they are: only their order matters.
func (l limited) Compile(inputs, outputs []Value) (Run, error) {
	spread, err := l.spread(inputs)
	if err != nil {
		return nil, err
	}
	return l.operation.Compile(spread, outputs)
}

// Check refuses what the operator refuses.
func (l limited) Check(inputs []domain.Tensor) error {
	if checker, ok := l.operation.(Checker); ok {
		return checker.Check(inputs)
	}
	return nil
}

func (l limited) keepsRows(inputs, outputs []Value, perRow []bool) bool {
	spread, err := l.spread(inputs)
	keeper, ok := l.operation.(rowKeeper)
	return err == nil && ok && keeper.keepsRows(spread, outputs, perRow)
}
