package main

import (
	"context"
	"iter"
)

// windowShare is how many results may wait for an earlier one, for each worker.
const windowShare = 4

// inOrder works on items, so many at once, and takes what comes of them in the
// order of the items. No more than a window of them is held, however many there
// are. It ends when the context does, or with the error of take; items or work
// that wait for the outside then end when they can.
func inOrder[A, B any](ctx context.Context, items iter.Seq[A], workers int, work func(context.Context, A) B, take func(B) error) error {
	type job struct {
		item   A
		result chan B
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	jobs, order := make(chan job), make(chan chan B, windowShare*workers)
	go func() {
		defer close(order)
		defer close(jobs)
		for item := range items {
			next := job{item, make(chan B, 1)}
			select {
			case order <- next.result:
			case <-ctx.Done():
				return
			}
			select {
			case jobs <- next:
			case <-ctx.Done():
				return
			}
		}
	}()
	for range workers {
		go func() {
			for next := range jobs {
				next.result <- work(ctx, next.item)
			}
		}()
	}
	for {
		result, more, err := receive(ctx, order)
		if err != nil || !more {
			return err
		}
		done, _, err := receive(ctx, result)
		if err == nil {
			err = take(done)
		}
		if err != nil {
			return err
		}
	}
}

// receive receives from a channel unless the context ends.
func receive[T any](ctx context.Context, from <-chan T) (value T, more bool, err error) {
	select {
	case value, more = <-from:
		return value, more, nil
	case <-ctx.Done():
		return value, false, ctx.Err()
	}
}
