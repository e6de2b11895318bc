package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/domain"
)

// Kernel says in a few words what computes an operator that is compiled for a
// target.
func Kernel(op Operator, t Target, inputs, outputs []Value) string {
	inBlocks := outputs[0].Layout != nil
	switch o := op.(type) {
	case *Conv:
		if inBlocks {
			return o.kernel(t, inputs)
		}
	case *matMul, *gemm, *attention:
		if inputs[0].Datatype == domain.FP32 {
			return "packed product, " + t.Set.Name
		}
	case Reorder:
		return "reordering"
	}
	for _, v := range append(slices.Clone(outputs), inputs...) {
		if v.Layout != nil {
			return fmt.Sprintf("in blocks of %d", v.Layout.Block)
		}
	}
	return "plain order"
}

func (c *Conv) kernel(t Target, inputs []Value) string {
	g, err := c.geometry(inputs)
	if err != nil {
		return ""
	}
	method := blocked.ChooseMethod(t.Set, g, layoutOf(inputs[convX]).Block == 1)
	return fmt.Sprintf("%v, %s", method, t.Set.Name)
}

// MultiplyAdds returns how many multiplications, each with an addition, an operator
// is defined by, 0 for what is not a sum of products. Winograd's method needs fewer.
func MultiplyAdds(op Operator, inputs, outputs []Value) int64 {
	o, ok := op.(interface {
		products(inputs, outputs []Value) int
	})
	if !ok {
		return 0
	}
	return int64(o.products(inputs, outputs))
}

func (c *Conv) products(inputs, outputs []Value) int {
	return product(outputs[0].Shape) * product(inputs[convWeights].Shape[1:])
}

func (g *gemm) products(inputs, outputs []Value) int {
	if g.transA {
		return product(outputs[0].Shape) * inputs[0].Shape[0]
	}
	return product(outputs[0].Shape) * inputs[0].Shape[1]
}

func (*matMul) products(inputs, outputs []Value) int {
	a := inputs[0].Shape
	return product(outputs[0].Shape) * a[len(a)-1]
}
