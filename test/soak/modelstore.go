//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// modelStore is a folder of models that multiply by a number, each version by
// another. What begins with a dot is not served.
type modelStore struct{ folder string }

func newModelStore(folder string) (*modelStore, error) {
	return &modelStore{folder}, os.MkdirAll(folder, 0o750)
}

// padding makes a model so large that it is not written at once.
const padding = 2 << 20

// multiplier returns a network that multiplies by a number.
func multiplier(factor int64) []byte {
	shape := domain.Shape{domain.Dynamic, 4}
	return onnxtest.NewModel(17).Property("padding", string(bytes.Repeat([]byte{'x'}, padding))).
		Input("x", domain.FP32, shape).Output("y", domain.FP32, shape).
		Initializer("factor", tensor(domain.Shape{}, float32(factor))).Node("Mul", []string{"x", "factor"}, []string{"y"}).Bytes()
}

func tensor(shape domain.Shape, values ...float32) domain.Tensor {
	t, err := domain.NewTensor(shape, values)
	if err != nil {
		panic(err) // of what is written here
	}
	return t
}

func (s *modelStore) file(name string) string { return filepath.Join(s.folder, name, "model.onnx") }

// replace puts a network in the place of a model's, in one step.
func (s *modelStore) replace(name string, factor int64) error {
	if err := os.MkdirAll(filepath.Join(s.folder, name), 0o750); err != nil {
		return err
	}
	beside := filepath.Join(s.folder, name, ".new")
	if err := os.WriteFile(beside, multiplier(factor), 0o600); err != nil {
		return err
	}
	return os.Rename(beside, s.file(name))
}

// point makes a model's folder a link to another one, in one step, with a network
// and test vectors for a number: the network's, or another, so that it must not be
// served.
func (s *modelStore) point(name string, factor, vector int64) error {
	target := fmt.Sprintf(".%s-%d-%d", name, factor, vector)
	if err := s.replace(target, factor); err != nil {
		return err
	}
	data := filepath.Join(s.folder, target, "test_data_set_0")
	if err := os.MkdirAll(data, 0o750); err != nil {
		return err
	}
	shape, v := domain.Shape{1, 4}, float32(vector)
	for file, t := range map[string][]byte{
		"input_0.pb": onnxfile.WriteTensor("x", tensor(shape, 1, 2, 3, 4)), "output_0.pb": onnxfile.WriteTensor("y", tensor(shape, v, 2*v, 3*v, 4*v)),
	} {
		if err := os.WriteFile(filepath.Join(data, file), t, 0o600); err != nil {
			return err
		}
	}
	beside := filepath.Join(s.folder, ".link")
	if err := os.Symlink(target, beside); err != nil {
		return err
	}
	return os.Rename(beside, filepath.Join(s.folder, name))
}
