package operator

import "github.com/portent-go/portent/domain"

// dropout drops nothing when a model is served, and says so in its mask.
type dropout struct{ opset int }

func parseDropout(node Node) (Operator, error) {
	a := attributesOf(node)
	if node.Opset < 12 {
		a.float("ratio", 0.5)
	} else {
		a.int("seed", 0)
	}
	if err := a.done(); err != nil {
		return nil, err
	}
	if len(node.Outputs) == 1 && (len(node.Inputs) < 3 || node.Inputs[2] == "") {
		return identity(), nil
	}
	return dropout{node.Opset}, nil
}

// Infer returns the data and its mask.
func (d dropout) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	if training, ok := optional(inputs, 2); ok {
		on := dataOf[bool](training.Const)
		if (len(on) != 1 || on[0]) && !dropsNothing(inputs) {
			return nil, domain.Errorf(domain.Unsupported, "input training_mode is not known to be false: training is not supported")
		}
	}
	mask := Value{Datatype: domain.BOOL, Shape: data.Shape}
	if d.opset < 10 {
		mask.Datatype = data.Datatype
	}
	return []Value{{Datatype: data.Datatype, Shape: data.Shape}, mask}, nil
}

// dropsNothing reports whether the ratio is known to be 0.
func dropsNothing(inputs []Value) bool {
	ratio, ok := optional(inputs, 1)
	if !ok || !ratio.Known() || ratio.Const.Len() != 1 {
		return false
	}
	value, _ := domain.Number(ratio.Const, 0)
	return value == 0
}

// Compile returns a copy, and a mask of all true. Before opset 10 the mask is of
// the data's type and has no meaning when nothing is dropped; it is zero, as in
// ONNX Runtime.
func (d dropout) Compile(inputs, _ []Value) (Run, error) {
	move := movers[inputs[0].Datatype]
	kept := tensorOf(domain.Shape{}, true)
	if d.opset >= 10 {
		move = movers[domain.BOOL]
	}
	return func(inputs, outputs []domain.Tensor) {
		if !outputs[0].IsZero() {
			mustCopy(outputs[0], inputs[0])
		}
		if len(outputs) > 1 && !outputs[1].IsZero() {
			move.fill(outputs[1], kept)
		}
	}, nil
}
