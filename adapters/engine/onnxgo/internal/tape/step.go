package tape

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash"

	"github.com/chewxy/hm"
	"gorgonia.org/gorgonia"
	"gorgonia.org/tensor"

	"github.com/portent-go/portent/domain"
)

// run is what the steps of one machine share while it runs.
type run struct {
	ctx  context.Context
	next int   // the step whose turn it is
	err  error // why the run was stopped
}

// step is a Gorgonia operator that computes one step of a plan in buffers of
// its own.
type step struct {
	number  int
	name    string
	compute func() error
	arity   int
	result  *tensor.Dense // over the first output's buffer
	dtype   hm.Type
	run     *run
}

var _ gorgonia.Op = (*step)(nil)

// Do computes the step. The values it is given are the same buffers that it was
// bound to when the machine was built.
func (s *step) Do(...gorgonia.Value) (result gorgonia.Value, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.run.err = domain.Errorf(domain.Internal, "%s panicked: %v", s.name, cause)
			result, err = nil, s.run.err
		}
	}()
	if s.run.next != s.number {
		s.run.err = domain.Errorf(domain.Internal, "%s ran as step %d of the plan, not as %d", s.name, s.run.next, s.number)
		return nil, s.run.err
	}
	if s.run.err = domain.FromContext(s.run.ctx, "predicting"); s.run.err != nil {
		return nil, s.run.err
	}
	if s.run.err = s.compute(); s.run.err != nil {
		return nil, s.run.err
	}
	s.run.next++
	return s.result, nil
}

// Arity returns how many nodes the step reads.
func (s *step) Arity() int { return s.arity }

// Type returns a function type that takes anything: the plan has checked what
// goes in.
func (s *step) Type() hm.Type {
	// Gorgonia calls the result's type b itself, so the names begin elsewhere.
	const first = 0x1000
	types := make([]hm.Type, 0, s.arity+1)
	for i := range s.arity {
		types = append(types, hm.TypeVariable(rune(first+i)))
	}
	return hm.NewFnType(append(types, s.dtype)...)
}

// InferShape returns the shape of the first output.
func (s *step) InferShape(...gorgonia.DimSizer) (tensor.Shape, error) { return s.result.Shape(), nil }

// ReturnsPtr says that the result is a buffer of the step's own.
func (s *step) ReturnsPtr() bool { return true }

// CallsExtern says that the step stays in Go.
func (s *step) CallsExtern() bool { return false }

// OverwritesInput says that no input is changed.
func (s *step) OverwritesInput() int { return -1 }

// WriteHash writes what tells the step from all others of its graph.
func (s *step) WriteHash(h hash.Hash) { _ = binary.Write(h, binary.LittleEndian, uint32(s.number)) }

// Hashcode returns a number that no other step of the graph has.
func (s *step) Hashcode() uint32 { return uint32(s.number) }

// String names the step.
func (s *step) String() string { return fmt.Sprintf("%d %s", s.number, s.name) }
