package predictortest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/portent-go/portent/domain"
)

func outputsAsSigned(s *subject) error {
	inputs, err := s.inputs(1, 1)
	if err != nil {
		return err
	}
	outputs, err := s.predict(context.Background(), inputs)
	if err != nil {
		return err
	}
	signature := s.Signature()
	if len(outputs) != len(signature.Outputs) {
		return fmt.Errorf("%d outputs, the signature has %d", len(outputs), len(signature.Outputs))
	}
	for i, spec := range signature.Outputs {
		if err := spec.Check(outputs[i]); err != nil {
			return fmt.Errorf("output %d: %w", i, err)
		}
	}
	return nil
}

// strangersRefused sends inputs that are not what the signature says.
func strangersRefused(s *subject) error {
	inputs, want, err := s.answer(1, 1)
	if err != nil {
		return err
	}
	for _, stranger := range strangers(s.Signature(), inputs) {
		outputs, err := s.Predict(context.Background(), stranger.inputs)
		switch {
		case err == nil:
			return fmt.Errorf("%s was accepted", stranger.what)
		case outputs != nil:
			return fmt.Errorf("%s: an error came with outputs", stranger.what)
		case domain.KindOf(err) != domain.Invalid:
			return fmt.Errorf("%s: the error's kind is %v, expected invalid: %w", stranger.what, domain.KindOf(err), err)
		case !strings.Contains(err.Error(), stranger.name):
			return fmt.Errorf("%s: the error does not name %q: %w", stranger.what, stranger.name, err)
		}
		if err := s.expect(inputs, want, "after "+stranger.what); err != nil {
			return err
		}
	}
	return nil
}

// stranger is inputs with something wrong, and the name that the error must
// give.
type stranger struct {
	what, name string
	inputs     []domain.Tensor
}

func strangers(signature domain.Signature, inputs []domain.Tensor) []stranger {
	found := []stranger{
		{"no inputs", "", nil},
		{"one input too many", "", append(append([]domain.Tensor(nil), inputs...), inputs[0])},
	}
	for i, spec := range signature.Inputs {
		replace := func(what string, datatype domain.Datatype, shape domain.Shape) {
			tensor, err := domain.MakeTensor(datatype, shape)
			if err != nil {
				return
			}
			changed := append([]domain.Tensor(nil), inputs...)
			changed[i] = tensor
			found = append(found, stranger{fmt.Sprintf("input %s with %s", spec.Name, what), spec.Name, changed})
		}
		shape := inputs[i].Shape()
		other := domain.FP64
		if spec.Datatype == domain.FP64 {
			other = domain.INT32
		}
		replace("another datatype", other, shape)
		replace("an axis more", spec.Datatype, append(shape.Clone(), 1))
		if len(shape) > 0 {
			replace("an axis less", spec.Datatype, shape[1:])
		}
		for axis, n := range spec.Shape {
			longer, empty := shape.Clone(), shape.Clone()
			longer[axis], empty[axis] = shape[axis]+1, 0
			if n != domain.Dynamic {
				replace(fmt.Sprintf("axis %d too long", axis), spec.Datatype, longer)
			}
			replace(fmt.Sprintf("axis %d empty", axis), spec.Datatype, empty)
		}
	}
	return found
}

// hostileValues fills inputs with the worst that their datatypes hold.
func hostileValues(s *subject) error {
	inputs, want, err := s.answer(1, 1)
	if err != nil {
		return err
	}
	for _, float := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32, math.Copysign(0, -1)} {
		for _, integer := range []int64{math.MinInt64, math.MaxInt64, -1} {
			hostile := cloneAll(inputs)
			for _, t := range hostile {
				set(t, func(int) float64 { return float }, func(int) int64 { return integer })
			}
			if _, err := s.predict(context.Background(), hostile); err != nil && domain.KindOf(err) == domain.Internal {
				return fmt.Errorf("an input of %v or %d: %w", float, integer, err)
			}
		}
	}
	return s.expect(inputs, want, "after hostile inputs")
}

// endedContext predicts with contexts that have ended before the call.
func endedContext(s *subject) error {
	inputs, want, err := s.answer(1, 1)
	if err != nil {
		return err
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancelLate := context.WithTimeout(context.Background(), 0)
	defer cancelLate()
	for kind, ctx := range map[domain.Kind]context.Context{domain.Canceled: canceled, domain.Timeout: late} {
		outputs, err := s.Predict(ctx, inputs)
		if outputs != nil || err == nil || domain.KindOf(err) != kind {
			return fmt.Errorf("a context that has ended: %d outputs and error %w, expected none and kind %v", len(outputs), orNil(err), kind)
		}
	}
	return s.expect(inputs, want, "after calls that were stopped")
}

var errNil = errors.New("nil")

// orNil makes a nil error one that can be told.
func orNil(err error) error {
	if err == nil {
		return errNil
	}
	return err
}

// endingContext ends the context of many calls while they wait and run.
func endingContext(s *subject) error {
	inputs, want, err := s.answer(1, 1)
	if err != nil {
		return err
	}
	for range s.options.Rounds {
		ctx, cancel := context.WithCancel(context.Background())
		results := make(chan error, s.options.Callers)
		for range s.options.Callers {
			go func() {
				outputs, err := s.predict(ctx, inputs)
				if err == nil {
					err = sameAll(outputs, want)
				} else if domain.KindOf(err) == domain.Canceled {
					err = nil
				}
				results <- err
			}()
		}
		cancel()
		for range s.options.Callers {
			err = errors.Join(err, <-results)
		}
		if err != nil {
			return fmt.Errorf("a context that ended: %w", err)
		}
	}
	return s.expect(inputs, want, "after calls that were stopped")
}
