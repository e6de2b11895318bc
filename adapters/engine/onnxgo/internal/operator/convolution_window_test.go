package operator

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/portent-go/portent/domain"
)

// TestHostileWindows gives convolutions and pools whatever a file can say. They
// may refuse it, but not panic, and what they accept has a size that fits.
func TestHostileWindows(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 11))
	pick := func(from ...int64) int64 { return from[random.IntN(len(from))] }
	numbers := func(n int) []int64 {
		values := make([]int64, n)
		for i := range values {
			values[i] = pick(0, 1, 1, 1, 2, 3)
			if random.IntN(12) == 0 {
				values[i] = pick(math.MinInt64, -1, 1<<30, 1<<31, 1<<40, math.MaxInt64)
			}
		}
		return values
	}
	accepted := 0
	for range 30000 {
		rank := 1 + random.IntN(2)
		opType := []string{"Conv", "MaxPool", "AveragePool"}[random.IntN(3)]
		inputs := []Value{{Datatype: domain.FP32, Shape: domain.Shape{1, 1}}, {Datatype: domain.FP32, Shape: domain.Shape{1, 1}}}
		for range rank {
			for i := range inputs {
				inputs[i].Shape = append(inputs[i].Shape, int(pick(0, 1, 2, 3, 4, 7, 1<<31, 1<<40, math.MaxInt64)))
			}
		}
		node := heavyNode(opType, 19, 1, text("auto_pad", []string{"NOTSET", "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"}[random.IntN(5)]))
		if opType == "Conv" {
			node.Inputs = make([]string, 2)
		} else {
			node.Attributes = append(node.Attributes, list("kernel_shape", numbers(rank)...), whole("ceil_mode", int64(random.IntN(2))))
		}
		if random.IntN(2) == 0 {
			node.Attributes = append(node.Attributes, list("strides", numbers(rank)...), list("pads", numbers(2*rank)...))
		}
		if random.IntN(3) == 0 {
			node.Attributes = append(node.Attributes, list("dilations", numbers(rank)...))
		}
		op, err := Parse(node)
		if err != nil {
			continue
		}
		outputs, err := op.Infer(inputs[:len(node.Inputs)])
		if err != nil {
			continue
		}
		accepted++
		if n, err := outputs[0].Shape.Elements(); err != nil || n < 1 {
			t.Fatalf("%+v of %v gives %v", node, inputs, outputs[0].Shape)
		}
		if _, err := op.Compile(inputs[:len(node.Inputs)], outputs); err != nil && domain.KindOf(err) != domain.Unsupported {
			t.Fatalf("%+v of %v: Infer accepts, Compile says %v", node, inputs, err)
		}
	}
	if accepted < 1000 {
		t.Errorf("only %d cases were accepted, so that the test says little", accepted)
	}
}
