package nets

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

// value is a tensor in a model under construction.
type value struct {
	name  string
	shape []int // without the batch axis
}

// builder adds nodes to a model and keeps account of shapes.
type builder struct {
	model        *onnxtest.Model
	random       *rand.Rand
	nodes        int
	multiplyAdds int64
	bounded      bool                // the bounds of a ReLU6 are there
	pending      func(output string) // adds the last node, whose output has no name yet
}

func newBuilder(seed string) *builder {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(seed)) // never fails
	return &builder{model: onnxtest.NewModel(opset), random: rand.New(rand.NewPCG(hash.Sum64(), 0))}
}

// node adds an operator with one output of the given shape. It becomes part of
// the model with the next one, so that finish can name the last output.
func (b *builder) node(opType string, inputs []string, shape []int, attributes ...onnxtest.Attribute) value {
	b.flush(fmt.Sprintf("v%d", b.nodes))
	b.nodes++
	b.pending = func(output string) { b.model.Node(opType, inputs, []string{output}, attributes...) }
	return value{fmt.Sprintf("v%d", b.nodes), shape}
}

func (b *builder) flush(output string) {
	if b.pending != nil {
		b.pending(output)
	}
	b.pending = nil
}

// finish makes the last node's output that of the model.
func (b *builder) finish(last value) {
	if expected := fmt.Sprintf("v%d", b.nodes); last.name != expected {
		panic(fmt.Sprintf("nets: the result is %s, expected that of the last node, %s", last.name, expected))
	}
	b.flush(OutputName)
}

// constant adds an initializer and returns its name.
func (b *builder) constant(name string, values []float32, shape ...int) string {
	tensor, err := domain.NewTensor(shape, values)
	if err != nil {
		panic("nets: " + err.Error())
	}
	b.model.Initializer(name, tensor)
	return name
}

// normal returns normally distributed numbers.
func (b *builder) normal(n int, deviation float64) []float32 {
	values := make([]float32, n)
	for i := range values {
		values[i] = float32(b.random.NormFloat64() * deviation)
	}
	return values
}

// weights adds a weight as He et al. initialise it, times a gain: with a gain of
// 1 a ReLU's output has about the second moment of the layer's input.
func (b *builder) weights(gain float64, fanIn int, shape ...int) string {
	n := 1
	for _, length := range shape {
		n *= length
	}
	return b.constant(fmt.Sprintf("weight%d", b.nodes), b.normal(n, gain*math.Sqrt(2/float64(fanIn))), shape...)
}

func (b *builder) bias(n int) string {
	return b.constant(fmt.Sprintf("bias%d", b.nodes), b.normal(n, 0.1), n)
}
