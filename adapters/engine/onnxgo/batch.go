package onnxgo

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/portent-go/portent/domain"
)

// batch is a prediction whose rows are computed apart, a few at a time: what one
// part works on stays in a core's cache, and cores that have nothing to do take
// parts too. It is only made of a model whose rows do not depend on each other.
type batch struct {
	engine  *Engine
	inputs  []domain.Tensor
	rows    int // of all inputs
	size    int // of a part
	next    atomic.Int64
	results [][]domain.Tensor // of each part
	failed  atomic.Pointer[error]
}

// parts returns how many parts there are.
func (b *batch) parts() int { return (b.rows + b.size - 1) / b.size }

// run computes all parts and returns the outputs of all rows. The caller has a
// turn; helpers take turns that nobody else wants, for one part at a time.
func (b *batch) run(ctx context.Context) ([]domain.Tensor, error) {
	b.results = make([][]domain.Tensor, b.parts())
	var helpers sync.WaitGroup
	for range b.parts() - 1 {
		if !b.engine.tryEnter() {
			break
		}
		helpers.Go(func() { b.help(ctx) })
	}
	for b.part(ctx) {
	}
	helpers.Wait()
	if err := b.failed.Load(); err != nil {
		return nil, *err
	}
	return b.join()
}

// help computes parts as long as there is a turn to be had.
func (b *batch) help(ctx context.Context) {
	more := true
	for more {
		more = b.part(ctx)
		b.engine.leave()
		more = more && b.engine.tryEnter()
	}
}

// part computes the next part and reports whether there was one.
func (b *batch) part(ctx context.Context) bool {
	part := int(b.next.Add(1)) - 1
	if part >= len(b.results) || b.failed.Load() != nil {
		return false
	}
	outputs, err := b.compute(ctx, part*b.size, min((part+1)*b.size, b.rows))
	if err != nil {
		b.failed.CompareAndSwap(nil, &err)
		return false
	}
	b.results[part] = outputs
	return true
}

func (b *batch) compute(ctx context.Context, from, to int) ([]domain.Tensor, error) {
	rows := make([]domain.Tensor, len(b.inputs))
	for i, input := range b.inputs {
		var err error
		if rows[i], err = input.Rows(from, to); err != nil {
			return nil, err
		}
	}
	return b.engine.machines.run(ctx, rows, 0)
}

// join puts the parts' outputs one behind another.
func (b *batch) join() ([]domain.Tensor, error) {
	outputs := make([]domain.Tensor, len(b.results[0]))
	for i := range outputs {
		parts := make([]domain.Tensor, len(b.results))
		for part, result := range b.results {
			parts[part] = result[i]
		}
		var err error
		if outputs[i], err = domain.Concat(parts); err != nil {
			return nil, err
		}
	}
	return outputs, nil
}
