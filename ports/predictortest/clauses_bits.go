package predictortest

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/portent-go/portent/domain"
)

// concurrentCalls has many callers predict different inputs at once.
func concurrentCalls(s *subject) error {
	const kinds = 3
	var inputs, want [kinds][]domain.Tensor
	for kind := range kinds {
		var err error
		if inputs[kind], want[kind], err = s.answer(uint64(kind), 1); err != nil {
			return err
		}
	}
	failures := make(chan error, s.options.Callers)
	for caller := range s.options.Callers {
		go func() {
			var err error
			for round := 0; round < s.options.Rounds && err == nil; round++ {
				kind := (caller + round) % kinds
				err = s.expect(inputs[kind], want[kind], fmt.Sprintf("caller %d of %d, round %d", caller, s.options.Callers, round))
			}
			failures <- err
		}()
	}
	var err error
	for range s.options.Callers {
		err = errors.Join(err, <-failures)
	}
	return err
}

func inputsNotChanged(s *subject) error {
	for _, batch := range []int{1, 2} {
		inputs, err := s.inputs(1, batch)
		if err != nil {
			return err
		}
		before := cloneAll(inputs)
		if _, err := s.predict(context.Background(), inputs); err != nil {
			return err
		}
		if err := sameAll(inputs, before); err != nil {
			return fmt.Errorf("an input was changed: %w", err)
		}
		if !s.batched() {
			break
		}
	}
	return nil
}

// inputsNotKept overwrites an input after the call.
func inputsNotKept(s *subject) error {
	inputs, err := s.inputs(1, 1)
	if err != nil {
		return err
	}
	original := cloneAll(inputs)
	outputs, err := s.predict(context.Background(), inputs)
	if err != nil {
		return err
	}
	want := cloneAll(outputs)
	scribble(inputs)
	if err := sameAll(outputs, want); err != nil {
		return fmt.Errorf("an output changed when the caller overwrote an input: %w", err)
	}
	return s.expect(original, want, "after the caller overwrote an input")
}

// outputsOwned predicts something else, and overwrites an output.
func outputsOwned(s *subject) error {
	inputs, err := s.inputs(1, 1)
	if err != nil {
		return err
	}
	before := cloneAll(inputs)
	outputs, err := s.predict(context.Background(), inputs)
	if err != nil {
		return err
	}
	want := cloneAll(outputs)
	if _, _, err := s.answer(2, 1); err != nil {
		return err
	}
	if err := sameAll(outputs, want); err != nil {
		return fmt.Errorf("a later call changed an output: %w", err)
	}
	scribble(outputs)
	if err := sameAll(inputs, before); err != nil {
		return fmt.Errorf("an output shares memory with an input: %w", err)
	}
	return s.expect(inputs, want, "after the caller overwrote an output")
}

func scribble(tensors []domain.Tensor) {
	for _, t := range tensors {
		set(t, func(int) float64 { return 1e9 }, func(int) int64 { return 99 })
	}
}

// sameBitsAgain predicts the same input again and again, with others between.
func sameBitsAgain(s *subject) error {
	inputs, want, err := s.answer(1, 1)
	if err != nil {
		return err
	}
	for round := range s.options.Rounds {
		if err := s.expect(inputs, want, fmt.Sprintf("call %d with the same input", 2+round)); err != nil {
			return err
		}
		if _, _, err := s.answer(uint64(2+round), 1+round%2*boolToInt(s.batched())); err != nil {
			return err
		}
	}
	return s.expect(inputs, want, "after other inputs")
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// rowsIndependent compares each row of batches with the row alone.
func rowsIndependent(s *subject) error {
	if !s.batched() {
		return nil
	}
	for _, batch := range []int{1, 2, 3, 7} {
		inputs, together, err := s.answer(uint64(batch), batch)
		if err != nil {
			return err
		}
		for row := range batch {
			alone, err := rowOf(inputs, row)
			if err != nil {
				return err
			}
			want, err := rowOf(together, row)
			if err != nil {
				return fmt.Errorf("row %d of a batch of %d: %w", row, batch, err)
			}
			if err := s.expect(alone, want, fmt.Sprintf("row %d of a batch of %d, alone", row, batch)); err != nil {
				return err
			}
		}
	}
	return s.hostileNeighbours()
}

// hostileNeighbours puts a row between rows of NaN and infinity.
func (s *subject) hostileNeighbours() error {
	inputs, err := s.inputs(5, 3)
	if err != nil {
		return err
	}
	alone, err := rowOf(inputs, 1)
	if err != nil {
		return err
	}
	want, err := s.predict(context.Background(), alone)
	if err != nil {
		return err
	}
	for row, value := range map[int]float64{0: math.NaN(), 2: math.Inf(1)} {
		neighbours, err := rowOf(inputs, row)
		if err != nil {
			return err
		}
		for _, t := range neighbours {
			set(t, func(int) float64 { return value }, func(int) int64 { return 1 })
		}
	}
	together, err := s.predict(context.Background(), inputs)
	if err != nil {
		return err
	}
	got, err := rowOf(together, 1)
	if err != nil {
		return err
	}
	if err := sameAll(got, want); err != nil {
		return fmt.Errorf("a row between NaN and infinity: %w", err)
	}
	return nil
}

// rowOf returns one row of each tensor, sharing its elements.
func rowOf(tensors []domain.Tensor, row int) ([]domain.Tensor, error) {
	rows := make([]domain.Tensor, len(tensors))
	for i, t := range tensors {
		var err error
		if rows[i], err = t.Rows(row, row+1); err != nil {
			return nil, err
		}
	}
	return rows, nil
}
