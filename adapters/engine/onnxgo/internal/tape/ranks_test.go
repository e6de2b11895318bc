package tape

import (
	"slices"
	"testing"

	"gorgonia.org/gorgonia"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// The last step comes behind a vector, reads a matrix and gives a vector: what it
// gives must not be taken for what it reads.
func TestStepsMayReadAndGiveDifferentRanks(t *testing.T) {
	node := func(opType, output, input string, attributes ...operator.Attribute) operator.Node {
		return operator.Node{Name: output, OpType: opType, Opset: 13, Inputs: []string{input}, Outputs: []string{output}, Attributes: attributes}
	}
	overRows := []operator.Attribute{{Name: "axes", Kind: operator.IntsAttribute, Ints: []int64{1}}, {Name: "keepdims", Kind: operator.IntAttribute}}
	machine := machineOf(t, graph.Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{2, 3}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}, {Name: "m", Datatype: domain.FP32}},
		Nodes:   []operator.Node{node("Relu", "a", "x"), node("ReduceMean", "m", "x", overRows...), node("ReduceMean", "y", "a", overRows...)},
		Budget:  1 << 20,
	})
	if got := run32(t, machine, row(t, 1, 2, 3, -4, 0, 4)); !slices.Equal(got, []float32{2, 4. / 3, 2, 0}) {
		t.Errorf("got %v, expected [2 1.3333334] and [2 0]", got)
	}
}

// Gorgonia is as inline expects it: otherwise every prediction would pay for two
// changes of thread, and nothing would say so.
func TestTheTapeRunsInTheCallersGoroutine(t *testing.T) {
	machine := diamond(t)
	vm := &counting{VM: machine.vm}
	if err := inline(vm)(); err != nil || vm.all != 1 {
		t.Errorf("a machine without Run and Prog: RunAll called %d times, error %v", vm.all, err)
	}
	machine.vm.Reset()
	fast := inline(machine.vm)
	*machine.run = run{ctx: t.Context()}
	if err := fast(); err != nil || machine.run.next != len(machine.plan.Steps) {
		t.Errorf("%d of %d steps ran, error %v", machine.run.next, len(machine.plan.Steps), err)
	}
	if _, _, ok := parts(machine.vm); !ok {
		t.Error("the tape machine has no Run and Prog as they were in Gorgonia v0.9.18")
	}
}

// counting is a machine of another make.
type counting struct {
	gorgonia.VM
	all int
}

func (c *counting) RunAll() error { c.all++; return nil }
