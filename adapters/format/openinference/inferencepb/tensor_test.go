package inferencepb_test

import (
	"reflect"
	"strings"
	"testing"

	"google.golang.org/protobuf/proto"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/adapters/format/openinference/inferencepb"
	"github.com/portent-go/portent/domain"
)

type (
	contents = inferencepb.InferTensorContents
	input    = inferencepb.ModelInferRequest_InferInputTensor
)

func tensor[T domain.Element](t testing.TB, data ...T) domain.Tensor {
	t.Helper()
	tensor, err := domain.NewTensor(domain.Shape{len(data)}, append([]T{}, data...))
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

// samples holds a tensor of each datatype with the ends of its range.
func samples(t testing.TB) []domain.Tensor {
	return []domain.Tensor{
		tensor(t, true, false), tensor[uint8](t, 0, 255), tensor[uint16](t, 0, 65535), tensor[uint32](t, 0, 1<<32-1), tensor[uint64](t, 0, 1<<64-1),
		tensor[int8](t, -128, 127), tensor[int16](t, -32768, 32767), tensor[int32](t, -1<<31, 1<<31-1), tensor[int64](t, -1<<63, 1<<63-1),
		tensor[domain.Float16](t, 0x3c00, 0x7e01), tensor[domain.BFloat16](t, 0x3f80, 0xffff), tensor[float32](t, 1.5, -0.1), tensor(t, 1e300, -0.1),
		tensor(t, "", "\x00\xff text"), tensor[float32](t),
	}
}

// described returns what a message says of a tensor beside its elements.
func described(t domain.Tensor) *input {
	in := &input{Name: "x", Datatype: t.Datatype().String()}
	for _, n := range t.Shape() {
		in.Shape = append(in.Shape, int64(n))
	}
	return in
}

func TestTensorsComeBackAsTheyWent(t *testing.T) {
	for _, sample := range samples(t) {
		in := described(sample)
		raw, err := openinference.AppendRaw(nil, sample)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := inferencepb.Raw(in, raw); err != nil || !reflect.DeepEqual(got, sample) {
			t.Errorf("%v raw: %v %v, expected %v", sample.Datatype(), got, err, sample)
		}
		in.Contents, err = inferencepb.Contents(sample)
		if half := sample.Datatype() == domain.FP16 || sample.Datatype() == domain.BF16; half || err != nil {
			if !half || domain.KindOf(err) != domain.Invalid || inferencepb.HasTyped(sample.Datatype()) {
				t.Errorf("%v: %v", sample.Datatype(), err)
			}
			continue
		}
		if !inferencepb.HasTyped(sample.Datatype()) {
			t.Errorf("%v is said to have no typed form", sample.Datatype())
		}
		sent, err := proto.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		var came input
		if err := proto.Unmarshal(sent, &came); err != nil {
			t.Fatal(err)
		}
		if got, err := inferencepb.Typed(&came); err != nil || !reflect.DeepEqual(got, sample) {
			t.Errorf("%v typed: %v %v, expected %v", sample.Datatype(), got, err, sample)
		}
	}
}

func TestTypedSharesNothingWithTheMessage(t *testing.T) {
	in := &input{Datatype: "FP32", Shape: []int64{2}, Contents: &contents{Fp32Contents: []float32{1, 2}}}
	got, err := inferencepb.Typed(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Contents.Fp32Contents[0] = 3
	if data, _ := domain.Data[float32](got); data[0] != 1 {
		t.Errorf("%v", data)
	}
}

func TestWhatIsNoTensorIsRefused(t *testing.T) {
	floats := func(n int) *contents { return &contents{Fp32Contents: make([]float32, n)} }
	for _, test := range []struct {
		what string
		in   *input
		raw  []byte // nil: typed
		want string
	}{
		{"an unknown datatype", &input{Datatype: "FP31", Shape: []int64{1}, Contents: floats(1)}, nil, "FP31"},
		{"no datatype", &input{Shape: []int64{1}, Contents: floats(1)}, nil, "datatype"},
		{"a negative axis", &input{Datatype: "FP32", Shape: []int64{1, -1}, Contents: floats(1)}, nil, "axis 1 is -1"},
		{"too many elements to count", &input{Datatype: "FP32", Shape: []int64{1 << 31, 1 << 31, 1 << 31}, Contents: floats(1)}, nil, "more elements than can be counted"},
		{"2^60 elements", &input{Datatype: "FP32", Shape: []int64{1 << 60}, Contents: floats(1)}, nil, "1152921504606846976 elements"},
		{"2^60 elements, raw", &input{Datatype: "FP64", Shape: []int64{1 << 60}}, make([]byte, 8), "8 bytes"},
		{"very many axes", &input{Datatype: "FP32", Shape: make([]int64, 65)}, nil, "has 65 axes"},
		{"too few elements", &input{Datatype: "FP32", Shape: []int64{2}, Contents: floats(1)}, nil, "2 elements, but 1"},
		{"too many elements", &input{Datatype: "FP32", Shape: []int64{2}, Contents: floats(3)}, nil, "2 elements, but 3"},
		{"no contents", &input{Datatype: "FP32", Shape: []int64{2}}, nil, "2 elements, but 0"},
		{"a field of another datatype", &input{Datatype: "INT64", Shape: []int64{1}, Contents: floats(1)}, nil, "fp32_contents"},
		{"two fields", &input{Datatype: "INT64", Shape: []int64{1}, Contents: &contents{Int64Contents: []int64{1}, BytesContents: [][]byte{nil}}}, nil, "bytes_contents"},
		{"out of range", &input{Datatype: "INT8", Shape: []int64{2}, Contents: &contents{IntContents: []int32{127, 128}}}, nil, "element 1 is 128"},
		{"below range", &input{Datatype: "INT16", Shape: []int64{1}, Contents: &contents{IntContents: []int32{-32769}}}, nil, "-32769"},
		{"out of an unsigned range", &input{Datatype: "UINT8", Shape: []int64{1}, Contents: &contents{UintContents: []uint32{256}}}, nil, "256"},
		{"out of range of 16 bits", &input{Datatype: "UINT16", Shape: []int64{1}, Contents: &contents{UintContents: []uint32{65536}}}, nil, "65536"},
		{"halves that are not raw", &input{Datatype: "FP16", Shape: []int64{1}, Contents: floats(1)}, nil, "only be sent raw"},
		{"raw and typed", &input{Datatype: "FP32", Shape: []int64{1}, Contents: floats(1)}, make([]byte, 4), "fp32_contents"},
		{"raw, too short", &input{Datatype: "FP32", Shape: []int64{2}}, make([]byte, 7), "7 bytes"},
		{"raw, too long", &input{Datatype: "FP32", Shape: []int64{2}}, make([]byte, 9), "9 bytes"},
		{"raw, nothing", &input{Datatype: "FP32", Shape: []int64{2}}, []byte{}, "0 bytes"},
		{"a length beyond the end", &input{Datatype: "BYTES", Shape: []int64{1}}, []byte{255, 255, 255, 255}, "element 0"},
	} {
		test.in.Name = "the_name"
		read := func() (domain.Tensor, error) { return inferencepb.Typed(test.in) }
		if test.raw != nil {
			read = func() (domain.Tensor, error) { return inferencepb.Raw(test.in, test.raw) }
		}
		got, err := read()
		if !got.IsZero() || domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "the_name: ") {
			t.Errorf("%s: %v, %v", test.what, got, err)
		}
	}
}

// FuzzInput reads the inputs of any request, raw and typed.
func FuzzInput(f *testing.F) {
	for _, sample := range samples(f) {
		in := described(sample)
		if inferencepb.HasTyped(sample.Datatype()) {
			in.Contents, _ = inferencepb.Contents(sample)
		}
		raw, _ := openinference.AppendRaw(nil, sample)
		for _, request := range []*inferencepb.ModelInferRequest{
			{Inputs: []*input{in}}, {Inputs: []*input{{Name: in.Name, Datatype: in.Datatype, Shape: in.Shape}}, RawInputContents: [][]byte{raw}},
		} {
			message, _ := proto.Marshal(request)
			f.Add(message)
		}
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		var request inferencepb.ModelInferRequest
		if proto.Unmarshal(message, &request) != nil {
			return
		}
		for i, in := range request.GetInputs() {
			check := func(got domain.Tensor, err error) {
				if (err == nil) == got.IsZero() || err != nil && domain.KindOf(err) != domain.Invalid {
					t.Errorf("%v %v", got, err)
				}
			}
			check(inferencepb.Typed(in))
			if i < len(request.GetRawInputContents()) {
				check(inferencepb.Raw(in, request.GetRawInputContents()[i]))
			}
		}
	})
}
