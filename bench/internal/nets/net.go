package nets

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// opset is the version of ONNX's operators that the models ask for.
const opset = 17

// The names of every built model's input and output.
const (
	InputName  = "input"
	OutputName = "output"
)

// Net is a network or a single layer.
type Net struct {
	Name  string
	Layer bool  // a single operator
	Input []int // shape of one sample, without the batch axis
	build func(b *builder, input value) value
}

// Model is a built net.
type Model struct {
	ONNX         []byte
	Output       []int // shape of one sample's output
	MultiplyAdds int64 // of one sample
}

// Build returns the net as an ONNX model with a dynamic batch axis. The same
// net has the same weights each time.
func (n Net) Build() Model {
	b := newBuilder(n.Name)
	b.model.Input(InputName, domain.FP32, batched(n.Input))
	result := n.build(b, value{InputName, n.Input})
	b.finish(result)
	b.model.Output(OutputName, domain.FP32, batched(result.shape))
	return Model{ONNX: b.model.Bytes(), Output: result.shape, MultiplyAdds: b.multiplyAdds}
}

// batched returns the shape of any number of samples.
func batched(sample []int) domain.Shape {
	return append(domain.Shape{domain.Dynamic}, sample...)
}

// All returns every net, networks before layers.
func All() []Net { return slices.Concat(Networks(imageSize), Layers()) }

// imageSize is the height and width that torchvision's classifiers take.
const imageSize = 224

// Networks returns the networks for square pictures of a size; at another size
// than 224 they have the same layers over smaller planes.
func Networks(size int) []Net {
	picture := []int{3, size, size}
	return []Net{
		{Name: "resnet18", Input: picture, build: resnet18},
		{Name: "resnet50", Input: picture, build: resnet50},
		{Name: "mobilenetv2", Input: picture, build: mobilenetV2},
		{Name: "vgg11", Input: picture, build: vgg11},
		{Name: "squeezenet1.1", Input: picture, build: squeezenet11},
		{Name: "mlp", Input: []int{784}, build: mlp},
	}
}
