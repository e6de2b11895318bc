package predictortest

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Fake is a Predictor for tests of what stands on one: simple arithmetic in
// place of a model. It keeps the contract. Output j of a row is the sum of the
// row's elements of input 0, each times a fixed weight that depends on j.
type Fake struct {
	// Hook, if not nil, is called in each Predict, with inputs that have been
	// checked. It may block, panic, or return an error for Predict to return. It
	// is set before the first call.
	Hook func(ctx context.Context) error

	signature domain.Signature
	metadata  domain.Metadata
	calls     atomic.Int64
	mu        sync.RWMutex // held for reading while a call is under way
	closed    bool
}

var _ ports.Predictor = (*Fake)(nil)

// NewFake returns a Fake with a signature of FP32 outputs of shape [batch, n],
// by default that of a classifier of pictures: pixel_values FP32 [-1,3,32,32] to
// logits FP32 [-1,10].
func NewFake(signature ...domain.Signature) *Fake {
	f := &Fake{
		signature: domain.Signature{
			Inputs:  []domain.TensorSpec{{Name: "pixel_values", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3, 32, 32}}},
			Outputs: []domain.TensorSpec{{Name: "logits", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 10}}},
		},
		metadata: domain.Metadata{Platform: "fake_fakev1", Engine: "fake", Device: "cpu", Producer: "predictortest", Opsets: []domain.Opset{{Version: 17}}},
	}
	if len(signature) > 0 {
		f.signature = signature[0]
	}
	return f
}

// Signature returns the signature that the Fake was made with.
func (f *Fake) Signature() domain.Signature { return f.signature }

// Metadata returns that of a fake.
func (f *Fake) Metadata() domain.Metadata { return f.metadata }

// Calls returns how many predictions have been asked for with inputs that fit.
func (f *Fake) Calls() int { return int(f.calls.Load()) }

// Predict does the arithmetic.
func (f *Fake) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return nil, &domain.Error{Kind: domain.Unavailable, Msg: "the fake has been closed"}
	}
	if err := f.signature.CheckInputs(inputs); err != nil {
		return nil, err
	}
	f.calls.Add(1)
	if f.Hook != nil {
		if err := f.Hook(ctx); err != nil {
			return nil, err
		}
	}
	if err := domain.FromContext(ctx, "pretending to predict"); err != nil {
		return nil, err
	}
	return f.compute(inputs[0])
}

func (f *Fake) compute(input domain.Tensor) ([]domain.Tensor, error) {
	rows := 1
	if len(input.Shape()) > 0 {
		rows = input.Shape()[0]
	}
	size := input.Len() / rows
	outputs := make([]domain.Tensor, len(f.signature.Outputs))
	for i, spec := range f.signature.Outputs {
		shape := spec.Shape.Clone()
		if shape[0] == domain.Dynamic {
			shape[0] = rows
		}
		tensor, err := domain.MakeTensor(domain.FP32, shape)
		if err != nil {
			return nil, err
		}
		values, _ := domain.Data[float32](tensor)
		width := len(values) / rows
		for j := range values {
			values[j] = weighted(input, j/width*size, size, j%width)
		}
		outputs[i] = tensor
	}
	return outputs, nil
}

// weighted sums elements from on, times weights that depend on column.
func weighted(input domain.Tensor, from, n, column int) float32 {
	sum := 0.0
	for i := range n {
		v, _ := domain.Number(input, from+i)
		sum += v * float64((7*i+13*column)%17-8) / 64
	}
	return float32(sum)
}

// Close refuses further calls once those under way have returned.
func (f *Fake) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}
