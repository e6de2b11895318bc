package operator

import "github.com/portent-go/portent/domain"

// dictionary finds elements of a tensor among keys.
type dictionary interface {
	// find returns the position of an element among the keys, or -1.
	find(t domain.Tensor, i int) int
	datatype() domain.Datatype
	count() int
}

// key is a type of elements that can be looked up.
type key interface {
	int16 | int32 | int64 | float32 | float64 | string
}

// keys are a dictionary of one type. NaN is equal to NaN here.
type keys[K key] struct {
	positions map[K]int
	nan       int // its position, or -1
}

// newKeys returns a dictionary, and whether no key is there twice.
func newKeys[K key](list []K) (dictionary, bool) {
	d := keys[K]{make(map[K]int, len(list)), -1}
	for i, k := range list {
		if d.look(k) >= 0 {
			return nil, false
		}
		if !same(k, k) {
			d.nan = i
		} else {
			d.positions[k] = i
		}
	}
	return d, true
}

// same is what only NaN is not to itself.
func same[K key](a, b K) bool { return a == b }

func (d keys[K]) look(k K) int {
	if !same(k, k) {
		return d.nan
	}
	if position, ok := d.positions[k]; ok {
		return position
	}
	return -1
}

func (d keys[K]) find(t domain.Tensor, i int) int { return d.look(dataOf[K](t)[i]) }
func (d keys[K]) datatype() domain.Datatype       { return domain.DatatypeOf[K]() }

func (d keys[K]) count() int {
	if d.nan >= 0 {
		return len(d.positions) + 1
	}
	return len(d.positions)
}

// dictionaryOf returns a dictionary of a tensor's elements.
func dictionaryOf(t domain.Tensor) (d dictionary, once, ok bool) {
	switch t.Datatype() {
	case domain.INT16:
		d, once = newKeys(dataOf[int16](t))
	case domain.INT32:
		d, once = newKeys(dataOf[int32](t))
	case domain.INT64:
		d, once = newKeys(dataOf[int64](t))
	case domain.FP32:
		d, once = newKeys(dataOf[float32](t))
	case domain.FP64:
		d, once = newKeys(dataOf[float64](t))
	case domain.BYTES:
		d, once = newKeys(dataOf[string](t))
	default:
		return nil, false, false
	}
	return d, once, true
}

// putters copy an element to another tensor of the same datatype.
var putters = map[domain.Datatype]func(dst domain.Tensor, i int, src domain.Tensor, j int){
	domain.INT16: put[int16], domain.INT32: put[int32], domain.INT64: put[int64],
	domain.FP32: put[float32], domain.FP64: put[float64], domain.BYTES: put[string],
}

func put[T domain.Element](dst domain.Tensor, i int, src domain.Tensor, j int) {
	dataOf[T](dst)[i] = dataOf[T](src)[j]
}

// translation gives each element of one datatype another one, by its position
// among the keys.
type translation struct {
	keys   dictionary
	values domain.Tensor // one a key, and in the end that for what is no key
}

// relabel translates labels. Which translation is for the input's datatype to
// say.
type relabel []translation

func (relabel) keepsRows(_, _ []Value, _ []bool) bool { return true }

// find returns the translation for a datatype.
func (r relabel) find(datatype domain.Datatype) (found translation, err error) {
	expected := ""
	for _, t := range r {
		if t.keys.datatype() == datatype {
			return t, nil
		}
		if expected != "" {
			expected += " or "
		}
		expected += t.keys.datatype().String()
	}
	return translation{}, wrongDatatype("X", datatype, expected)
}

// Infer returns the values' datatype and the input's shape.
func (r relabel) Infer(inputs []Value) ([]Value, error) {
	x, err := present(inputs, 0, "X")
	if err != nil {
		return nil, err
	}
	t, err := r.find(x.Datatype)
	if err != nil {
		return nil, err
	}
	return like(Value{Datatype: t.values.Datatype()}, x.Shape)
}

// Compile returns the computation.
func (r relabel) Compile(inputs, _ []Value) (Run, error) {
	t, err := r.find(inputs[0].Datatype)
	if err != nil {
		return nil, err
	}
	put, otherwise := putters[t.values.Datatype()], t.values.Len()-1
	return func(in, out []domain.Tensor) {
		for i := range out[0].Len() {
			position := t.keys.find(in[0], i)
			if position < 0 {
				position = otherwise
			}
			put(out[0], i, t.values, position)
		}
	}, nil
}
