package onnxfile

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/domain"
)

// holderOf returns the field that holds elements of a datatype when they are
// not raw.
func holderOf(datatype domain.Datatype) protowire.Number {
	switch datatype {
	case domain.FP32:
		return floatData
	case domain.FP64:
		return doubleData
	case domain.INT64:
		return int64Data
	case domain.UINT32, domain.UINT64:
		return uint64Data
	case domain.BYTES:
		return stringData
	default:
		return int32Data
	}
}

// checkHolder reports whether the elements are where their datatype has them,
// and as many as the shape has, before any memory is taken for them.
func (t *tensorProto) checkHolder(datatype domain.Datatype, shape domain.Shape, n int) error {
	held, want, unit := len(t.floats)+len(t.doubles)+len(t.integers)+len(t.texts), n, "elements"
	switch {
	case t.holder == rawData && datatype == domain.BYTES:
		return invalid(t.where, "holds texts as raw bytes, which the format does not allow")
	case t.holder == rawData:
		held, want, unit = len(t.raw), n*datatype.Size(), "bytes"
	case t.holder != 0 && t.holder != holderOf(datatype):
		return invalid(t.where, "holds its elements in field %d, expected raw data or field %d for %v", t.holder, holderOf(datatype), datatype)
	}
	if held == want {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: t.where, Msg: fmt.Sprintf("%v of shape %v takes %d %s, the file holds %d", datatype, shape, want, unit, held),
		Expected: fmt.Sprintf("%d %s", want, unit), Got: fmt.Sprintf("%d %s", held, unit),
	}
}
