package operator

import "github.com/portent-go/portent/domain"

// dropout drops nothing when a model is served; its mask says so.
type dropout struct{}

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
		return &view{"Identity", func(in []Value) (domain.Shape, error) { return in[0].Shape, nil }}, nil
	}
	return dropout{}, nil
}

// Infer returns the data and its mask.
func (dropout) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	if training, ok := optional(inputs, 2); ok {
		if !training.Known() || training.Datatype != domain.BOOL || training.Const.Len() != 1 || dataOf[bool](training.Const)[0] {
			return nil, domain.Errorf(domain.Unsupported, "input training_mode is not known to be false")
		}
	}
	return []Value{{Datatype: data.Datatype, Shape: data.Shape}, {Datatype: domain.BOOL, Shape: data.Shape}}, nil
}

// Compile returns a copy, and a mask of all true.
func (dropout) Compile(_, _ []Value) (Run, error) {
	return func(inputs, outputs []domain.Tensor) {
		if !outputs[0].IsZero() {
			mustCopy(outputs[0], inputs[0])
		}
		if len(outputs) > 1 {
			mask := dataOf[bool](outputs[1])
			for i := range mask {
				mask[i] = true
			}
		}
	}, nil
}
