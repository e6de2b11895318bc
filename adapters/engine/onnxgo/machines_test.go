package onnxgo

import (
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// squares is a model that takes any matrix and gives its elements' squares.
func squares() []byte {
	shape := domain.Shape{domain.Dynamic, domain.Dynamic}
	return onnxtest.NewModel(17).Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).
		Node("Mul", []string{"x", "x"}, []string{"y"}).Bytes()
}

func openSquares(t testing.TB, options Options) *Engine {
	t.Helper()
	engine, err := Open(squares(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

func checkSquares(t *testing.T, engine *Engine, rows, columns int) {
	t.Helper()
	values, want := make([]float32, rows*columns), make([]float32, rows*columns)
	for i := range values {
		values[i] = float32(i)
		want[i] = values[i] * values[i]
	}
	input, err := domain.NewTensor(domain.Shape{rows, columns}, values)
	if err != nil {
		t.Fatal(err)
	}
	outputs, err := engine.Predict(t.Context(), []domain.Tensor{input})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := domain.Data[float32](outputs[0]); !slices.Equal(got, want) || !outputs[0].Shape().Equal(input.Shape()) {
		t.Errorf("[%d,%d]: %v of shape %v, expected %v", rows, columns, got, outputs[0].Shape(), want)
	}
}

// TestManyShapes predicts inputs of more shapes than plans are kept, twice.
func TestManyShapes(t *testing.T) {
	engine := openSquares(t, Options{Workers: 1})
	for range 2 {
		for rows := 1; rows <= 12; rows++ {
			for columns := 1; columns <= 12; columns++ {
				checkSquares(t, engine, rows, columns)
			}
		}
	}
	if n := len(engine.machines.plans); n != maxPlans {
		t.Errorf("%d plans are kept, expected %d", n, maxPlans)
	}
}

// TestIdleMachinesAreBounded predicts inputs that are so large that few idle
// machines may be kept.
func TestIdleMachinesAreBounded(t *testing.T) {
	engine := openSquares(t, Options{Workers: 1})
	const columns = 1 << 20 // 8 MiB a machine and row: one buffer for x, one for y
	for rows := 1; rows <= 9; rows++ {
		input, err := domain.MakeTensor(domain.FP32, domain.Shape{rows, columns})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Predict(t.Context(), []domain.Tensor{input}); err != nil {
			t.Fatal(err)
		}
		held := 0
		for _, machine := range engine.machines.idle {
			held += machine.of.plan.Bytes()
		}
		if held > maxIdleBytes {
			t.Errorf("idle machines hold %d bytes, more than %d", held, maxIdleBytes)
		}
	}
	if len(engine.machines.idle) == 0 {
		t.Error("no machine is kept")
	}
}

func TestInputsThatTakeTooMuchMemory(t *testing.T) {
	engine := openSquares(t, Options{MaxMemory: 1000})
	checkSquares(t, engine, 5, 5)
	input, err := domain.MakeTensor(domain.FP32, domain.Shape{100, 100})
	if err != nil {
		t.Fatal(err)
	}
	if outputs, err := engine.Predict(t.Context(), []domain.Tensor{input}); outputs != nil || domain.KindOf(err) != domain.Invalid {
		t.Errorf("%v, %v", outputs, err)
	}
	checkSquares(t, engine, 5, 5)
}

func FuzzOpen(f *testing.F) {
	f.Add(squares())
	f.Add(onnxtest.NewModel(11).Input("x", domain.FP32, domain.Shape{1, 2, 5, 5}).Output("y", domain.FP32, nil).
		Node("MaxPool", []string{"x"}, []string{"p"}, onnxtest.Ints("kernel_shape", 2, 2), onnxtest.Ints("pads", 1, 0, 1, 0)).
		Node("Flatten", []string{"p"}, []string{"f"}).Node("Softmax", []string{"f"}, []string{"y"}).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		engine, err := Open(data, Options{MaxMemory: 1 << 20})
		if err != nil {
			if domain.KindOf(err) == domain.Internal {
				t.Errorf("not a clear error: %v", err)
			}
			return
		}
		inputs := make([]domain.Tensor, len(engine.signature.Inputs))
		for i, spec := range engine.signature.Inputs {
			shape := spec.Shape.Clone()
			for axis, n := range shape {
				if n == domain.Dynamic {
					shape[axis] = 2
				}
			}
			if n, err := shape.Elements(); err != nil || n > 1<<16 {
				return
			}
			if inputs[i], err = domain.MakeTensor(spec.Datatype, shape); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.Predict(t.Context(), inputs); err != nil && domain.KindOf(err) == domain.Internal {
			t.Errorf("not a clear error: %v", err)
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
}
