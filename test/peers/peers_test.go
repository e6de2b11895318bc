package peers_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestEngineAndServerKeepTheContract(t *testing.T) {
	for form, serve := range forms {
		t.Run(form, func(t *testing.T) {
			endpoints := []string{serve(t, predictortest.NewFake()), serve(t, predictortest.NewFake())}
			predictortest.Run(t, func() (ports.Predictor, error) {
				return openinference.Open(t.Context(), openinference.Options{Endpoints: endpoints, Model: "m"})
			}, predictortest.Options{})
		})
	}
}

// echo answers with its inputs.
type echo struct{ *predictortest.Fake }

func (echo) Predict(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(inputs))
	for i, t := range inputs {
		outputs[i] = t.Clone()
	}
	return outputs, nil
}

// TestEveryDatatypeGoesThereAndBack sends tensors of all datatypes, NaN and all.
func TestEveryDatatypeGoesThereAndBack(t *testing.T) {
	var specs []domain.TensorSpec
	var sent []domain.Tensor
	for d := domain.BOOL; d.Valid(); d++ {
		tensor, err := domain.MakeTensor(d, domain.Shape{2, 3})
		if err != nil {
			t.Fatal(err)
		}
		mark(tensor)
		sent = append(sent, tensor)
		specs = append(specs, domain.TensorSpec{Name: d.String(), Datatype: d, Shape: domain.Shape{2, 3}})
	}
	for form, serve := range forms {
		endpoint := serve(t, echo{predictortest.NewFake(domain.Signature{Inputs: specs, Outputs: specs})})
		engine, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{endpoint}, Model: "m"})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = engine.Close() })
		got, err := engine.Predict(t.Context(), sent)
		if err != nil || !reflect.DeepEqual(got, sent) {
			t.Errorf("%s: %v %v, expected %v", form, got, err, sent)
		}
	}
}

// mark makes the elements of a tensor differ from each other and from zero.
func mark(t domain.Tensor) {
	set(t, func(i int) bool { return i%2 == 1 })
	set(t, func(i int) uint8 { return uint8(250 + i) })
	set(t, func(i int) uint16 { return uint16(65530 + i) })
	set(t, func(i int) uint32 { return uint32(1<<32 - 6 + i) })
	set(t, func(i int) uint64 { return uint64(1<<63) + uint64(i) })
	set(t, func(i int) int8 { return int8(-128 + i) })
	set(t, func(i int) int16 { return int16(-32768 + i) })
	set(t, func(i int) int32 { return int32(-1<<31 + i) })
	set(t, func(i int) int64 { return int64(-1<<63 + i) })
	set(t, func(i int) domain.Float16 { return domain.Float16(0x7e00 + i) })
	set(t, func(i int) domain.BFloat16 { return domain.BFloat16(0x7f80 + i) })
	set(t, func(i int) float32 { return float32(i) / 3 })
	set(t, func(i int) float64 { return float64(i) / 3 })
	set(t, func(i int) string { return "\x00\xff text"[:i] })
}

func set[T domain.Element](t domain.Tensor, value func(i int) T) {
	data, _ := domain.Data[T](t)
	for i := range data {
		data[i] = value(i)
	}
}

// TestErrorsKeepTheirKind lets the served model fail in every way.
func TestErrorsKeepTheirKind(t *testing.T) {
	for form, serve := range forms {
		for _, kind := range domain.Kinds() {
			t.Run(form+" "+kind.String(), func(t *testing.T) { keepsKind(t, serve, kind) })
		}
	}
}

func keepsKind(t *testing.T, serve func(*testing.T, ports.Predictor) string, kind domain.Kind) {
	fake := predictortest.NewFake()
	fake.Hook = func(context.Context) error { return &domain.Error{Kind: kind, Msg: "because", RetryAfter: time.Hour} }
	engine, err := openinference.Open(t.Context(), openinference.Options{Endpoints: []string{serve(t, fake)}, Model: "m", Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	x, err := domain.MakeTensor(domain.FP32, domain.Shape{1, 3, 32, 32})
	if err != nil {
		t.Fatal(err)
	}
	want := kind
	switch kind {
	case domain.Canceled, domain.Unauthenticated: // by whom, the engine cannot know; it is not its caller who is not known
		want = domain.Unavailable
	case domain.RateLimited: // all of the engine's callers together
		want = domain.Overloaded
	}
	if _, err := engine.Predict(t.Context(), []domain.Tensor{x}); domain.KindOf(err) != want {
		t.Errorf("it came as %v: %v", domain.KindOf(err), err)
	}
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
}
