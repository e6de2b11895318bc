package onnxgo_test

import (
	"os"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain"
)

func BenchmarkSpeed(b *testing.B) {
	engine, err := onnxgo.Open(readFile(b, os.Getenv("MODEL")), onnxgo.Options{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	var inputs []domain.Tensor
	for _, s := range engine.Signature().Inputs {
		shape := s.Shape.Clone()
		for i := range shape {
			if shape[i] < 0 {
				shape[i] = []int{1, 64}[min(i, 1)]
			}
		}
		t, _ := domain.MakeTensor(s.Datatype, shape)
		if d, ok := domain.Data[float32](t); ok {
			for i := range d {
				d[i] = float32(i%17)/17 - 0.5
			}
		}
		if d, ok := domain.Data[int64](t); ok {
			for i := range d {
				d[i] = int64(i % 2)
			}
		}
		inputs = append(inputs, t)
	}
	for b.Loop() {
		if _, err := engine.Predict(b.Context(), inputs); err != nil {
			b.Fatal(err)
		}
	}
}
