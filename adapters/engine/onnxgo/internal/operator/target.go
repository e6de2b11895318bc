package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/blocked"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
	"github.com/portent-go/portent/domain"
)

// Target is what operators are compiled for: the kernels of an instruction set,
// and the threads of a prediction.
type Target struct {
	Set  *micro.Set
	Team *team.Team
}

// portable is the target of what is computed while compiling.
func portable() Target { return Target{Set: micro.Generic()} }

// Vectorized is an Operator that computes with the kernels of a target, and on
// blocked pictures if it is a Blocker.
type Vectorized interface {
	Operator
	// CompileFor is Compile for a target. Where a Value has a Layout, its tensor
	// holds elements in that layout.
	CompileFor(t Target, inputs, outputs []Value) (Run, error)
}

// Compile compiles an operator for a target.
func Compile(op Operator, t Target, inputs, outputs []Value) (Run, error) {
	if v, ok := op.(Vectorized); ok {
		return v.CompileFor(t, inputs, outputs)
	}
	return op.Compile(inputs, outputs)
}

// Demand is the layout that an operator asks for: blocks of channels, and at
// least a border. A Block of 0 is the plain order, whatever the border.
type Demand struct {
	Block  int
	Border blocked.Border
}

// Blocking is the layouts with which an operator computes on blocked pictures.
type Blocking struct {
	Inputs []Demand
	Output Demand
}

// Blocker is an operator that can compute on blocked pictures.
type Blocker interface {
	Vectorized
	// Blocking returns the layouts that the operator asks for, and whether it
	// should compute so. Made tells which inputs are made in blocks.
	Blocking(t Target, inputs, outputs []Value, made []bool) (Blocking, bool)
}

// picture reports whether a value can be laid out in blocks.
func picture(v Value) bool {
	return v.Datatype == domain.FP32 && (len(v.Shape) == 3 || len(v.Shape) == 4) && product(v.Shape) > 0
}

// PlainLayout returns the layout of a value [N,C,L] or [N,C,H,W] in plain order.
func PlainLayout(v Value) blocked.Layout {
	l := blocked.Layout{Batch: v.Shape[0], Channels: v.Shape[1], Height: 1, Width: v.Shape[len(v.Shape)-1], Block: 1}
	if len(v.Shape) == 4 {
		l.Height = v.Shape[2]
	}
	return l
}

// layoutOf returns the layout of a value that is a picture.
func layoutOf(v Value) blocked.Layout {
	if v.Layout != nil {
		return *v.Layout
	}
	return PlainLayout(v)
}

// following is the blocking of an operator that computes in blocks if its inputs
// are made so: those that are pictures in blocks, the others plain.
func following(t Target, inputs []Value, pictures ...int) Blocking {
	b := Blocking{Inputs: make([]Demand, len(inputs)), Output: Demand{Block: t.Set.Lanes}}
	for _, i := range pictures {
		b.Inputs[i].Block = t.Set.Lanes
	}
	return b
}
