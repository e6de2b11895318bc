package nets

import (
	"math"
	"slices"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain"
)

// smallest is a size of pictures at which every network still has pixels left
// in its last plane.
const smallest = 32

func TestNetworksRun(t *testing.T) {
	for _, net := range Networks(smallest) {
		t.Run(net.Name, func(t *testing.T) { runs(t, net) })
	}
}

func TestLayersRun(t *testing.T) {
	for _, net := range Layers() {
		t.Run(net.Name, func(t *testing.T) { runs(t, net) })
	}
}

// runs checks that a net loads, and answers a batch with finite numbers of order
// 1 in the shape that was promised.
func runs(t *testing.T, net Net) {
	const batch = 2
	model := net.Build()
	engine, err := onnxgo.Open(model.ONNX, onnxgo.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	input := samples(t, append(domain.Shape{batch}, net.Input...))
	outputs, err := engine.Predict(t.Context(), []domain.Tensor{input})
	if err != nil {
		t.Fatal(err)
	}
	if want := append(domain.Shape{batch}, model.Output...); !outputs[0].Shape().Equal(want) {
		t.Errorf("the output has the shape %v, expected %v", outputs[0].Shape(), want)
	}
	values, _ := domain.Data[float32](outputs[0])
	if deviation := deviation(values); !(deviation > 0.1 && deviation < 10) {
		t.Errorf("the outputs deviate from 0 by %v, expected about 1", deviation)
	}
}

func samples(t *testing.T, shape domain.Shape) domain.Tensor {
	t.Helper()
	n, err := shape.Elements()
	if err != nil {
		t.Fatal(err)
	}
	tensor, err := domain.NewTensor(shape, newBuilder("samples").normal(n, 1))
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

// deviation is the root of the mean square, NaN if a value is.
func deviation(values []float32) float64 {
	sum := 0.0
	for _, v := range values {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum / float64(len(values)))
}

func TestMultiplyAddsAreTorchvisions(t *testing.T) {
	for _, net := range Networks(imageSize) {
		want, ok := map[string]float64{"resnet18": 1.814, "mobilenetv2": 0.301, "squeezenet1.1": 0.349}[net.Name]
		if !ok {
			continue
		}
		model := net.Build()
		if got := float64(model.MultiplyAdds) / 1e9; math.Abs(got-want) > 0.001 {
			t.Errorf("%s has %.4f billion multiply-adds, expected %.3f", net.Name, got, want)
		}
		if !slices.Equal(model.Output, []int{1000}) {
			t.Errorf("%s gives %v, expected [1000]", net.Name, model.Output)
		}
	}
}

func TestBuildsAreTheSame(t *testing.T) {
	net := Layers()[0]
	if a, b := net.Build(), net.Build(); !slices.Equal(a.ONNX, b.ONNX) {
		t.Error("two builds of a layer differ")
	}
}

func TestNamesAreUnique(t *testing.T) {
	seen := make(map[string]bool)
	for _, net := range All() {
		if seen[net.Name] {
			t.Errorf("%s is there twice", net.Name)
		}
		seen[net.Name] = true
	}
}
