package operator

import "github.com/portent-go/portent/domain"

// dropout drops nothing, and says so in its mask. From opset 12 on inputs may ask it
// to: what a model is served for is no training, so it is refused then, when that is
// known. A ratio of 0 drops nothing in training either.
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
	if err := checkDropout(inputs); err != nil {
		return nil, err
	}
	mask := Value{Datatype: domain.BOOL, Shape: data.Shape}
	if d.opset < 10 {
		mask.Datatype = data.Datatype
	}
	return []Value{{Datatype: data.Datatype, Shape: data.Shape}, mask}, nil
}

// checkDropout checks the ratio and whether to train, as far as they are known.
func checkDropout(inputs []Value) error {
	ratio, hasRatio := optional(inputs, 1)
	training, hasTraining := optional(inputs, 2)
	if hasRatio && (product(ratio.Shape) != 1 || ratio.Datatype != domain.FP32 && ratio.Datatype != domain.FP64) {
		return domain.Errorf(domain.Invalid, "input ratio is %v %v, expected one FP32 or FP64", ratio.Datatype, ratio.Shape)
	}
	if hasTraining && (product(training.Shape) != 1 || training.Datatype != domain.BOOL) {
		return domain.Errorf(domain.Invalid, "input training_mode is %v %v, expected one BOOL", training.Datatype, training.Shape)
	}
	if !hasTraining || !training.Known() || hasRatio && !ratio.Known() {
		return nil
	}
	return refuseTraining(training.Const, ratio.Const)
}

// refuseTraining refuses to drop anything. A ratio that is left out is a half.
func refuseTraining(training, ratio domain.Tensor) error {
	if on := dataOf[bool](training); len(on) == 0 || !on[0] {
		return nil
	}
	share := 0.5
	if ratio.Len() > 0 {
		share, _ = domain.Number(ratio, 0)
	}
	if share == 0 {
		return nil
	}
	return domain.Errorf(domain.Unsupported, "input training_mode is true and ratio %v: training that drops elements is not supported", share)
}

// Check refuses to drop anything.
func (d dropout) Check(inputs []domain.Tensor) error {
	if len(inputs) < 3 {
		return nil
	}
	return refuseTraining(inputs[2], inputs[1])
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
