package operator

import "github.com/portent-go/portent/domain"

// shapeOf gives its input's shape, or part of it, as INT64.
type shapeOf struct {
	of func(domain.Shape) domain.Tensor
}

func parseShape(node Node) (Operator, error) {
	a := attributesOf(node)
	start, end, toEnd := 0, 0, true
	if node.Opset >= 15 {
		start, end, toEnd = a.int("start", 0), a.int("end", 0), !a.has("end")
	}
	return shapeOf{func(shape domain.Shape) domain.Tensor {
		last := end
		if toEnd {
			last = len(shape)
		}
		return integers(shape[clampAxis(start, len(shape)):max(clampAxis(last, len(shape)), clampAxis(start, len(shape)))])
	}}, a.done()
}

// clampAxis counts an axis from the front and keeps it within 0 and rank.
func clampAxis(axis, rank int) int {
	if axis < 0 {
		axis += rank
	}
	return min(max(axis, 0), rank)
}

func parseSize(node Node) (Operator, error) {
	return shapeOf{func(shape domain.Shape) domain.Tensor {
		total, _ := domain.NewTensor(domain.Shape{}, []int64{int64(product(shape))})
		return total
	}}, attributesOf(node).done()
}

// integers returns lengths as a tensor of INT64.
func integers(lengths []int) domain.Tensor {
	values := make([]int64, len(lengths))
	for i, n := range lengths {
		values[i] = int64(n)
	}
	tensor, _ := domain.NewTensor(domain.Shape{len(values)}, values)
	return tensor
}

// Infer returns the shape's own shape; the elements are known.
func (s shapeOf) Infer(inputs []Value) ([]Value, error) {
	data, err := present(inputs, 0, "data")
	if err != nil {
		return nil, err
	}
	tensor := s.of(data.Shape)
	return []Value{{Datatype: domain.INT64, Shape: tensor.Shape(), Const: tensor}}, nil
}

// Compile returns a copy of what Infer found.
func (s shapeOf) Compile(inputs, _ []Value) (Run, error) {
	tensor := s.of(inputs[0].Shape)
	return func(_, outputs []domain.Tensor) { mustCopy(outputs[0], tensor) }, nil
}
