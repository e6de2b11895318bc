package operator

import (
	"fmt"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

var scatterFamily = map[string][]definition{
	"Scatter":         {{since: 9, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseScatterElements}},
	"ScatterElements": {{since: 11, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseScatterElements}},
	"ScatterND":       {{since: 11, inputs: arity{3, 3}, outputs: arity{1, 1}, parse: parseScatterND}},
}

// scatter copies its data and writes updates to where indices point, or lets
// them meet what is there. Of updates to one place the last stays.
type scatter struct {
	indexing
	meets bool
	how   kernels.Meeting
}

// reductions are what ScatterElements and ScatterND call the ways to meet, with
// the opset that brought each.
var reductions = map[string]struct {
	since int
	how   kernels.Meeting
}{"add": {16, kernels.Added}, "mul": {16, kernels.Multiplied}, "max": {18, kernels.Greatest}, "min": {18, kernels.Least}}

func parseScatterElements(node Node) (Operator, error) {
	a := attributesOf(node)
	axis := a.int("axis", 0)
	return scatterOf(a, elementsAlong(axis))
}

func parseScatterND(node Node) (Operator, error) {
	return scatterOf(attributesOf(node), tuplesAfter(0))
}

func scatterOf(a *attributes, x indexing) (Operator, error) {
	s := scatter{indexing: x}
	if a.node.Opset >= 16 && a.node.OpType != "Scatter" {
		name := a.text("reduction", "none")
		reduction, ok := reductions[name]
		a.expect(name == "none" || ok && reduction.since <= a.node.Opset, "reduction", "is not supported")
		s.meets, s.how = ok, reduction.how
	}
	return s, a.done()
}

// meetings let elements of each datatype of numbers meet.
var meetings = map[domain.Datatype]func(dst, src domain.Tensor, b kernels.Blocks, how kernels.Meeting){
	domain.FP32: meetIn[float32], domain.FP64: meetIn[float64],
	domain.INT8: meetIn[int8], domain.INT16: meetIn[int16], domain.INT32: meetIn[int32], domain.INT64: meetIn[int64],
	domain.UINT8: meetIn[uint8], domain.UINT16: meetIn[uint16], domain.UINT32: meetIn[uint32], domain.UINT64: meetIn[uint64],
}

func meetIn[T interface {
	domain.Element
	kernels.Number
}](dst, src domain.Tensor, b kernels.Blocks, how kernels.Meeting) {
	kernels.MeetBlocks(dataOf[T](dst), dataOf[T](src), b, how)
}

// Infer returns the shape of the data.
func (s scatter) Infer(inputs []Value) ([]Value, error) {
	p, err := s.of(inputs)
	if err != nil {
		return nil, err
	}
	data := inputs[0]
	updates, err := present(inputs, 2, "updates")
	if err != nil {
		return nil, err
	}
	if updates.Datatype != data.Datatype {
		return nil, domain.Errorf(domain.Invalid, "inputs data and updates have datatypes %v and %v, expected one", data.Datatype, updates.Datatype)
	}
	if !updates.Shape.Equal(p.shape) {
		return nil, misshapen("updates", updates.Shape, fmt.Sprintf("%v, which the indices of shape %v point to", p.shape, inputs[1].Shape))
	}
	if s.meets && meetings[data.Datatype] == nil {
		return nil, wrongDatatype("data", data.Datatype, "with a reduction FP32, FP64 or an integer")
	}
	return like(data, data.Shape)
}

// Check refuses indices that are out of range.
func (s scatter) Check(inputs []domain.Tensor) error { return s.check(inputs[0].Shape(), inputs[1]) }

// Compile makes room for where the indices point to.
func (s scatter) Compile(inputs, _ []Value) (Run, error) {
	p, err := s.of(inputs)
	if err != nil {
		return nil, err
	}
	blocks, err := p.blocks()
	if err != nil {
		return nil, err
	}
	place := movers[inputs[0].Datatype].placeBlocks
	if s.meets {
		meet := meetings[inputs[0].Datatype]
		place = func(dst, src domain.Tensor, b kernels.Blocks) { meet(dst, src, b, s.how) }
	}
	return func(inputs, outputs []domain.Tensor) {
		mustCopy(outputs[0], inputs[0])
		if inputs[2].Len() > 0 {
			p.locate(blocks, inputs[1])
			place(outputs[0], inputs[2], blocks)
		}
	}, nil
}

// The updates are to have rows where the indices have.
func (s scatter) keepsRows(inputs, _ []Value, perRow []bool) bool {
	return perRow[0] && perRow[2] && s.rowwise(inputs[0].Shape, inputs[1].Shape, perRow[0], perRow[1])
}
