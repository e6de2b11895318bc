package operator

import (
	"cmp"
	"math"
	"slices"

	"github.com/portent-go/portent/domain"
)

// unique gives each element, or each part along an axis, once: in ascending order,
// or in that of their first places. Further outputs are where each is first, where
// each part of X is among them, and how many there are of each. NaN is equal to
// NaN, and larger than any number. All depends on the elements, which must be
// known.
type unique struct {
	axis   *int
	sorted bool
}

func parseUnique(node Node) (Operator, error) {
	a := attributesOf(node)
	u := unique{sorted: a.bool("sorted", true)}
	if a.has("axis") {
		axis := a.int("axis", 0)
		u.axis = &axis
	}
	return u, a.done()
}

// partition tells which parts of an array [outer, n, inner] are equal.
type partition struct {
	outer, n, inner int
	first           []int // where each distinct part is first
	count           []int
	member          []int // which of the distinct parts each part is
}

// sorters order the parts of each datatype, and write them.
var sorters = map[domain.Datatype]interface {
	compare(x domain.Tensor, p *partition) func(a, b int) int
	gather(x domain.Tensor, p *partition, shape domain.Shape) domain.Tensor
}{
	domain.FP32: sorts[float32]{compareNumbers[float32]}, domain.FP64: sorts[float64]{compareNumbers[float64]},
	domain.INT8: sorts[int8]{cmp.Compare[int8]}, domain.INT16: sorts[int16]{cmp.Compare[int16]}, domain.INT32: sorts[int32]{cmp.Compare[int32]}, domain.INT64: sorts[int64]{cmp.Compare[int64]},
	domain.UINT8: sorts[uint8]{cmp.Compare[uint8]}, domain.UINT16: sorts[uint16]{cmp.Compare[uint16]}, domain.UINT32: sorts[uint32]{cmp.Compare[uint32]}, domain.UINT64: sorts[uint64]{cmp.Compare[uint64]},
	domain.BYTES: sorts[string]{cmp.Compare[string]},
	domain.BOOL:  sorts[bool]{func(a, b bool) int { return cmp.Compare(zeroOrOne(a), zeroOrOne(b)) }},
}

func compareNumbers[T realNumber](a, b T) int {
	if math.IsNaN(float64(a)) || math.IsNaN(float64(b)) {
		return -cmp.Compare(a, b) // to which NaN is least
	}
	return cmp.Compare(a, b)
}

type sorts[T domain.Element] struct{ order func(a, b T) int }

func (s sorts[T]) compare(x domain.Tensor, p *partition) func(a, b int) int {
	elements := dataOf[T](x)
	return func(a, b int) int {
		for outer := range p.outer {
			for inner := range p.inner {
				at := outer*p.n*p.inner + inner
				if order := s.order(elements[at+a*p.inner], elements[at+b*p.inner]); order != 0 {
					return order
				}
			}
		}
		return 0
	}
}

func (s sorts[T]) gather(x domain.Tensor, p *partition, shape domain.Shape) domain.Tensor {
	elements, result := dataOf[T](x), make([]T, 0, p.outer*len(p.first)*p.inner)
	for outer := range p.outer {
		for _, part := range p.first {
			at := (outer*p.n + part) * p.inner
			result = append(result, elements[at:at+p.inner]...)
		}
	}
	return tensorOf(shape, result...)
}

// split sorts an array's parts.
func (u unique) split(x domain.Tensor) (*partition, error) {
	shape := x.Shape()
	p := &partition{outer: 1, n: x.Len(), inner: 1}
	if u.axis != nil {
		axis, err := axisOf(*u.axis, len(shape))
		if err != nil {
			return nil, err
		}
		p.outer, p.n, p.inner = product(shape[:axis]), shape[axis], product(shape[axis+1:])
	}
	if err := fitsScratch(p.n, 4); err != nil {
		return nil, err
	}
	compare, order := sorters[x.Datatype()].compare(x, p), make([]int, p.n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, compare)
	p.member = make([]int, p.n)
	for i, part := range order {
		if i == 0 || compare(order[i-1], part) != 0 {
			p.first, p.count = append(p.first, part), append(p.count, 0)
		}
		p.member[part] = len(p.first) - 1
		p.count[len(p.first)-1]++
	}
	if !u.sorted {
		p.inOrderOfPlaces()
	}
	return p, nil
}

// inOrderOfPlaces orders the distinct parts by where they are first.
func (p *partition) inOrderOfPlaces() {
	order := make([]int, len(p.first))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return p.first[a] - p.first[b] })
	first, count, rank := slices.Clone(p.first), slices.Clone(p.count), make([]int, len(order))
	for now, before := range order {
		p.first[now], p.count[now], rank[before] = first[before], count[before], now
	}
	for i, before := range p.member {
		p.member[i] = rank[before]
	}
}

// Infer returns the distinct parts and what is told of them.
func (u unique) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	if _, ok := sorters[x.Datatype]; !ok {
		return nil, wrongDatatype("X", x.Datatype, "any but FP16 and BF16")
	}
	if !x.Known() {
		return nil, unknownElements("X")
	}
	p, err := u.split(x.Const)
	if err != nil {
		return nil, err
	}
	shape := domain.Shape{len(p.first)}
	if u.axis != nil {
		axis, _ := axisOf(*u.axis, len(x.Shape))
		shape = x.Shape.Clone()
		shape[axis] = len(p.first)
	}
	list := func(n int) Value { return Value{Datatype: domain.INT64, Shape: domain.Shape{n}} }
	return []Value{{Datatype: x.Datatype, Shape: shape}, list(len(p.first)), list(p.n), list(len(p.first))}, nil
}

// Compile finds the answer, since the elements are known, and returns copies of it.
func (u unique) Compile(inputs, outputs []Value) (Run, error) {
	p, err := u.split(inputs[0].Const)
	if err != nil {
		return nil, err
	}
	y := sorters[inputs[0].Datatype].gather(inputs[0].Const, p, outputs[0].Shape)
	answers := []domain.Tensor{y, integers(p.first), integers(p.member), integers(p.count)}
	return func(_, out []domain.Tensor) {
		for i, output := range out {
			if !output.IsZero() {
				mustCopy(output, answers[i])
			}
		}
	}, nil
}
