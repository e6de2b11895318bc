package domain

import "fmt"

// Rows returns rows from (included) to to (excluded) of the tensor's first
// axis, sharing its elements. A scalar or rows out of range are an error of kind
// Invalid.
func (t Tensor) Rows(from, to int) (Tensor, error) {
	if len(t.shape) == 0 || from < 0 || from > to || to > t.shape[0] {
		return Tensor{}, &Error{Kind: Invalid, Field: "rows", Msg: fmt.Sprintf("%d to %d are not rows of a tensor of shape %v", from, to, t.shape)}
	}
	row := 0
	if t.shape[0] > 0 {
		row = t.length / t.shape[0]
	}
	shape := t.shape.Clone()
	shape[0] = to - from
	return Tensor{datatype: t.datatype, shape: shape, length: row * (to - from), data: t.data.rows(from*row, to*row)}, nil
}

// Clone returns a copy that shares nothing with t.
func (t Tensor) Clone() Tensor {
	if t.IsZero() {
		return t
	}
	t.shape = t.shape.Clone()
	t.data = t.data.clone()
	return t
}

// Copy copies the elements of src to dst. Both must have one datatype and as
// many elements; else the error is of kind Invalid.
func Copy(dst, src Tensor) error {
	if dst.datatype != src.datatype || dst.length != src.length || dst.IsZero() {
		return &Error{Kind: Invalid, Msg: fmt.Sprintf("%v of shape %v cannot be copied to %v of shape %v", src.datatype, src.shape, dst.datatype, dst.shape)}
	}
	dst.data.copyAt(0, src.data)
	return nil
}

// Concat joins tensors along their first axis into a new one. They must have
// one datatype and the same other axes; else the error is of kind Invalid.
func Concat(tensors []Tensor) (Tensor, error) {
	if len(tensors) == 0 {
		return Tensor{}, &Error{Kind: Invalid, Msg: "no tensors to join"}
	}
	first, rows := tensors[0], 0
	for i, t := range tensors {
		if len(t.shape) == 0 || t.datatype != first.datatype || !t.shape[1:].Equal(first.shape[1:]) {
			return Tensor{}, &Error{
				Kind: Invalid, Field: fmt.Sprintf("[%d]", i),
				Msg: fmt.Sprintf("%v of shape %v cannot be joined to %v of shape %v", t.datatype, t.shape, first.datatype, first.shape),
			}
		}
		rows += t.shape[0]
	}
	shape := first.shape.Clone()
	shape[0] = rows
	joined, err := MakeTensor(first.datatype, shape)
	if err != nil {
		return Tensor{}, err
	}
	at := 0
	for _, t := range tensors {
		joined.data.copyAt(at, t.data)
		at += t.length
	}
	return joined, nil
}
