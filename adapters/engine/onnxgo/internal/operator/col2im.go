package operator

import (
	"fmt"
	"slices"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// col2im puts columns back into an image as blocks that may overlap, and adds up
// where they do.
type col2im struct{ strides, pads, dilations []int }

func parseCol2Im(node Node) (Operator, error) {
	a := attributesOf(node)
	c := col2im{a.ints("strides"), a.ints("pads"), a.ints("dilations")}
	a.expect(noLess(c.strides, 1), "strides", "is not of 1 and more")
	a.expect(noLess(c.dilations, 1), "dilations", "is not of 1 and more")
	a.expect(noLess(c.pads, 0), "pads", "is not of 0 and more")
	return c, a.done()
}

// noLess reports whether lengths are at least so long, and no longer than makes
// sense.
func noLess(lengths []int, least int) bool {
	return !slices.ContainsFunc(lengths, func(n int) bool { return n < least || n > mostResized })
}

// adders add columns in each datatype of numbers.
var adders = map[domain.Datatype]func(dst, src domain.Tensor, at []int, size int){
	domain.FP32: addIn[float32], domain.FP64: addIn[float64],
	domain.INT8: addIn[int8], domain.INT16: addIn[int16], domain.INT32: addIn[int32], domain.INT64: addIn[int64],
	domain.UINT8: addIn[uint8], domain.UINT16: addIn[uint16], domain.UINT32: addIn[uint32], domain.UINT64: addIn[uint64],
}

func addIn[T interface {
	domain.Element
	kernels.Number
}](dst, src domain.Tensor, at []int, size int) {
	kernels.AddColumns(dataOf[T](dst), dataOf[T](src), at, size)
}

// columns are the geometry of a col2im.
type columns struct {
	image, block, places     []int
	strides, dilations, pads []int
}

// of reads the geometry.
func (c col2im) of(inputs []Value) (g columns, err error) {
	if g.image, err = requiredInts(inputs, 1, "image_shape"); err != nil {
		return g, err
	}
	if g.block, err = requiredInts(inputs, 2, "block_shape"); err != nil {
		return g, err
	}
	rank := len(g.image)
	g.strides, g.dilations, g.pads = orRepeated(c.strides, 1, rank), orRepeated(c.dilations, 1, rank), orRepeated(c.pads, 0, 2*rank)
	if rank == 0 || len(g.block) != rank || len(g.strides) != rank || len(g.dilations) != rank || len(g.pads) != 2*rank {
		return g, domain.Errorf(domain.Invalid, "image_shape %v, block_shape %v, strides %v, dilations %v and pads %v are not of one rank", g.image, g.block, g.strides, g.dilations, g.pads)
	}
	for axis, n := range g.image {
		if n < 1 || n > mostResized || g.block[axis] < 1 || g.block[axis] > mostResized {
			return g, domain.Errorf(domain.Invalid, "image_shape %v and block_shape %v are not lengths of 1 to %d", g.image, g.block, mostResized)
		}
		room := n + g.pads[axis] + g.pads[axis+rank] - g.dilations[axis]*(g.block[axis]-1) - 1
		if room < 0 {
			return g, domain.Errorf(domain.Invalid, "a block of %v does not fit an image of %v", g.block, g.image)
		}
		g.places = append(g.places, room/g.strides[axis]+1)
	}
	return g, nil
}

// orRepeated returns values, or n times the one otherwise.
func orRepeated(values []int, otherwise, n int) []int {
	if values == nil {
		return slices.Repeat([]int{otherwise}, n)
	}
	return values
}

// Infer returns the shape of the image.
func (c col2im) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "input")
	if err != nil {
		return nil, err
	}
	if adders[x.Datatype] == nil {
		return nil, wrongDatatype("input", x.Datatype, "FP32, FP64 or an integer")
	}
	g, err := c.of(inputs)
	if err != nil {
		return nil, err
	}
	for _, shape := range []domain.Shape{g.image, slices.Concat(g.block, g.places)} {
		if n, err := shape.Elements(); err != nil || n > mostIndices {
			return nil, domain.Errorf(domain.Unsupported, "blocks of %v at %v places of an image of %v are more than the %d elements that are supported", g.block, g.places, g.image, mostIndices)
		}
	}
	block, places := product(g.block), product(g.places)
	if len(x.Shape) != 3 || x.Shape[1]%block != 0 || x.Shape[2] != places {
		return nil, misshapen("input", x.Shape, fmt.Sprintf("[N,a multiple of %d,%d] for blocks of %v at %v places", block, places, g.block, g.places))
	}
	return like(x, append(domain.Shape{x.Shape[0], x.Shape[1] / block}, g.image...))
}

// Compile works out where the columns' elements go.
func (c col2im) Compile(inputs, _ []Value) (Run, error) {
	g, err := c.of(inputs)
	if err != nil {
		return nil, err
	}
	add, size := adders[inputs[0].Datatype], product(g.image)
	at := kernels.BlockPlaces(g.image, g.block, g.places, g.strides, g.dilations, g.pads)
	return func(in, out []domain.Tensor) { add(out[0], in[0], at, size) }, nil
}

func (col2im) keepsRows(_, _ []Value, perRow []bool) bool { return onlyFirst(perRow) }
