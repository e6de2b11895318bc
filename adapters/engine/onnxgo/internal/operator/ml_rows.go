package operator

import (
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/kernels"
	"github.com/portent-go/portent/domain"
)

// fraction is a type of tensor elements with a fraction.
type fraction interface {
	domain.Element
	kernels.Float
}

// table is an input of features: [N,F], or [F] for a single row.
type table struct {
	Value
	rows, features int
}

// featuresOf returns an input X of the datatypes that features can have.
func featuresOf(inputs []Value, at int) (Value, error) {
	x, err := present(inputs, at, "X")
	if err != nil {
		return Value{}, err
	}
	switch x.Datatype {
	case domain.FP32, domain.FP64, domain.INT64, domain.INT32:
		return x, nil
	default:
		return Value{}, wrongDatatype("X", x.Datatype, "FP32, FP64, INT64 or INT32")
	}
}

// tableOf returns input X of features.
func tableOf(inputs []Value) (table, error) {
	x, err := featuresOf(inputs, 0)
	if err != nil {
		return table{}, err
	}
	t := table{x, 1, 0}
	switch len(x.Shape) {
	case 1:
		t.features = x.Shape[0]
	case 2:
		t.rows, t.features = x.Shape[0], x.Shape[1]
	default:
		return table{}, misshapen("X", x.Shape, "[N,F] or [F]")
	}
	return t, nil
}

// wideTableOf is tableOf for an operator of a number of features.
func wideTableOf(inputs []Value, features int) (table, error) {
	t, err := tableOf(inputs)
	if err == nil && t.features != features {
		err = domain.Errorf(domain.Invalid, "input X has %d features in its shape %v, expected %d", t.features, t.Shape, features)
	}
	return t, err
}

// perRow reports whether an input of features is rows that are computed one by
// one. A shape [F] is no rows of its first axis.
func perRow(inputs []Value) bool { return len(inputs[0].Shape) == 2 }

// rowReader reads rows of features as numbers of one type.
type rowReader[T fraction] struct {
	features int // of a row of the input
	wanted   int // of them, from the first on
	scratch  []T // nil where the input has numbers of that type
}

// newRowReader returns a reader of at most so many rows together.
func newRowReader[T fraction](x table, wanted, together int) rowReader[T] {
	r := rowReader[T]{features: x.features, wanted: wanted}
	if x.Datatype != domain.DatatypeOf[T]() {
		r.scratch = make([]T, min(x.rows, together)*wanted)
	}
	return r
}

// read returns some rows, and how far apart they begin.
func (r rowReader[T]) read(x domain.Tensor, first, n int) (rows []T, stride int) {
	from, to := first*r.features, (first+n)*r.features
	if r.scratch == nil {
		return dataOf[T](x)[from:to], r.features
	}
	rows = r.scratch[:n*r.wanted]
	switch x.Datatype() {
	case domain.FP32:
		kernels.CopyColumns(rows, dataOf[float32](x)[from:to], r.features, r.wanted)
	case domain.FP64:
		kernels.CopyColumns(rows, dataOf[float64](x)[from:to], r.features, r.wanted)
	case domain.INT32:
		kernels.CopyColumns(rows, dataOf[int32](x)[from:to], r.features, r.wanted)
	default:
		kernels.CopyColumns(rows, dataOf[int64](x)[from:to], r.features, r.wanted)
	}
	return rows, r.wanted
}
