package predictortest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// broken is a Fake that breaks the contract in one way.
type broken struct {
	*Fake
	predict func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error)
	close   func() error
	sign    func() domain.Signature
}

func (b *broken) Predict(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
	if b.predict == nil {
		return b.Fake.Predict(ctx, inputs)
	}
	return b.predict(ctx, inputs)
}

func (b *broken) Close() error {
	if b.close == nil {
		return b.Fake.Close()
	}
	return b.close()
}

func (b *broken) Signature() domain.Signature {
	if b.sign == nil {
		return b.Fake.Signature()
	}
	return b.sign()
}

// small is the signature of a model that is quickly tested.
func small() domain.Signature {
	return domain.Signature{
		Inputs:  []domain.TensorSpec{{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 4}}},
		Outputs: []domain.TensorSpec{{Name: "y", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 3}}},
	}
}

func floats(t domain.Tensor) []float32 {
	data, _ := domain.Data[float32](t)
	return data
}

// breakings are ways to break the contract, and the clauses that must notice.
var breakings = []struct {
	name    string
	clauses []string
	make    func() ports.Predictor
}{
	{"the result changes on the second call", []string{"the same input gives the same bits"}, func() ports.Predictor {
		f, calls := NewFake(small()), atomic.Int64{}
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err == nil {
				floats(outputs[0])[0] += float32(calls.Add(1))
			}
			return outputs, err
		}}
	}},
	{"an input is modified", []string{"inputs are not changed"}, func() ports.Predictor {
		f, mu := NewFake(small()), sync.Mutex{}
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			mu.Lock()
			defer mu.Unlock()
			outputs, err := f.Predict(ctx, inputs)
			if err == nil {
				floats(inputs[0])[0] = 42
			}
			return outputs, err
		}}
	}},
	{"an output is the input's memory", []string{"outputs belong to the caller", "inputs are not kept"}, func() ports.Predictor {
		signature := small()
		signature.Outputs = signature.Inputs
		f := NewFake(signature)
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			if _, err := f.Predict(ctx, inputs); err != nil {
				return nil, err
			}
			return slices.Clone(inputs), nil
		}}
	}},
	{"an output is the engine's memory", []string{"outputs belong to the caller"}, func() ports.Predictor {
		f, mu := NewFake(small()), sync.Mutex{}
		var kept domain.Tensor
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			mu.Lock()
			defer mu.Unlock()
			outputs, err := f.Predict(ctx, inputs)
			if err != nil {
				return nil, err
			}
			if kept.IsZero() || !kept.Shape().Equal(outputs[0].Shape()) {
				kept = outputs[0]
			}
			return []domain.Tensor{kept}, domain.Copy(kept, outputs[0])
		}}
	}},
	{"the input is kept for the next call", []string{"inputs are not kept"}, func() ports.Predictor {
		f, mu := NewFake(small()), sync.Mutex{}
		var seen, kept domain.Tensor
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			mu.Lock()
			defer mu.Unlock()
			if !seen.IsZero() && same(inputs[0], seen) == nil {
				return f.Predict(ctx, []domain.Tensor{kept})
			}
			outputs, err := f.Predict(ctx, inputs)
			if err == nil {
				seen, kept = inputs[0].Clone(), inputs[0]
			}
			return outputs, err
		}}
	}},
	{"callers share scratch memory", []string{"safe for concurrent use"}, func() ports.Predictor {
		// Atomics keep the race detector quiet; the numbers are mixed up all the same.
		f, scratch := NewFake(small()), atomic.Pointer[domain.Tensor]{}
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err != nil {
				return nil, err
			}
			scratch.Store(&outputs[0])
			for range 10 {
				pause(ctx)
			}
			return []domain.Tensor{scratch.Load().Clone()}, nil
		}}
	}},
	{"the context is ignored", []string{"a context that has ended is honoured"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(_ context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			return f.Predict(context.Background(), inputs)
		}}
	}},
	{"a stopped call spoils the next", []string{"a context that has ended is honoured", "a context that ends is honoured"}, func() ports.Predictor {
		f, stopped := NewFake(small()), atomic.Bool{}
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err != nil {
				stopped.Store(stopped.Load() || domain.KindOf(err) == domain.Canceled)
				return nil, err
			}
			if stopped.Load() {
				floats(outputs[0])[0]++
			}
			return outputs, nil
		}}
	}},
	{"a batch differs from singles", []string{"a row does not depend on its batch"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err == nil && inputs[0].Shape()[0] > 2 {
				last := floats(outputs[0])
				last[len(last)-1] *= 1 + 1e-6
			}
			return outputs, err
		}}
	}},
	{"a row depends on its neighbours", []string{"a row does not depend on its batch"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err == nil {
				values := floats(outputs[0])
				for i := range values {
					values[i] += 0 * values[0] // NaN spreads
				}
			}
			return outputs, err
		}}
	}},
	{"a shape that does not fit panics", []string{"inputs that are not the signature's are refused"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			if err := small().Inputs[0].Check(inputs[0]); err != nil {
				panic(err)
			}
			return f.Predict(ctx, inputs)
		}}
	}},
	{"another datatype is accepted", []string{"inputs that are not the signature's are refused"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			if len(inputs) == 1 && inputs[0].Datatype() == domain.FP64 {
				return f.compute(inputs[0])
			}
			return f.Predict(ctx, inputs)
		}}
	}},
	{"an error does not name the input", []string{"inputs that are not the signature's are refused"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if domain.KindOf(err) == domain.Invalid && err != nil {
				err = &domain.Error{Kind: domain.Invalid, Msg: "bad"}
			}
			return outputs, err
		}}
	}},
	{"an error comes with outputs", []string{"inputs that are not the signature's are refused", "a context that has ended is honoured"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err != nil {
				outputs = []domain.Tensor{{}}
			}
			return outputs, err
		}}
	}},
	{"an output is missing", []string{"outputs are what the signature says"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err == nil {
				outputs = outputs[:0]
			}
			return outputs, err
		}}
	}},
	{"NaN panics", []string{"nothing an input holds makes it panic"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
			outputs, err := f.Predict(ctx, inputs)
			if err == nil && floats(outputs[0])[0] != floats(outputs[0])[0] {
				panic("NaN")
			}
			return outputs, err
		}}
	}},
	{"the signature changes", []string{"it describes itself always the same"}, func() ports.Predictor {
		f := NewFake(small())
		return &broken{Fake: f, sign: func() domain.Signature {
			signature := small()
			if f.Calls() > 0 {
				signature.Outputs[0].Name = "z"
			}
			return signature
		}}
	}},
	{"closing twice fails", []string{"closing twice is closing once"}, func() ports.Predictor {
		f, closed := NewFake(small()), atomic.Bool{}
		return &broken{Fake: f, close: func() error {
			if closed.Swap(true) {
				return errors.New("closed already")
			}
			return f.Close()
		}}
	}},
	{"it predicts after Close", []string{"closing twice is closing once"}, func() ports.Predictor {
		return &broken{Fake: NewFake(small()), close: func() error { return nil }}
	}},
	{"closing spoils calls under way", []string{"closing waits for calls under way"}, func() ports.Predictor {
		f, closed := NewFake(small()), atomic.Bool{}
		return &broken{
			Fake:  f,
			close: func() error { closed.Store(true); return nil },
			predict: func(ctx context.Context, inputs []domain.Tensor) ([]domain.Tensor, error) {
				outputs, err := f.Predict(ctx, inputs)
				for range 100 {
					pause(ctx)
				}
				if closed.Load() {
					return nil, errors.New("memory is gone")
				}
				return outputs, err
			},
		}
	}},
	{"a goroutine is left behind", []string{"nothing is left behind"}, func() ports.Predictor {
		go func() { select {} }()
		return NewFake(small())
	}},
	{"it hangs", []string{"the same input gives the same bits"}, func() ports.Predictor {
		f := NewFake(small())
		f.Hook = func(context.Context) error {
			if f.Calls() > 1 {
				select {}
			}
			return nil
		}
		return f
	}},
}

// pause lets others run and reports whether the context has ended.
func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(50 * time.Microsecond):
		return false
	}
}

func TestSuiteNoticesEveryBreaking(t *testing.T) {
	for _, breaking := range breakings {
		t.Run(breaking.name, func(t *testing.T) {
			limit := 30 * time.Second
			switch breaking.name { // these are noticed by waiting
			case "it hangs":
				limit = 100 * time.Millisecond
			case "a goroutine is left behind":
				limit = time.Second
			}
			for _, clause := range Clauses() {
				if !slices.Contains(breaking.clauses, clause.Name) {
					continue
				}
				err := clause.Check(func() (ports.Predictor, error) { return breaking.make(), nil }, Options{Limit: limit})
				if err == nil {
					t.Errorf("%q did not notice", clause.Name)
				} else {
					t.Logf("%s: %v", clause.Name, err)
				}
			}
		})
	}
}

func TestEveryClauseIsBrokenByAFake(t *testing.T) {
	for _, clause := range Clauses() {
		if !slices.ContainsFunc(breakings, func(b struct {
			name    string
			clauses []string
			make    func() ports.Predictor
		}) bool {
			return slices.Contains(b.clauses, clause.Name)
		}) {
			t.Errorf("no broken fake shows that %q can fail", clause.Name)
		}
	}
}

func TestFakesKeepTheContract(t *testing.T) {
	static := small()
	static.Inputs[0].Shape[0], static.Outputs[0].Shape[0] = 2, 2
	mixed := small()
	mixed.Inputs = append(mixed.Inputs, domain.TensorSpec{Name: "mask", Datatype: domain.INT64, Shape: domain.Shape{domain.Dynamic, domain.Dynamic}})
	mixed.Outputs = append(mixed.Outputs, domain.TensorSpec{Name: "z", Datatype: domain.FP32, Shape: domain.Shape{domain.Dynamic, 2}})
	for name, fake := range map[string]func() *Fake{
		"classifier":   func() *Fake { return NewFake() },
		"small":        func() *Fake { return NewFake(small()) },
		"static batch": func() *Fake { return NewFake(static) },
		"two inputs":   func() *Fake { return NewFake(mixed) },
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, func() (ports.Predictor, error) { return fake(), nil }, Options{})
		})
	}
}

func BenchmarkFake(b *testing.B) {
	Benchmark(b, func() (ports.Predictor, error) { return NewFake(), nil }, Options{})
}
