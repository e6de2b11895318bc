package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// maxUnpool puts elements back to where a MaxPool found them; elsewhere is zero.
type maxUnpool struct{ kernel, strides, pads []int }

func parseMaxUnpool(node Node) (Operator, error) {
	a := attributesOf(node)
	u := maxUnpool{kernel: a.ints("kernel_shape")}
	rank := len(u.kernel)
	a.expect(rank > 0, "kernel_shape", "is required")
	u.strides, u.pads = orRepeated(a.ints("strides"), 1, rank), orRepeated(a.ints("pads"), 0, 2*rank)
	a.expect(noLess(u.kernel, 1), "kernel_shape", "is not of 1 and more")
	a.expect(len(u.strides) == rank && noLess(u.strides, 1), "strides", "is not of 1 and more for each axis")
	a.expect(len(u.pads) == 2*rank && noLess(u.pads, 0), "pads", "is not two of 0 and more for each axis")
	return u, a.done()
}

// Infer returns the shape of what was pooled.
func (u maxUnpool) Infer(inputs []Value) ([]Value, error) {
	x, err := floatingInput(inputs, "X")
	if err != nil {
		return nil, err
	}
	indices, err := present(inputs, 1, "I")
	if err != nil {
		return nil, err
	}
	rank := len(u.kernel)
	if len(x.Shape) != rank+2 {
		return nil, misshapen("X", x.Shape, "[N,C] and the axes of kernel_shape")
	}
	if indices.Datatype != domain.INT64 || !indices.Shape.Equal(x.Shape) {
		return nil, domain.Errorf(domain.Invalid, "input I is %v %v, expected INT64 %v", indices.Datatype, indices.Shape, x.Shape)
	}
	shape := x.Shape.Clone()
	for i := range rank {
		if n := x.Shape[i+2]; n > mostPads {
			return nil, misshapen("X", x.Shape, "no axis of so many elements")
		} else if shape[i+2] = (n-1)*u.strides[i] - u.pads[i] - u.pads[i+rank] + u.kernel[i]; shape[i+2] < 0 {
			return nil, domain.Errorf(domain.Invalid, "axis %d of X of shape %v was pooled from a length of %d", i+2, x.Shape, shape[i+2])
		}
	}
	if err := checkUnpooled(inputs, shape); err != nil {
		return nil, err
	}
	if err := checkWithin("I", indices.Const, product(shape)-1); err != nil {
		return nil, err
	}
	return like(x, shape)
}

// checkUnpooled refuses an output_shape that is not the one that follows from the
// attributes: the indices are then of the one for some engines, and of the other
// for ONNX's reference.
func checkUnpooled(inputs []Value, shape domain.Shape) error {
	if err := checkShape(shape); err != nil {
		return err
	}
	asked, given, err := knownInts(inputs, 2, "output_shape")
	if err == nil && given && !shape.Equal(asked) {
		err = domain.Errorf(domain.Unsupported, "output_shape is %v where %v follows from the attributes; some read the indices as those of the one and some of the other", asked, shape)
	}
	return err
}

// Check refuses indices that are out of range.
func (u maxUnpool) Check(inputs []domain.Tensor) error {
	outputs := 1
	x := inputs[0].Shape()
	for i, n := range x {
		if i >= 2 {
			n = (n-1)*u.strides[i-2] - u.pads[i-2] - u.pads[i-2+len(u.kernel)] + u.kernel[i-2]
		}
		outputs *= n
	}
	return checkWithin("I", inputs[1], outputs-1)
}

// Compile makes room for where elements go.
func (u maxUnpool) Compile(inputs, _ []Value) (Run, error) {
	n := product(inputs[1].Shape)
	p := pointers{count: n, size: 1, outer: 1}
	p.tuples = kernels.Tuples{Places: []kernels.Span{{Length: n}}, Bounds: []int{0}, Steps: []int{1}}
	blocks, err := p.blocks()
	if err != nil {
		return nil, err
	}
	move := movers[inputs[0].Datatype]
	return func(in, out []domain.Tensor) {
		move.fill(out[0], domain.Tensor{})
		p.locate(blocks, in[1])
		move.placeBlocks(out[0], in[0], blocks)
	}, nil
}
