package engine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/bench/internal/nets"
	"github.com/portent-go/portent/bench/internal/worker"
	"github.com/portent-go/portent/domain"
)

// batch is the number of samples that are predicted at once for throughput.
const batch = 8

// Subject is a model with samples to predict, as files.
type Subject struct {
	Name         string
	Layer        bool
	Model        string // path of the ONNX file
	Samples      string // path of the samples
	Input        string
	Output       string
	InputShape   []int // of one sample
	OutputShape  []int
	MultiplyAdds int64 // of one sample, 0 if not counted
}

// Prepare writes a net and samples for it into a folder.
func Prepare(net nets.Net, folder string) (Subject, error) {
	model := net.Build()
	s := Subject{
		Name: net.Name, Layer: net.Layer, Model: filepath.Join(folder, net.Name+".onnx"),
		Input: nets.InputName, Output: nets.OutputName, InputShape: net.Input, OutputShape: model.Output, MultiplyAdds: model.MultiplyAdds,
	}
	if err := os.WriteFile(s.Model, model.ONNX, 0o600); err != nil {
		return s, err
	}
	return s.withSamples(folder)
}

// File returns a subject of a model that is there already, and writes samples
// for it into a folder. The model has one input and one output, whose first axis
// is the batch and whose other axes are static.
func File(name, path, folder string) (Subject, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Subject{}, err
	}
	model, err := onnxfile.ReadModel(data, onnxfile.Options{})
	if err != nil {
		return Subject{}, err
	}
	inputs, outputs := model.Graph.Inputs, model.Graph.Outputs
	if len(inputs) != 1 || len(outputs) != 1 || !batched(inputs[0]) || !batched(outputs[0]) {
		return Subject{}, fmt.Errorf("%s takes %v and gives %v, expected one input and one output with static axes after the batch", path, inputs, outputs)
	}
	s := Subject{
		Name: name, Model: path, Input: inputs[0].Name, Output: outputs[0].Name,
		InputShape: inputs[0].Shape[1:], OutputShape: outputs[0].Shape[1:],
	}
	return s.withSamples(folder)
}

func batched(spec domain.TensorSpec) bool {
	return len(spec.Shape) > 1 && spec.Shape[1:].Static()
}

// withSamples writes random samples, the same for the same shape each time.
func (s Subject) withSamples(folder string) (Subject, error) {
	n, err := domain.Shape(s.InputShape).Elements()
	if err != nil {
		return s, err
	}
	random := rand.New(rand.NewPCG(1, 2))
	values := make([]float32, batch*n)
	for i := range values {
		values[i] = random.Float32()
	}
	s.Samples = filepath.Join(folder, s.Name+".samples")
	return s, worker.WriteFloats(s.Samples, values)
}
