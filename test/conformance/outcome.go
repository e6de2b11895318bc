package conformance

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain"
)

// verdict is how a case ended.
type verdict string

const (
	passed  verdict = "passed"
	refused verdict = "refused" // when the model was loaded, as unsupported
	late    verdict = "late"    // as unsupported, but only when it was asked to predict
	failed  verdict = "failed"  // an error of another kind
	wrong   verdict = "wrong"
	crashed verdict = "crashed"
	hung    verdict = "hung"
)

// patience is how long a case may take: they are all tiny.
const patience = time.Minute

// outcome is how a case ended, and why.
type outcome struct {
	verdict verdict
	reason  string
}

// run runs a case. One that hangs goes on in the background.
func (c testCase) run() outcome {
	ended := make(chan outcome, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				ended <- outcome{crashed, fmt.Sprint(cause)}
			}
		}()
		ended <- c.try()
	}()
	select {
	case o := <-ended:
		return o
	case <-time.After(patience):
		return outcome{hung, fmt.Sprintf("no answer within %v", patience)}
	}
}

func (c testCase) try() outcome {
	engine, err := onnxgo.Open(c.model, onnxgo.Options{Workers: 1})
	if err != nil {
		return judged(err, refused)
	}
	defer engine.Close()
	for i, set := range c.sets {
		outputs, err := engine.Predict(context.Background(), set.inputs)
		if err != nil {
			return judged(err, late)
		}
		if err := set.check(outputs); err != nil {
			return outcome{wrong, fmt.Sprintf("data set %d: %v", i, err)}
		}
	}
	return outcome{verdict: passed}
}

// judged sorts an error in; of an internal error nobody but the program is to
// blame.
func judged(err error, unsupported verdict) outcome {
	switch domain.KindOf(err) {
	case domain.Unsupported:
		return outcome{unsupported, err.Error()}
	case domain.Internal:
		return outcome{crashed, err.Error()}
	default:
		return outcome{failed, err.Error()}
	}
}

func (s dataSet) check(outputs []domain.Tensor) error {
	if len(outputs) != len(s.outputs) {
		return fmt.Errorf("%d outputs, expected %d", len(outputs), len(s.outputs))
	}
	var wrong []error
	for i, expected := range s.outputs {
		if err := compare(outputs[i], expected); err != nil {
			wrong = append(wrong, fmt.Errorf("output %d: %w", i, err))
		}
	}
	return errors.Join(wrong...)
}
