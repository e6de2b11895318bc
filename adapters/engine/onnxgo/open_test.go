package onnxgo_test

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func TestTruncatedModelsAreErrors(t *testing.T) {
	data := readFile(t, filepath.Join(modelFolder, "model.onnx"))
	for _, n := range []int{0, 1, 2, 10, 100, 1000, 10_000, len(data) / 2, len(data) - 1} {
		if _, err := onnxgo.Open(data[:n], onnxgo.Options{}); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// TestDamagedModelsAreErrorsOrModels changes bytes of the shipped model. Damage
// to weights cannot be seen; all other damage must not panic.
func TestDamagedModelsAreErrorsOrModels(t *testing.T) {
	data := readFile(t, filepath.Join(modelFolder, "model.onnx"))
	r := rand.New(rand.NewPCG(21, 22))
	rounds := 60
	if testing.Short() || raceEnabled {
		rounds = 10
	}
	for range rounds {
		damaged := append([]byte(nil), data...)
		for range 1 + r.IntN(20) {
			damaged[r.IntN(len(damaged))] = byte(r.Uint32())
		}
		engine, err := onnxgo.Open(damaged, onnxgo.Options{MaxMemory: 1 << 28})
		if err != nil {
			if domain.KindOf(err) == domain.Internal {
				t.Errorf("not a clear error: %v", err)
			}
			continue
		}
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestNodesOutOfOrder runs a network twice, as it should be and with its nodes
// backwards.
func TestNodesOutOfOrder(t *testing.T) {
	input, err := domain.NewTensor(domain.Shape{1, 4}, []float32{-1, 2, -3, 4})
	if err != nil {
		t.Fatal(err)
	}
	for order, network := range map[string]*onnxtest.Model{
		"as it should be": small().Node("Relu", named("x"), named("a")).Node("Neg", named("x"), named("b")).Node("Add", named("a", "b"), named("y")),
		"backwards":       small().Node("Add", named("a", "b"), named("y")).Node("Neg", named("x"), named("b")).Node("Relu", named("x"), named("a")),
	} {
		engine, err := onnxgo.Open(network.Bytes(), onnxgo.Options{})
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := engine.Predict(t.Context(), []domain.Tensor{input})
		if err := errors.Join(err, engine.Close()); err != nil {
			t.Fatal(err)
		}
		if got, _ := domain.Data[float32](outputs[0]); !slices.Equal(got, []float32{1, 0, 3, 0}) {
			t.Errorf("%s: %v", order, got)
		}
	}
}
