package tape

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/graph"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/operator"
	"github.com/portent-go/portent/domain"
)

// diamond is y = tanh(x) * sigmoid(x) + x, and a second output that is the
// product: five operators, one value read three times.
func diamond(t testing.TB) *Machine {
	t.Helper()
	node := func(opType, output string, inputs ...string) operator.Node {
		return operator.Node{Name: output, OpType: opType, Opset: 17, Inputs: inputs, Outputs: []string{output}}
	}
	return machineOf(t, graph.Definition{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32}, {Name: "p", Datatype: domain.FP32}},
		Nodes: []operator.Node{
			node("Tanh", "a", "x"), node("Sigmoid", "b", "x"), node("Mul", "p", "a", "b"), node("Add", "y", "p", "x"),
		},
		Budget: 1 << 20,
	})
}

// machineOf plans a graph for two rows of three, until the test ends.
func machineOf(t testing.TB, definition graph.Definition) *Machine {
	t.Helper()
	g, err := graph.New(definition)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := g.Compile([]domain.Shape{{2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	machine, err := New(plan, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := machine.Close(); err != nil {
			t.Error(err)
		}
	})
	return machine
}

func row(t *testing.T, values ...float32) []domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(domain.Shape{2, 3}, values)
	if err != nil {
		t.Fatal(err)
	}
	return []domain.Tensor{tensor}
}

func run32(t *testing.T, m *Machine, inputs []domain.Tensor) []float32 {
	t.Helper()
	outputs, err := m.Run(t.Context(), inputs, 0)
	if err != nil {
		t.Fatal(err)
	}
	y, _ := domain.Data[float32](outputs[0])
	p, _ := domain.Data[float32](outputs[1])
	return slices.Concat(y, p)
}

func TestMachineRunsAgainAndAgain(t *testing.T) {
	machine := diamond(t)
	first, second := row(t, 1, 2, 3, 4, 5, 6), row(t, -1, 0, 0.5, 7, -8, 9)
	wantFirst, wantSecond := run32(t, machine, first), run32(t, machine, second)
	if slices.Equal(wantFirst, wantSecond) {
		t.Fatal("different inputs give the same outputs")
	}
	for i := range 500 {
		if got := run32(t, machine, first); !slices.Equal(got, wantFirst) {
			t.Fatalf("run %d gives %v, the first %v", i, got, wantFirst)
		}
		if got := run32(t, machine, second); !slices.Equal(got, wantSecond) {
			t.Fatalf("run %d gives %v, the first %v", i, got, wantSecond)
		}
	}
}

func TestOutputsAreNotTheMachines(t *testing.T) {
	machine := diamond(t)
	input := row(t, 1, 2, 3, 4, 5, 6)
	outputs, err := machine.Run(t.Context(), input, 0)
	if err != nil {
		t.Fatal(err)
	}
	held, _ := domain.Data[float32](outputs[0])
	want := slices.Clone(held)
	run32(t, machine, row(t, 6, 5, 4, 3, 2, 1))
	if !slices.Equal(held, want) {
		t.Error("a later run changed an output")
	}
}

// replace lets a step of a machine do something else.
func replace(t *testing.T, m *Machine, number int, compute func(original func() error) error) {
	t.Helper()
	original := m.state.Runs[number]
	m.state.Runs[number] = func() error { return compute(original) }
	g, err := m.build()
	if err != nil {
		t.Fatal(err)
	}
	m.restart(g)
}

func TestStepThatPanicsIsAnError(t *testing.T) {
	machine := diamond(t)
	replace(t, machine, 2, func(func() error) error { panic("boom") })
	outputs, err := machine.Run(t.Context(), row(t, 1, 2, 3, 4, 5, 6), 0)
	if outputs != nil || domain.KindOf(err) != domain.Internal || !strings.Contains(err.Error(), "boom") {
		t.Errorf("%v, %v", outputs, err)
	}
}

func TestContextIsHonouredBetweenSteps(t *testing.T) {
	machine := diamond(t)
	input := row(t, 1, 2, 3, 4, 5, 6)
	want := run32(t, machine, input)
	ctx, cancel := context.WithCancel(t.Context())
	later := 0
	replace(t, machine, 1, func(original func() error) error { cancel(); return original() })
	replace(t, machine, 2, func(original func() error) error { later++; return original() })
	if outputs, err := machine.Run(ctx, input, 0); outputs != nil || domain.KindOf(err) != domain.Canceled {
		t.Errorf("%v, %v", outputs, err)
	}
	if later != 0 {
		t.Error("a step ran after the context had ended")
	}
	if got := run32(t, machine, input); !slices.Equal(got, want) {
		t.Errorf("after a run that was stopped the answer is %v, not %v", got, want)
	}
}

func TestStepOutOfTurnIsAnError(t *testing.T) {
	computed := false
	s := &step{number: 3, name: "late", compute: func() error { computed = true; return nil }, run: &run{ctx: t.Context(), next: 2}}
	if _, err := s.Do(); domain.KindOf(err) != domain.Internal || computed {
		t.Errorf("%v, computed: %v", err, computed)
	}
}

func TestRunAllocatesNoTensors(t *testing.T) {
	machine := diamond(t)
	input := row(t, 1, 2, 3, 4, 5, 6)
	allocations := testing.AllocsPerRun(100, func() {
		if _, err := machine.Run(context.Background(), input, 0); err != nil {
			t.Fatal(err)
		}
	})
	// Four steps, two outputs of three allocations each, Gorgonia's own.
	if allocations > 40 {
		t.Errorf("%v allocations a run", allocations)
	}
}

func BenchmarkOverhead(b *testing.B) {
	machine := diamond(b)
	tensor, err := domain.NewTensor(domain.Shape{2, 3}, make([]float32, 6))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := machine.Run(b.Context(), []domain.Tensor{tensor}, 0); err != nil {
			b.Fatal(err)
		}
	}
}
