package onnxfile

import (
	"fmt"

	"github.com/portent-go/portent/domain"
)

// maxAxes is how many axes a tensor may have: as many as NumPy's.
const maxAxes = 64

// valueInfo is a ValueInfoProto as it is read.
type valueInfo struct {
	name     string
	typed    bool   // it says that the value is a tensor
	scores   bool   // it says that the value is scores by label, for each row
	other    string // what the value is instead
	datatype int64
	shape    domain.Shape // nil where the rank is unknown
}

// otherTypes are the format's types that are not tensors, by their field in
// TypeProto.
var otherTypes = map[int32]string{4: "a sequence", 5: "a map", 7: "an opaque value", 8: "a sparse tensor", 9: "an optional value"}

// valueKind is what a value is to its graph.
type valueKind struct {
	output bool
	inside bool // the graph is in an attribute
}

// readSpec reads a ValueInfoProto. A value of which the file says no type has an
// invalid datatype and a nil shape; so has one that is no tensor in a graph in an
// attribute, of which little need be known. An output may be a sequence of maps
// from labels to scores: it is taken for the tensor of its scores.
func readSpec(data []byte, where string, kind valueKind) (domain.TensorSpec, error) {
	var v valueInfo
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&v.name)
		case 2:
			return f.message(func(data []byte) error { return v.readType(data, where) })
		}
		return nil
	})
	spec := domain.TensorSpec{Name: v.name, Shape: v.shape}
	where = fmt.Sprintf("%s %q", where, v.name)
	switch {
	case err != nil:
		return spec, err
	case v.name == "":
		return spec, invalid(where, "has no name")
	case v.scores && kind.output && v.other == "" && !v.typed:
		spec.Datatype, spec.Shape = domain.FP32, domain.Shape{domain.Dynamic, domain.Dynamic}
	case v.scores:
		return spec, unsupported(where, "is a sequence, only tensors are supported")
	case v.other != "" && kind.inside:
		return domain.TensorSpec{Name: v.name}, nil
	case v.other != "":
		return spec, unsupported(where, "is %s, only tensors are supported", v.other)
	case v.typed:
		spec.Datatype, err = datatypeOf(v.datatype, where)
	}
	return spec, err
}

func (v *valueInfo) readType(data []byte, where string) error {
	return fields(data, where+".type", func(f field) error {
		if f.number == 1 {
			seen := v.typed
			v.typed = true
			return f.once(seen, func(data []byte) error { return v.readTensorType(data, where+".type") })
		}
		if f.number == sequenceType {
			scores, err := readScores(f, where+".type")
			if v.scores = scores; scores || err != nil {
				return err
			}
		}
		if name, ok := otherTypes[int32(f.number)]; ok {
			v.other = name
		}
		return nil // a denotation says what a value is for, not what it is
	})
}

func (v *valueInfo) readTensorType(data []byte, where string) error {
	return fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.integer(&v.datatype)
		case 2:
			seen := v.shape != nil
			v.shape = domain.Shape{}
			return f.once(seen, func(data []byte) error { return v.readShape(data, where+".shape") })
		}
		return nil
	})
}

func (v *valueInfo) readShape(data []byte, where string) error {
	return fields(data, where, func(f field) error {
		if f.number != 1 {
			return nil
		}
		if len(v.shape) == maxAxes {
			return unsupported(where, "has more than %d axes", maxAxes)
		}
		return f.message(func(data []byte) error {
			length, err := readDimension(data, place(where, "dim", len(v.shape)))
			v.shape = append(v.shape, length)
			return err
		})
	})
}

// readDimension returns the length of an axis, or Dynamic if it has a name or
// nothing. Some exporters write -1 for that.
func readDimension(data []byte, where string) (int, error) {
	length := int64(domain.Dynamic)
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.integer(&length)
		case 2: // dim_param; of two that exclude each other the last one counts, as in protobuf
			length = domain.Dynamic
		}
		return nil
	})
	if err == nil && (length < domain.Dynamic || int64(int(length)) != length) {
		err = invalid(where, "is %d, not a length", length)
	}
	return int(length), err
}
