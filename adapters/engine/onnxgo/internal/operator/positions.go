package operator

import (
	"math"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// positionFamily are operators whose inputs say at which positions they work.
var positionFamily = map[string][]definition{
	"NonZero":         {unary(9, parseNonZero)},
	"ReverseSequence": {{since: 10, inputs: arity{2, 2}, outputs: arity{1, 1}, parse: parseReverseSequence}},
	"TensorScatter":   {{since: 24, inputs: arity{2, 3}, outputs: arity{1, 1}, parse: parseTensorScatter}},
}

// nonZero lists where elements are not zero.
type nonZero struct{}

func parseNonZero(node Node) (Operator, error) { return nonZero{}, attributesOf(node).done() }

// Infer counts the elements, which must be known.
func (nonZero) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	switch {
	case err != nil:
		return nil, err
	case x.Datatype == domain.BYTES || x.Datatype == domain.FP16 || x.Datatype == domain.BF16: // -0 would not be zero
		return nil, wrongDatatype("X", x.Datatype, "BOOL, FP32, FP64 or an integer")
	case len(x.Shape) == 0:
		return nil, domain.Errorf(domain.Unsupported, "input X has no axes; with one of length 1 it would be supported")
	case !x.Known():
		return nil, unknownElements("X")
	}
	return like(Value{Datatype: domain.INT64}, domain.Shape{len(x.Shape), movers[x.Datatype].countNonZero(x.Const)})
}

// Compile returns what lists the positions.
func (nonZero) Compile(inputs, _ []Value) (Run, error) {
	move, shape := movers[inputs[0].Datatype], inputs[0].Shape
	return func(in, out []domain.Tensor) { move.nonZero(dataOf[int64](out[0]), in[0], shape) }, nil
}

// reverseSequence turns round the first steps of each sequence of a batch.
type reverseSequence struct{ stepsFirst bool }

func parseReverseSequence(node Node) (Operator, error) {
	a := attributesOf(node)
	batch, time := a.int("batch_axis", 1), a.int("time_axis", 0)
	a.expect(batch == 0 || batch == 1, "batch_axis", "is neither 0 nor 1")
	a.expect(time == 1-batch, "time_axis", "is not the other of 0 and 1")
	return reverseSequence{stepsFirst: time == 0}, a.done()
}

// axes returns how many steps and sequences there are.
func (r reverseSequence) axes(shape domain.Shape) (steps, sequences int) {
	if r.stepsFirst {
		return shape[0], shape[1]
	}
	return shape[1], shape[0]
}

// Infer returns the shape of the sequences.
func (r reverseSequence) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if len(x.Shape) < 2 {
		return nil, misshapen("input", x.Shape, "2 axes or more")
	}
	lengths, err := present(inputs, 1, "sequence_lens")
	if err != nil {
		return nil, err
	}
	steps, sequences := r.axes(x.Shape)
	if lengths.Datatype != domain.INT64 || !lengths.Shape.Equal(domain.Shape{sequences}) {
		return nil, domain.Errorf(domain.Invalid, "input sequence_lens is %v %v, expected INT64 [%d]", lengths.Datatype, lengths.Shape, sequences)
	}
	if err := checkWithin("sequence_lens", lengths.Const, steps); err != nil {
		return nil, err
	}
	return like(x, x.Shape)
}

// checkWithin refuses INT64 elements that are not from 0 to most. The zero Tensor
// has none.
func checkWithin(name string, t domain.Tensor, most int) error {
	for i, v := range dataOf[int64](t) {
		if v < 0 || v > int64(most) {
			return domain.Errorf(domain.Invalid, "input %s: element %d is %d, expected 0 to %d", name, i, v, most)
		}
	}
	return nil
}

// Check refuses lengths that are longer than the sequences.
func (r reverseSequence) Check(inputs []domain.Tensor) error {
	steps, _ := r.axes(inputs[0].Shape())
	return checkWithin("sequence_lens", inputs[1], steps)
}

// Compile makes room for where elements come from.
func (r reverseSequence) Compile(inputs, _ []Value) (Run, error) {
	shape, move := inputs[0].Shape, movers[inputs[0].Datatype]
	steps, _ := r.axes(shape)
	p := pointers{count: shape[0] * shape[1], size: product(shape[2:]), outer: 1}
	blocks, err := p.blocks()
	if err != nil {
		return nil, err
	}
	return func(in, out []domain.Tensor) {
		if in[0].Len() > 0 {
			kernels.ReverseSteps(blocks.Offsets, dataOf[int64](in[1]), steps, blocks.Size, r.stepsFirst)
			move.pickBlocks(out[0], in[0], blocks)
		}
	}, nil
}

func (r reverseSequence) keepsRows(_, _ []Value, perRow []bool) bool {
	return !r.stepsFirst && perRow[0] && perRow[1]
}

// tensorScatter writes updates into the rows of a cache.
type tensorScatter struct {
	axis     int
	circular bool
}

func parseTensorScatter(node Node) (Operator, error) {
	a := attributesOf(node)
	mode := a.text("mode", "linear")
	a.expect(mode == "linear" || mode == "circular", "mode", "is not supported")
	return tensorScatter{a.int("axis", -2), mode == "circular"}, a.done()
}

// Infer returns the shape of the cache.
func (s tensorScatter) Infer(inputs []Value) ([]Value, error) {
	cache, err := present(inputs, 0, "past_cache")
	if err != nil {
		return nil, err
	}
	update, err := present(inputs, 1, "update")
	if err != nil {
		return nil, err
	}
	axis, err := axisOf(s.axis, len(cache.Shape))
	if err == nil && axis == 0 {
		err = domain.Errorf(domain.Invalid, "axis %d is that of the batch", s.axis)
	}
	if err != nil {
		return nil, err
	}
	if len(update.Shape) != len(cache.Shape) || update.Datatype != cache.Datatype {
		return nil, domain.Errorf(domain.Invalid, "input update is %v %v, expected %v of as many axes as %v", update.Datatype, update.Shape, cache.Datatype, cache.Shape)
	}
	expected := cache.Shape.Clone()
	expected[axis] = update.Shape[axis]
	if !expected.Equal(update.Shape) || update.Shape[axis] > cache.Shape[axis] {
		return nil, misshapen("update", update.Shape, "no more than "+cache.Shape.String()+" on the axis that is written, and the same on the others")
	}
	begins, ok := optional(inputs, 2)
	if ok && (begins.Datatype != domain.INT64 || !begins.Shape.Equal(cache.Shape[:1])) {
		return nil, domain.Errorf(domain.Invalid, "input write_indices is %v %v, expected INT64 %v", begins.Datatype, begins.Shape, cache.Shape[:1])
	}
	if err := checkWithin("write_indices", begins.Const, s.most(cache.Shape, update.Shape)); err != nil {
		return nil, err
	}
	return like(cache, cache.Shape)
}

// most returns the last place at which an update may begin.
func (s tensorScatter) most(cache, update domain.Shape) int {
	if s.circular {
		return math.MaxInt
	}
	axis := s.axis
	if axis < 0 {
		axis += len(cache)
	}
	return cache[axis] - update[axis]
}

// Check refuses updates that go beyond the cache.
func (s tensorScatter) Check(inputs []domain.Tensor) error {
	if len(inputs) < 3 {
		return nil
	}
	return checkWithin("write_indices", inputs[2], s.most(inputs[0].Shape(), inputs[1].Shape()))
}

// Compile makes room for where updates go.
func (s tensorScatter) Compile(inputs, _ []Value) (Run, error) {
	cache, update := inputs[0].Shape, inputs[1].Shape
	axis, err := axisOf(s.axis, len(cache))
	if err != nil {
		return nil, err
	}
	ring := kernels.Ring{Rows: product(cache[:axis]), Room: cache[axis], Steps: update[axis], Block: product(cache[axis+1:])}
	p := pointers{count: ring.Rows * ring.Steps, size: ring.Block, outer: 1}
	blocks, err := p.blocks()
	if err != nil {
		return nil, err
	}
	move := movers[inputs[0].Datatype]
	return func(in, out []domain.Tensor) {
		mustCopy(out[0], in[0])
		if in[1].Len() == 0 {
			return
		}
		var begins []int64
		if len(in) > 2 {
			begins = dataOf[int64](in[2])
		}
		ring.Offsets(blocks.Offsets, begins)
		move.placeBlocks(out[0], in[1], blocks)
	}, nil
}

func (s tensorScatter) keepsRows(_, _ []Value, perRow []bool) bool {
	return perRow[0] && perRow[1] && (len(perRow) < 3 || perRow[2])
}
