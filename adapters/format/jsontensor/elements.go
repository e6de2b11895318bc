package jsontensor

import (
	"slices"

	"github.com/portent-go/portent/domain"
)

// elements are the values of one element type.
type elements[T domain.Element] struct {
	data []T
	read func(*Decoder) (T, bool)
}

func (e *elements[T]) grow(n int) { e.data = slices.Grow(e.data, n) }

func (e *elements[T]) tensor(shape domain.Shape) (domain.Tensor, error) {
	return domain.NewTensor(shape, e.data)
}

// row is where the time goes: errors are put together elsewhere.
func (e *elements[T]) row(d *Decoder, limit int) (int, error) {
	d.pos++
	d.space()
	if d.byte() == ']' {
		d.pos++
		return 0, nil
	}
	for i := 0; ; {
		element, ok := e.read(d)
		if !ok {
			d.path = append(d.path, step{index: i})
			return i, d.notElement(domain.DatatypeOf[T]())
		}
		if i < limit || limit < 0 {
			e.data = append(e.data, element)
		}
		i++
		d.space()
		switch d.byte() {
		case ',':
			d.pos++
			d.space()
		case ']':
			d.pos++
			return i, nil
		default:
			return i, d.unexpected("a comma or ]")
		}
	}
}
