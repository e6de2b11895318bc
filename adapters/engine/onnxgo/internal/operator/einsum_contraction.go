package operator

import (
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// place is where an array is: an input, the output, or memory of the operator's.
type place struct {
	input  int
	output bool
	own    domain.Tensor
}

func (p place) in(inputs, outputs []domain.Tensor) domain.Tensor {
	switch {
	case !p.own.IsZero():
		return p.own
	case p.output:
		return outputs[0]
	default:
		return inputs[p.input]
	}
}

// contraction is a list of sums and products under way.
type contraction struct {
	target   Target
	datatype domain.Datatype
	all      sizes
	steps    []Run
}

func (p *contraction) run(inputs, outputs []domain.Tensor) {
	for _, step := range p.steps {
		step(inputs, outputs)
	}
}

// memory returns a place for an array.
func (p *contraction) memory(labels []label) (place, error) {
	shape := p.all.of(labels)
	if err := fitsScratch(shape...); err != nil {
		return place{}, err
	}
	own, err := domain.MakeTensor(p.datatype, shape)
	return place{own: own}, err
}

// move adds a step that writes an array in an order of its labels, and sums it
// over those that are not wanted.
func (p *contraction) move(from labelled, source, target place, wanted []label) {
	var kept, gone []kernels.Span
	axes := make([][]kernels.Stretch, len(wanted))
	for i, l := range wanted {
		kept = append(kept, kernels.Span{Length: p.all[l], Step: from.step[l]})
		axes[i] = []kernels.Stretch{{Length: p.all[l], Step: from.step[l]}}
	}
	for _, l := range from.labels {
		if !slices.Contains(wanted, l) {
			gone = append(gone, kernels.Span{Length: p.all[l], Step: from.step[l]})
		}
	}
	if len(gone) > 0 {
		reduce := reducers[p.datatype]["sum"]
		p.steps = append(p.steps, func(in, out []domain.Tensor) { reduce(target.in(in, out), source.in(in, out), kept, gone, 0) })
		return
	}
	picked, move := kernels.NewSelection(axes), movers[p.datatype]
	p.steps = append(p.steps, func(in, out []domain.Tensor) {
		move.pick(target.in(in, out), source.in(in, out), picked, domain.Tensor{})
	})
}

// ordered returns where an array is with its labels in this order, summed over all
// others. It adds a step unless the array is so already.
func (p *contraction) ordered(from labelled, source place, wanted []label) (place, error) {
	if p.isOrdered(from, wanted) {
		return source, nil
	}
	target, err := p.memory(wanted)
	if err == nil {
		p.move(from, source, target, wanted)
	}
	return target, err
}

// matrices returns where a stack of matrices is, and whether they are transposed.
// It adds a step unless they are one or the other already.
func (p *contraction) matrices(from labelled, source place, stack, rows, columns []label) (at place, transposed bool, err error) {
	plain := slices.Concat(stack, rows, columns)
	if !p.isOrdered(from, plain) && p.isOrdered(from, slices.Concat(stack, columns, rows)) {
		return source, true, nil
	}
	at, err = p.ordered(from, source, plain)
	return at, false, err
}

// isOrdered reports whether an array has its elements in this order of labels.
func (p *contraction) isOrdered(from labelled, wanted []label) bool {
	dense := p.all.dense(wanted)
	for _, l := range from.labels {
		if p.all[l] > 1 && (!slices.Contains(wanted, l) || from.step[l] != dense.step[l]) {
			return false
		}
	}
	return true
}

// roles sorts the labels of a product: those of both arrays that are wanted, and
// those that are not; and those of one array that are wanted.
func roles(a, b labelled, wanted []label) (stack, rows, inner, columns []label) {
	for _, l := range a.labels {
		shared, kept := slices.Contains(b.labels, l), slices.Contains(wanted, l)
		switch {
		case shared && kept:
			stack = append(stack, l)
		case shared:
			inner = append(inner, l)
		case kept:
			rows = append(rows, l)
		}
	}
	for _, l := range b.labels {
		if !slices.Contains(a.labels, l) && slices.Contains(wanted, l) {
			columns = append(columns, l)
		}
	}
	return stack, rows, inner, columns
}

// multiply adds the product of two arrays, summed over the labels that are not
// wanted, and returns it. It is the output if its labels are the final ones.
func (p *contraction) multiply(a, b labelled, atA, atB place, wanted, final []label) (labelled, place, error) {
	stack, rows, inner, columns := roles(a, b, wanted)
	result := slices.Concat(stack, rows, columns)
	size := kernels.GemmGeometry{M: product(p.all.of(rows)), N: product(p.all.of(columns)), K: product(p.all.of(inner))}
	var err error
	if atA, size.TransA, err = p.matrices(a, atA, stack, rows, inner); err != nil {
		return a, atA, err
	}
	if atB, size.TransB, err = p.matrices(b, atB, stack, inner, columns); err != nil {
		return a, atB, err
	}
	target := place{output: true}
	if final == nil || !slices.Equal(result, final) {
		if target, err = p.memory(result); err != nil {
			return a, target, err
		}
	}
	return p.all.dense(result), target, p.product(size, product(p.all.of(stack)), atA, atB, target)
}

// product adds the product of two stacks of matrices.
func (p *contraction) product(size kernels.GemmGeometry, count int, a, b, target place) error {
	s := stacks{size: size, batch: domain.Shape{count}, strideA: []int{1}, strideB: []int{1}}
	multiply, err := s.unpacked(p.target, p.datatype)
	if err != nil {
		return err
	}
	operands, result := make([]domain.Tensor, 2), make([]domain.Tensor, 1)
	p.steps = append(p.steps, func(in, out []domain.Tensor) {
		operands[0], operands[1], result[0] = a.in(in, out), b.in(in, out), target.in(in, out)
		multiply(operands, result)
		clear(operands) // inputs are not kept
	})
	return nil
}
