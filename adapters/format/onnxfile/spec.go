package onnxfile

import "github.com/portent-go/portent/domain"

// readSpec reads a ValueInfoProto. Only tensors are known.
func readSpec(data []byte, specs *[]domain.TensorSpec, where string) error {
	var spec domain.TensorSpec
	var isTensor bool
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&spec.Name)
		case 2:
			return f.message(func(data []byte) error {
				return fields(data, where+".type", func(f field) error {
					if f.number != 1 { // sequence, map, optional, sparse tensor; a denotation
						return nil
					}
					isTensor = true
					return f.message(func(data []byte) error { return readTensorType(data, &spec, where+".type") })
				})
			})
		}
		return nil
	})
	if err == nil && !isTensor {
		err = &domain.Error{Kind: domain.Unsupported, Field: where, Msg: "value " + spec.Name + " is not a tensor"}
	}
	*specs = append(*specs, spec)
	return err
}

func readTensorType(data []byte, spec *domain.TensorSpec, where string) error {
	return fields(data, where, func(f field) (err error) {
		switch f.number {
		case 1:
			var number int64
			if err := f.integer(&number); err != nil {
				return err
			}
			spec.Datatype, err = datatypeOf(number, "value "+spec.Name)
			return err
		case 2:
			spec.Shape = domain.Shape{}
			return f.message(func(data []byte) error {
				return fields(data, where+".shape", func(f field) error {
					if f.number != 1 {
						return nil
					}
					return f.message(func(data []byte) error { return readDimension(data, spec, where+".shape") })
				})
			})
		}
		return nil
	})
}

// readDimension appends an axis: its length, or Dynamic if it has a name or
// nothing.
func readDimension(data []byte, spec *domain.TensorSpec, where string) error {
	length := int64(domain.Dynamic)
	err := fields(data, where, func(f field) error {
		if f.number == 1 {
			return f.integer(&length)
		}
		return nil
	})
	if err == nil && (length < domain.Dynamic || length > 1<<40) {
		err = &domain.Error{Kind: domain.Invalid, Field: where, Msg: "has an axis of an impossible length"}
	}
	spec.Shape = append(spec.Shape, int(length))
	return err
}
