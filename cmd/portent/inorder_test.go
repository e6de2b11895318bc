package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
)

// TestInOrder has the work on later items end before that on earlier ones.
func TestInOrder(t *testing.T) {
	const items, workers = 40, 4
	var ended [items]chan struct{}
	for i := range ended {
		ended[i] = make(chan struct{})
	}
	work := func(_ context.Context, i int) int {
		if i%workers == 0 && i+1 < items {
			<-ended[i+1]
		}
		close(ended[i])
		return i
	}
	var got []int
	err := inOrder(t.Context(), upTo(items), workers, work, func(i int) error { got = append(got, i); return nil })
	if err != nil || len(got) != items || !slices.IsSorted(got) {
		t.Errorf("%v, %v", err, got)
	}
}

func upTo(n int) func(func(int) bool) {
	return func(yield func(int) bool) {
		for i := range n {
			if !yield(i) {
				return
			}
		}
	}
}

// TestInOrderHoldsAWindow counts how far the work gets while the first item takes
// for ever.
func TestInOrderHoldsAWindow(t *testing.T) {
	const workers, most = 2, 2 * (windowShare + 2)
	var begun atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	work := func(ctx context.Context, i int) int {
		if begun.Add(1) > most {
			t.Error("there is no window")
		}
		if i == 0 || i == workers*windowShare {
			if i > 0 {
				cancel() // all that there is room for has begun
			}
			<-ctx.Done()
		}
		return i
	}
	err := inOrder(ctx, upTo(1<<30), workers, work, func(int) error { return nil })
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestInOrderEndsWithTheErrorOfWhoTakes(t *testing.T) {
	broken, taken := errors.New("broken"), 0
	err := inOrder(t.Context(), upTo(1<<30), 3, func(_ context.Context, i int) int { return i }, func(i int) error {
		if taken++; i == 5 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || taken != 6 {
		t.Errorf("%v after %d", err, taken)
	}
}
