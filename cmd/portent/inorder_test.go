package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
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

// TestInOrderHoldsAWindow counts how far the work gets while items take for ever:
// all of them, and only the first.
func TestInOrderHoldsAWindow(t *testing.T) {
	const workers = 2
	for blocked, want := range map[int]int64{1 << 30: workers, 1: 1 + workers*windowShare} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var begun atomic.Int64
			ended := make(chan error, 1)
			go func() {
				ended <- inOrder(ctx, upTo(1<<30), workers, func(ctx context.Context, i int) int {
					begun.Add(1)
					if i < blocked {
						<-ctx.Done()
					}
					return i
				}, func(int) error { return nil })
			}()
			synctest.Wait()
			if begun.Load() != want {
				t.Errorf("%d have begun, expected %d", begun.Load(), want)
			}
			cancel()
			if err := <-ended; !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
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
