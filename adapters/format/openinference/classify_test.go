package openinference_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

func TestClassify(t *testing.T) {
	labels := domain.Labels{"ant", "", "cow"}
	for _, c := range []struct {
		name    string
		output  domain.Tensor
		k       int
		batched bool
		shape   domain.Shape
		want    []string
	}{
		{"two rows", tensor[float32](t, domain.Shape{2, 3}, 0.5, 2.5, -1, 1e-9, 7, 7), 2, true, domain.Shape{2, 2}, []string{"2.5:1", "0.5:0:ant", "7:1", "7:2:cow"}},
		{"more than there are", tensor[float64](t, domain.Shape{1, 2}, 0.1, 0.2), 9, true, domain.Shape{1, 2}, []string{"0.2:1", "0.1:0:ant"}},
		{"beyond the labels", tensor[int8](t, domain.Shape{1, 4}, 0, 1, 2, 3), 1, true, domain.Shape{1, 1}, []string{"3:3"}},
		{"without a batch", tensor[int64](t, domain.Shape{2, 2}, 1<<62, 1<<62+1, -5, 0), 2, false, domain.Shape{2}, []string{"4611686018427387905:1", "4611686018427387904:0:ant"}},
		{"infinity", tensor(t, domain.Shape{1, 2}, math.Inf(-1), math.Inf(1)), 2, true, domain.Shape{1, 2}, []string{"+Inf:1", "-Inf:0:ant"}},
		{"halves", tensor[domain.Float16](t, domain.Shape{1, 2}, 0x3c00, 0x4000), 2, true, domain.Shape{1, 2}, []string{"2:1", "1:0:ant"}},
		{"brain halves", tensor[domain.BFloat16](t, domain.Shape{1, 2}, 0x3f80, 0xbf80), 1, true, domain.Shape{1, 1}, []string{"1:0:ant"}},
		{"pictures of classes", tensor[uint64](t, domain.Shape{1, 2, 2}, 1, 9, math.MaxUint64, 3), 1, true, domain.Shape{1, 1}, []string{"18446744073709551615:2:cow"}},
		{"no rows", tensor(t, domain.Shape{0, 3}, []float32{}...), 1, true, domain.Shape{0, 0}, []string{}},
		{"a scalar", tensor[int32](t, domain.Shape{}, 4), 1, false, domain.Shape{1}, []string{"4:0:ant"}},
		{"bytes", tensor[uint8](t, domain.Shape{1, 2}, 4, 5), 1, true, domain.Shape{1, 1}, []string{"5:1"}},
		{"shorts", tensor[uint16](t, domain.Shape{1, 2}, 4, 5), 1, true, domain.Shape{1, 1}, []string{"5:1"}},
		{"signed shorts", tensor[int16](t, domain.Shape{1, 2}, 4, -5), 1, true, domain.Shape{1, 1}, []string{"4:0:ant"}},
		{"unsigned", tensor[uint32](t, domain.Shape{1, 2}, 4, 5), 1, true, domain.Shape{1, 1}, []string{"5:1"}},
	} {
		got, err := openinference.Classify(c.output, c.k, labels, c.batched)
		if err != nil || !got.Shape().Equal(c.shape) || !reflect.DeepEqual(data[string](got), c.want) {
			t.Errorf("%s: %v %q, %v, want %v %q", c.name, got.Shape(), data[string](got), err, c.shape, c.want)
		}
	}
	for kind, output := range map[domain.Kind]domain.Tensor{
		domain.Invalid:     tensor(t, domain.Shape{2, 2}, 1, 2, 3, math.NaN()),
		domain.Unsupported: tensor(t, domain.Shape{1, 1}, "text"),
	} {
		if _, err := openinference.Classify(output, 1, nil, true); domain.KindOf(err) != kind || err == nil {
			t.Errorf("%v: %v", output, err)
		}
	}
}

func TestParametersWithAMeaning(t *testing.T) {
	for _, c := range []struct {
		value any
		want  time.Duration
		says  string
	}{
		{int64(1500), 1500 * time.Microsecond, ""},
		{int64(0), 0, ""},
		{int64(math.MaxInt64), math.MaxInt64 / time.Microsecond * time.Microsecond, ""},
		{uint64(math.MaxUint64), math.MaxInt64 / time.Microsecond * time.Microsecond, ""},
		{int64(-1), 0, "parameters.timeout: is -1, expected a whole number of microseconds"},
		{1.5, 0, "is 1.5"},
		{"5", 0, "is 5"},
		{true, 0, "is true"},
	} {
		got, err := openinference.Parameters{"timeout": c.value}.Timeout()
		if got != c.want || (err == nil) != (c.says == "") || err != nil && (!strings.Contains(err.Error(), c.says) || domain.KindOf(err) != domain.Invalid) {
			t.Errorf("timeout %v: %v, %v", c.value, got, err)
		}
	}
	for _, value := range []any{int64(-3), int64(math.MaxInt64), uint64(math.MaxUint64), 2.0, "2"} {
		if _, err := (openinference.Parameters{"classification": value}).Classes(); domain.KindOf(err) != domain.Invalid || err == nil {
			t.Errorf("classification %v: %v", value, err)
		}
	}
	if k, err := (openinference.Parameters{"classification": int64(3)}).Classes(); k != 3 || err != nil {
		t.Errorf("%d, %v", k, err)
	}
	for _, p := range []openinference.Parameters{nil, {"priority": int64(0), "sequence_id": "", "sequence_start": false}, {"sequence_id": int64(0), "mine": "x"}} {
		if err := p.CheckRequest(); err != nil {
			t.Errorf("%v: %v", p, err)
		}
	}
	for name, value := range map[string]any{"priority": int64(1), "sequence_id": "a", "sequence_start": true, "sequence_end": true} {
		if err := (openinference.Parameters{name: value}).CheckRequest(); domain.KindOf(err) != domain.Unsupported || !strings.Contains(err.Error(), "parameters."+name+": is "+fmt.Sprint(value)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	var none openinference.Parameters
	if k, err := none.Classes(); k != 0 || err != nil {
		t.Errorf("%d, %v", k, err)
	}
	if timeout, err := none.Timeout(); timeout != 0 || err != nil {
		t.Errorf("%d, %v", timeout, err)
	}
}

func TestARawBodyIsAnInput(t *testing.T) {
	spec := func(datatype domain.Datatype, shape ...int) domain.TensorSpec {
		return domain.TensorSpec{Name: "x", Datatype: datatype, Shape: shape}
	}
	for _, c := range []struct {
		spec    domain.TensorSpec
		batched bool
		body    string
		shape   domain.Shape
		says    string
	}{
		{spec(domain.INT16, -1, 2), true, "1234", domain.Shape{1, 2}, ""},
		{spec(domain.INT16, -1, -1), true, "123456", domain.Shape{1, 3}, ""},
		{spec(domain.INT16, -1, 2), false, "12345678", domain.Shape{2, 2}, ""},
		{spec(domain.INT16, 1, 2), false, "1234", domain.Shape{1, 2}, ""},
		{spec(domain.BYTES, -1, 1), true, "hello", domain.Shape{1, 1}, ""},
		{spec(domain.BYTES, -1), true, "", domain.Shape{1}, ""},
		{spec(domain.BYTES, -1, -1), true, "x", domain.Shape{1, 1}, ""},
		{spec(domain.INT16, -1, 2), true, "123", nil, "x: has 3 bytes, INT16 [-1,2] takes 4 bytes"},
		{spec(domain.INT16, -1, 2), true, "12345678", nil, "x: has 8 bytes"},
		{spec(domain.INT16, -1, -1, 3), true, "12345678", nil, "takes a multiple of 6 bytes"},
		{spec(domain.INT16, -1, -1), true, "", nil, "takes a multiple of 2 bytes"},
		{spec(domain.INT16, -1, -1, -1), true, "12", nil, "whose shape the number of bytes does not tell"},
		{spec(domain.INT16, -1, 0, -1), true, "12", nil, "takes a multiple of 0 bytes"},
		{spec(domain.BYTES, -1, 2), true, "12", nil, "whose shape the number of bytes does not tell"},
		{spec(domain.BOOL, 2), false, "\x01\x07", nil, "x: has a BOOL that is 7"},
	} {
		got, err := openinference.ParseRawBody(c.spec, c.batched, []byte(c.body))
		if c.says == "" && (err != nil || !got.Shape().Equal(c.shape) || got.Datatype() != c.spec.Datatype) || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%v of %q: %v, %v, want %v %q", c.spec, c.body, got, err, c.shape, c.says)
		}
	}
}

func FuzzRawBody(f *testing.F) {
	f.Add(uint8(domain.FP32), true, int8(2), int8(-1), []byte("12345678"))
	f.Add(uint8(domain.BYTES), true, int8(1), int8(1), []byte("hello"))
	f.Fuzz(func(t *testing.T, datatype uint8, batched bool, a, b int8, body []byte) {
		spec := domain.TensorSpec{Name: "x", Datatype: domain.Datatype(datatype), Shape: domain.Shape{-1, int(max(a, -1)), int(max(b, -1))}}
		got, err := openinference.ParseRawBody(spec, batched, body)
		if err != nil {
			wellRefused(t, err)
			return
		}
		raw, err := openinference.AppendRaw(nil, got)
		if spec.Datatype == domain.BYTES {
			raw = raw[4:]
		}
		if err != nil || string(raw) != string(body) || !spec.Shape.Accepts(got.Shape()) || batched && got.Shape()[0] != 1 {
			t.Fatalf("%v of %x: %v, %x, %v", spec, body, got.Shape(), raw, err)
		}
	})
}
