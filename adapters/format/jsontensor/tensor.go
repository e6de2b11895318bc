package jsontensor

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// Tensor reads a tensor of exactly the given datatype and static shape, its
// elements nested as the shape says or in one flat array.
func (d *Decoder) Tensor(datatype domain.Datatype, shape domain.Shape, hints Hints) (domain.Tensor, error) {
	r := NewReader(domain.TensorSpec{Datatype: datatype, Shape: shape}, hints)
	if r.values == nil {
		return domain.Tensor{}, r.noJSON(d)
	}
	n, err := shape.Elements()
	if err != nil || len(shape) > maxDepth {
		return domain.Tensor{}, d.Refuse(fmt.Sprintf("cannot have the shape %.100v", shape), fmt.Sprintf("a shape of at most %d axes, whose elements can be counted", maxDepth), "", "")
	}
	if d.byte() != '[' {
		return domain.Tensor{}, d.otherThan("an array of "+count(n), hints.NotNumbers)
	}
	switch depth := d.depth(); {
	case depth == 1:
		err = r.flat(d)
	case depth == len(shape):
		r.reserve(d, n)
		err = r.array(d, shape)
	default:
		expected := fmt.Sprintf("%v nested %d deep, or flat", shape, len(shape))
		err = d.Refuse(fmt.Sprintf("is nested %d deep, expected %d", depth, len(shape)), expected, fmt.Sprintf("nested %d deep", depth), "")
	}
	if err != nil {
		return domain.Tensor{}, err
	}
	return r.values.tensor(shape)
}
