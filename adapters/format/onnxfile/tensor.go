package onnxfile

import (
	"fmt"
	"io/fs"

	"github.com/portent-go/portent/domain"
)

// datatypes are the domain's, by TensorProto.DataType.
var datatypes = map[int64]domain.Datatype{
	1: domain.FP32, 2: domain.UINT8, 3: domain.INT8, 4: domain.UINT16, 5: domain.INT16, 6: domain.INT32, 7: domain.INT64,
	8: domain.BYTES, 9: domain.BOOL, 10: domain.FP16, 11: domain.FP64, 12: domain.UINT32, 13: domain.UINT64, 16: domain.BF16,
}

// datatypeOf returns the datatype that a number in the file stands for.
func datatypeOf(number int64, where string) (domain.Datatype, error) {
	if datatype, ok := datatypes[number]; ok {
		return datatype, nil
	}
	return domain.InvalidDatatype, &domain.Error{Kind: domain.Unsupported, Field: where, Msg: fmt.Sprintf("has ONNX datatype %d, which is not supported", number)}
}

// ReadTensor reads a tensor and its name from a TensorProto, the format of
// ONNX's test vectors (input_0.pb). What is damaged, or has another number of
// elements than its shape, is an error of kind Invalid.
func ReadTensor(data []byte) (name string, tensor domain.Tensor, err error) {
	proto, err := readTensorProto(data, "tensor")
	if err != nil {
		return "", domain.Tensor{}, err
	}
	tensor, err = proto.tensor(nil)
	return proto.name, tensor, err
}

// tensorProto is a tensor as the file holds it.
type tensorProto struct {
	name      string
	where     string
	dims      []int64
	datatype  int64
	raw       []byte
	hasRaw    bool
	floats    []float32
	doubles   []float64
	integers  []int64 // int32_data, int64_data or uint64_data
	texts     []string
	external  bool
	locations map[string]string
}

func readTensorProto(data []byte, where string) (*tensorProto, error) {
	t := &tensorProto{where: where, locations: map[string]string{}}
	return t, fields(data, where, func(f field) (err error) {
		switch f.number {
		case 1:
			t.dims, err = f.integers(t.dims)
		case 2:
			err = f.integer(&t.datatype)
		case 3:
			err = &domain.Error{Kind: domain.Unsupported, Field: where, Msg: "is stored in segments, which is not supported"}
		case 4:
			t.floats, err = f.floats(t.floats)
		case 5, 7, 11:
			t.integers, err = f.integers(t.integers)
		case 6:
			var text string
			err = f.text(&text)
			t.texts = append(t.texts, text)
		case 8:
			err = f.text(&t.name)
		case 9:
			t.hasRaw = true
			err = f.message(func(raw []byte) error { t.raw = raw; return nil })
		case 10:
			t.doubles, err = f.doubles(t.doubles)
		case 13:
			err = f.message(func(entry []byte) error { return readEntry(entry, where, t.locations) })
		case 14:
			var location int64
			err = f.integer(&location)
			t.external = location == 1
		}
		return err
	})
}

// readEntry reads a StringStringEntryProto into a map.
func readEntry(data []byte, where string, to map[string]string) error {
	var key, value string
	err := fields(data, where, func(f field) error {
		switch f.number {
		case 1:
			return f.text(&key)
		case 2:
			return f.text(&value)
		}
		return nil
	})
	to[key] = value
	return err
}

// tensor checks a TensorProto and returns what it holds. External data is read
// from folder.
func (t *tensorProto) tensor(folder fs.FS) (domain.Tensor, error) {
	where := t.where
	if t.name != "" {
		where = fmt.Sprintf("tensor %q", t.name)
	}
	datatype, err := datatypeOf(t.datatype, where)
	if err != nil {
		return domain.Tensor{}, err
	}
	shape := make(domain.Shape, len(t.dims))
	for i, dim := range t.dims {
		shape[i] = int(dim)
	}
	n, err := shape.Elements()
	if err != nil {
		return domain.Tensor{}, &domain.Error{Kind: domain.Invalid, Field: where, Err: err, Msg: "has an impossible shape"}
	}
	if t.external {
		if t.raw, err = t.readExternal(folder, where, datatype); err != nil {
			return domain.Tensor{}, err
		}
		t.hasRaw = true
	}
	if err := t.checkCount(where, datatype, shape, n); err != nil {
		return domain.Tensor{}, err
	}
	switch {
	case datatype == domain.BYTES:
		return domain.NewTensor(shape, t.texts)
	case t.hasRaw:
		return rawTensor(datatype, shape, t.raw)
	case datatype == domain.FP32:
		return domain.NewTensor(shape, t.floats)
	case datatype == domain.FP64:
		return domain.NewTensor(shape, t.doubles)
	default:
		return integerTensor(datatype, shape, t.integers)
	}
}

// checkCount reports whether the file holds as many elements as the shape has,
// before any memory is taken for them.
func (t *tensorProto) checkCount(where string, datatype domain.Datatype, shape domain.Shape, n int) error {
	held, unit := len(t.integers), "elements"
	switch {
	case datatype == domain.BYTES:
		held = len(t.texts)
	case t.hasRaw:
		held, unit = len(t.raw), "bytes"
		if size := datatype.Size(); n > len(t.raw) || n*size != len(t.raw) {
			n = min(n, 1<<40) * size
		} else {
			return nil
		}
	case datatype == domain.FP32:
		held = len(t.floats)
	case datatype == domain.FP64:
		held = len(t.doubles)
	}
	if held == n {
		return nil
	}
	return &domain.Error{
		Kind: domain.Invalid, Field: where, Msg: fmt.Sprintf("%v %v takes %d %s, the file holds %d", datatype, shape, n, unit, held),
		Expected: fmt.Sprintf("%d %s", n, unit), Got: fmt.Sprintf("%d %s", held, unit),
	}
}
