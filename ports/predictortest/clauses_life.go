package predictortest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"time"

	"github.com/portent-go/portent/domain"
)

// describesItself asks for signature and metadata before, during and after.
func describesItself(s *subject) error {
	signature, metadata := s.Signature(), s.Metadata()
	if len(signature.Inputs) == 0 || len(signature.Outputs) == 0 {
		return errors.New("the signature has no inputs or no outputs")
	}
	check := func(when string) error {
		if !reflect.DeepEqual(s.Signature(), signature) || !reflect.DeepEqual(s.Metadata(), metadata) {
			return fmt.Errorf("signature or metadata changed %s", when)
		}
		return nil
	}
	if _, _, err := s.answer(1, 1); err != nil {
		return err
	}
	if err := check("after a prediction"); err != nil {
		return err
	}
	results := make(chan error, s.options.Callers)
	for range s.options.Callers {
		go func() { results <- check("for callers at once") }()
	}
	var err error
	for range s.options.Callers {
		err = errors.Join(err, <-results)
	}
	return errors.Join(err, s.Close(), check("after Close"))
}

func closesOnce(s *subject) error {
	inputs, err := s.inputs(1, 1)
	if err != nil {
		return err
	}
	for i := range 2 {
		if err := s.Close(); err != nil {
			return fmt.Errorf("Close number %d: %w", i+1, err)
		}
		outputs, err := s.Predict(context.Background(), inputs)
		if outputs != nil || err == nil || domain.KindOf(err) != domain.Unavailable {
			return fmt.Errorf("a call after Close: %d outputs and error %w, expected none and kind unavailable", len(outputs), orNil(err))
		}
	}
	return nil
}

// closeWaits closes, twice at once, while calls are under way: each is answered
// rightly, or refused because the Predictor is closed.
func closeWaits(s *subject) error {
	for range 3 {
		inputs, want, err := s.answer(1, 1)
		if err != nil {
			return err
		}
		results := make(chan error, s.options.Callers)
		for range s.options.Callers {
			go func() {
				outputs, err := s.predict(context.Background(), inputs)
				if err == nil {
					err = sameAll(outputs, want)
				} else if domain.KindOf(err) == domain.Unavailable {
					err = nil
				}
				results <- err
			}()
		}
		second := make(chan error)
		predictor := s.Predictor
		go func() { second <- predictor.Close() }()
		err = errors.Join(s.Close(), <-second)
		for range s.options.Callers {
			err = errors.Join(err, <-results)
		}
		if err != nil {
			return fmt.Errorf("closing while calls are under way: %w", err)
		}
		if err := s.fresh(); err != nil {
			return err
		}
	}
	return nil
}

// nothingLeft opens, uses and closes Predictors and counts goroutines.
func nothingLeft(s *subject) error {
	if err := s.Close(); err != nil {
		return err
	}
	before := runtime.NumGoroutine()
	for range 3 {
		if err := s.fresh(); err != nil {
			return err
		}
		if err := concurrentCalls(s); err != nil {
			return err
		}
		if err := s.Close(); err != nil {
			return err
		}
	}
	// A goroutine that is about to end may take a moment to do so.
	for deadline := time.Now().Add(min(s.options.Limit/4, 5*time.Second)); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(deadline) {
			return fmt.Errorf("%d goroutines after Close, %d before", runtime.NumGoroutine(), before)
		}
	}
	return nil
}
