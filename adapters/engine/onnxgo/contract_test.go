package onnxgo_test

import (
	"path/filepath"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestContract(t *testing.T) {
	data := readFile(t, filepath.Join(modelFolder, "model.onnx"))
	options := predictortest.Options{}
	if testing.Short() || raceEnabled {
		options.Rounds, options.Callers = 2, 3
	}
	for name, with := range settings() {
		t.Run(name, func(t *testing.T) {
			predictortest.Run(t, func() (ports.Predictor, error) { return onnxgo.Open(data, with) }, options)
		})
	}
}
