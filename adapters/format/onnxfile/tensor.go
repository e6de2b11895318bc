package onnxfile

import (
	"fmt"
	"math"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/portent-go/portent/domain"
)

// ReadTensor reads a tensor and its name from a TensorProto, the format of
// ONNX's test vectors (input_0.pb). What is damaged, or has another number of
// elements than its shape, is an error of kind Invalid; a datatype that cannot
// be held, or elements in another file, one of kind Unsupported. The bytes are
// not kept.
func ReadTensor(data []byte) (name string, tensor domain.Tensor, err error) {
	proto, err := readTensorProto(data, "tensor")
	if err == nil {
		tensor, err = proto.tensor(nil)
	}
	if err != nil {
		return "", domain.Tensor{}, notONNX(data, "tensor", err)
	}
	return proto.name, tensor, nil
}

// The fields in which a TensorProto may hold its elements.
const (
	floatData  protowire.Number = 4
	int32Data  protowire.Number = 5 // of all smaller types, too
	stringData protowire.Number = 6
	int64Data  protowire.Number = 7
	rawData    protowire.Number = 9
	doubleData protowire.Number = 10
	uint64Data protowire.Number = 11 // of UINT32, too
)

// tensorProto is a tensor as the file holds it.
type tensorProto struct {
	name      string
	where     string
	dims      []int64
	datatype  int64
	holder    protowire.Number // the field that holds the elements, 0 if none does
	raw       []byte
	floats    []float32
	doubles   []float64
	integers  []int64
	texts     []string
	external  bool
	locations map[string]string // external_data
}

func readTensorProto(data []byte, where string) (*tensorProto, error) {
	t := &tensorProto{where: where}
	if err := fields(data, where, t.field); err != nil {
		return nil, err
	}
	if t.name != "" {
		t.where = fmt.Sprintf("%s %q", where, t.name)
	}
	return t, nil
}

// field takes a field in. What is not here describes the tensor and does not
// change it.
func (t *tensorProto) field(f field) (err error) {
	switch f.number {
	case 1:
		t.dims, err = f.integers(t.dims)
	case 2:
		err = f.integer(&t.datatype)
	case 3:
		err = unsupported(t.where, "is stored in segments, which is not supported")
	case floatData, int32Data, stringData, int64Data, rawData, doubleData, uint64Data:
		err = t.elements(f)
	case 8:
		err = f.text(&t.name)
	case 13:
		if t.locations == nil {
			t.locations = map[string]string{}
		}
		err = f.message(func(entry []byte) error { return readEntry(entry, t.where+".external_data", t.locations) })
	case 14:
		err = t.dataLocation(f)
	}
	return err
}

// elements takes a field in that holds elements. Two such fields would leave
// open which one is meant.
func (t *tensorProto) elements(f field) (err error) {
	if f.kind == protowire.BytesType && len(f.bytes) == 0 && f.number != stringData {
		return nil // an empty list of an empty tensor
	}
	if t.holder != 0 && (t.holder != f.number || f.number == rawData) {
		return invalid(t.where, "holds its elements twice, in the fields %d and %d", t.holder, f.number)
	}
	t.holder = f.number
	switch f.number {
	case floatData:
		t.floats, err = f.floats(t.floats)
	case doubleData:
		t.doubles, err = f.doubles(t.doubles)
	case stringData:
		var text string
		text, err = f.octets()
		t.texts = append(t.texts, text)
	case rawData:
		err = f.message(func(raw []byte) error { t.raw = raw; return nil })
	default:
		t.integers, err = f.integers(t.integers)
	}
	return err
}

func (t *tensorProto) dataLocation(f field) error {
	var location int64
	if err := f.integer(&location); err != nil {
		return err
	}
	if location != 0 && location != 1 {
		return invalid(t.where, "has data_location %d, expected 0 (here) or 1 (in another file)", location)
	}
	t.external = location == 1
	return nil
}

// tensor checks what a TensorProto holds and returns it. Elements in other files
// come from other, which may be nil.
func (t *tensorProto) tensor(other *externalFiles) (domain.Tensor, error) {
	datatype, err := datatypeOf(t.datatype, t.where)
	if err != nil {
		return domain.Tensor{}, err
	}
	shape, n, err := t.shape()
	if err != nil {
		return domain.Tensor{}, err
	}
	if size := datatype.Size(); size > 0 && n > math.MaxInt/size {
		return domain.Tensor{}, invalid(t.where, "%v of shape %v has more bytes than can be counted", datatype, shape)
	}
	if t.external {
		if t.holder != 0 {
			return domain.Tensor{}, invalid(t.where, "holds its elements twice, here and in another file")
		}
		raw, err := other.read(t, n*datatype.Size())
		if err != nil {
			return domain.Tensor{}, err
		}
		return rawTensor(datatype, shape, raw)
	}
	if err := t.checkHolder(datatype, shape, n); err != nil {
		return domain.Tensor{}, err
	}
	return t.held(datatype, shape)
}

// shape returns the lengths of the axes and the number of elements.
func (t *tensorProto) shape() (domain.Shape, int, error) {
	if len(t.dims) > maxAxes {
		return nil, 0, unsupported(t.where, "has %d axes, more than %d", len(t.dims), maxAxes)
	}
	shape := make(domain.Shape, len(t.dims))
	for i, length := range t.dims {
		if length < 0 || length > math.MaxInt {
			return nil, 0, invalid(t.where, "axis %d is %d, not a length", i, length)
		}
		shape[i] = int(length)
	}
	n, err := shape.Elements()
	if err != nil {
		return nil, 0, &domain.Error{Kind: domain.Invalid, Field: t.where, Msg: "has an impossible shape", Err: err}
	}
	return shape, n, nil
}

// held returns the elements that the TensorProto holds itself. Their field and
// their number have been checked.
func (t *tensorProto) held(datatype domain.Datatype, shape domain.Shape) (domain.Tensor, error) {
	switch {
	case t.holder == rawData:
		return rawTensor(datatype, shape, t.raw)
	case datatype == domain.BYTES:
		return domain.NewTensor(shape, t.texts)
	case datatype == domain.FP32:
		return domain.NewTensor(shape, t.floats)
	case datatype == domain.FP64:
		return domain.NewTensor(shape, t.doubles)
	default:
		return integerTensor(t.where, datatype, shape, t.integers)
	}
}
