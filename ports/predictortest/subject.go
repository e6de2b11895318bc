package predictortest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// subject is a Predictor under test.
type subject struct {
	ports.Predictor
	open    func() (ports.Predictor, error)
	options Options
}

// fresh replaces the Predictor by a new one.
func (s *subject) fresh() (err error) {
	if s.Predictor, err = s.open(); err != nil {
		return fmt.Errorf("open: %w", err)
	}
	return nil
}

// batched reports whether axis 0 of every input and output is dynamic.
func (s *subject) batched() bool {
	signature := s.Signature()
	for _, specs := range [][]domain.TensorSpec{signature.Inputs, signature.Outputs} {
		for _, spec := range specs {
			if len(spec.Shape) == 0 || spec.Shape[0] != domain.Dynamic {
				return false
			}
		}
	}
	return true
}

// inputs returns inputs of a batch, random but the same for each seed.
func (s *subject) inputs(seed uint64, batch int) ([]domain.Tensor, error) {
	r := rand.New(rand.NewPCG(seed, 77))
	signature := s.Signature()
	inputs := make([]domain.Tensor, len(signature.Inputs))
	for i, spec := range signature.Inputs {
		shape := spec.Shape.Clone()
		for axis, n := range shape {
			switch {
			case n != domain.Dynamic:
			case axis == 0:
				shape[axis] = batch
			default:
				shape[axis] = s.options.Length(spec, axis)
			}
		}
		tensor, err := domain.MakeTensor(spec.Datatype, shape)
		if err != nil {
			return nil, fmt.Errorf("the signature's input %v cannot be made: %w", spec, err)
		}
		fillRandom(tensor, r)
		inputs[i] = tensor
	}
	return inputs, nil
}

// fillRandom sets every element: floats to 0..1, integers to 0 or 1.
func fillRandom(t domain.Tensor, r *rand.Rand) {
	set(t, func(int) float64 { return r.Float64() }, func(int) int64 { return r.Int64N(2) })
}

// set sets every element of a tensor of numbers.
func set(t domain.Tensor, float func(i int) float64, integer func(i int) int64) {
	setAll(t, func(i int) float32 { return float32(float(i)) })
	setAll(t, float)
	setAll(t, integer)
	setAll(t, func(i int) int32 { return int32(integer(i)) })
	setAll(t, func(i int) int16 { return int16(integer(i)) })
	setAll(t, func(i int) int8 { return int8(integer(i)) })
	setAll(t, func(i int) uint64 { return uint64(integer(i)) })
	setAll(t, func(i int) uint32 { return uint32(integer(i)) })
	setAll(t, func(i int) uint16 { return uint16(integer(i)) })
	setAll(t, func(i int) uint8 { return uint8(integer(i)) })
	setAll(t, func(i int) bool { return integer(i)&1 == 1 })
}

// setAll sets every element of a tensor whose elements are of type T.
func setAll[T domain.Element](t domain.Tensor, value func(i int) T) {
	data, ok := domain.Data[T](t)
	for i := range data {
		if ok {
			data[i] = value(i)
		}
	}
}

// predict is Predict with a check of what holds for every call.
func (s *subject) predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs, err := s.Predict(ctx, inputs)
	if err != nil && outputs != nil {
		return nil, errors.Join(errors.New("an error came with outputs"), err)
	}
	return outputs, err
}

// expect predicts and compares with what was answered before.
func (s *subject) expect(inputs, want []domain.Tensor, when string) error {
	got, err := s.predict(context.Background(), inputs)
	if err != nil {
		return fmt.Errorf("%s: %w", when, err)
	}
	if err := sameAll(got, want); err != nil {
		return fmt.Errorf("%s: %w", when, err)
	}
	return nil
}

// answer predicts once, for later comparison: inputs and a copy of the answer.
func (s *subject) answer(seed uint64, batch int) (inputs, outputs []domain.Tensor, err error) {
	if inputs, err = s.inputs(seed, batch); err != nil {
		return nil, nil, err
	}
	if outputs, err = s.predict(context.Background(), inputs); err != nil {
		return nil, nil, err
	}
	return inputs, cloneAll(outputs), nil
}

func cloneAll(tensors []domain.Tensor) []domain.Tensor {
	clones := make([]domain.Tensor, len(tensors))
	for i, t := range tensors {
		clones[i] = t.Clone()
	}
	return clones
}

// sameAll reports where tensors differ by a bit.
func sameAll(got, want []domain.Tensor) error {
	if len(got) != len(want) {
		return fmt.Errorf("%d tensors, expected %d", len(got), len(want))
	}
	for i := range want {
		if err := same(got[i], want[i]); err != nil {
			return fmt.Errorf("tensor %d: %w", i, err)
		}
	}
	return nil
}

func same(got, want domain.Tensor) error {
	if got.Datatype() != want.Datatype() || !got.Shape().Equal(want.Shape()) {
		return fmt.Errorf("%v %v, expected %v %v", got.Datatype(), got.Shape(), want.Datatype(), want.Shape())
	}
	for i := range want.Len() {
		g, numeric := domain.Number(got, i)
		w, _ := domain.Number(want, i)
		if numeric && math.Float64bits(g) != math.Float64bits(w) {
			return fmt.Errorf("element %d is %v, expected the bits of %v", i, g, w)
		}
	}
	gotText, _ := domain.Data[string](got)
	wantText, _ := domain.Data[string](want)
	for i := range wantText {
		if gotText[i] != wantText[i] {
			return fmt.Errorf("element %d is %q, expected %q", i, gotText[i], wantText[i])
		}
	}
	return nil
}
