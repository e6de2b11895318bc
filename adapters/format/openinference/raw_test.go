package openinference_test

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

// tensor returns a tensor of the shape over data.
func tensor[T domain.Element](t testing.TB, shape domain.Shape, data ...T) domain.Tensor {
	t.Helper()
	made, err := domain.NewTensor(shape, data)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// everyDatatype returns a tensor of each datatype, with the ends of its range and
// what is strange in it, and its raw form.
func everyDatatype(t testing.TB) map[string]domain.Tensor {
	t.Helper()
	return map[string]domain.Tensor{
		"\x00\x01":                              tensor(t, domain.Shape{2}, false, true),
		"\x00\xff":                              tensor[uint8](t, domain.Shape{1, 2}, 0, 255),
		"\x01\x00\xff\xff":                      tensor[uint16](t, domain.Shape{2}, 1, math.MaxUint16),
		"\x01\x02\x00\x00\xff\xff\xff\xff":      tensor[uint32](t, domain.Shape{2}, 0x201, math.MaxUint32),
		"\x01\x00\x00\x00\x00\x00\x00\x80":      tensor[uint64](t, domain.Shape{1}, 1<<63+1),
		"\x80\x7f":                              tensor[int8](t, domain.Shape{2, 1}, -128, 127),
		"\x00\x80\xff\x7f":                      tensor[int16](t, domain.Shape{2}, -32768, 32767),
		"\x00\x00\x00\x80":                      tensor[int32](t, domain.Shape{1}, math.MinInt32),
		"\xfe\xff\xff\xff\xff\xff\xff\xff":      tensor[int64](t, domain.Shape{}, -2),
		"\x00\x3c\x01\x7e":                      tensor[domain.Float16](t, domain.Shape{2}, 0x3c00, 0x7e01),
		"\x80\x3f\x80\xff":                      tensor[domain.BFloat16](t, domain.Shape{2}, 0x3f80, 0xff80),
		"\x00\x00\x80\x3f\x01\x00\xc0\x7f":      tensor(t, domain.Shape{2}, 1, math.Float32frombits(0x7fc00001)),
		"\x00\x00\x00\x00\x00\x00\xf0\xff":      tensor(t, domain.Shape{1}, math.Inf(-1)),
		"\x02\x00\x00\x00a\xff\x00\x00\x00\x00": tensor(t, domain.Shape{2, 1}, "a\xff", ""),
		"":                                      tensor[float32](t, domain.Shape{0, 3}),
	}
}

func TestRawFormOfEveryDatatype(t *testing.T) {
	seen := map[domain.Datatype]bool{}
	for raw, want := range everyDatatype(t) {
		seen[want.Datatype()] = true
		got, err := openinference.AppendRaw([]byte("before"), want)
		if err != nil || string(got) != "before"+raw || openinference.RawSize(want) != len(raw) {
			t.Errorf("%v: %q, %v, size %d, want %q", want.Datatype(), got, err, openinference.RawSize(want), raw)
		}
		bits := []byte(raw)
		back, err := openinference.ParseRaw(want.Datatype(), want.Shape(), bits)
		if err != nil || !back.Shape().Equal(want.Shape()) || back.Datatype() != want.Datatype() {
			t.Errorf("%v: %v, %v", want.Datatype(), back, err)
			continue
		}
		for i := range bits { // what is parsed must not share memory with what came
			bits[i] = ^bits[i]
		}
		if again, err := openinference.AppendRaw(nil, back); err != nil || string(again) != raw {
			t.Errorf("%v: %q after a round trip, %v", want.Datatype(), again, err)
		}
	}
	for d := domain.BOOL; d.Valid(); d++ {
		if !seen[d] {
			t.Errorf("%v is not tested", d)
		}
	}
}

func TestRawFormsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		datatype domain.Datatype
		shape    domain.Shape
		data     string
		says     string
	}{
		"too short":              {domain.FP32, domain.Shape{2}, "1234567", "has 7 bytes, FP32 of shape [2] takes 2 elements of 4"},
		"too long":               {domain.INT8, domain.Shape{2}, "123", "has 3 bytes"},
		"nothing":                {domain.INT8, domain.Shape{2}, "", "has 0 bytes"},
		"a product too large":    {domain.FP32, domain.Shape{1 << 40, 1 << 40}, "", "more elements than can be counted"},
		"a size too large":       {domain.FP64, domain.Shape{1 << 60}, "", "has 0 bytes"},
		"a negative axis":        {domain.FP32, domain.Shape{-1, -4}, "1234", "axis 0 of [-1,-4] is -1"},
		"no datatype":            {domain.InvalidDatatype, domain.Shape{1}, "", "unknown datatype"},
		"a strange BOOL":         {domain.BOOL, domain.Shape{3}, "\x00\x01\x02", "has a BOOL that is 2, at byte 2"},
		"texts, none":            {domain.BYTES, domain.Shape{1}, "", "too few for 1 BYTES elements"},
		"texts, too many by far": {domain.BYTES, domain.Shape{1 << 60}, "\x00\x00\x00\x00", "too few for"},
		"texts, cut length":      {domain.BYTES, domain.Shape{2}, "\x01\x00\x00\x00a\x00\x00\x00", "ends before the length of element 1"},
		"texts, cut element":     {domain.BYTES, domain.Shape{1}, "\x05\x00\x00\x00abc", "element 0 should have 5 bytes, 3 are left"},
		"texts, huge length":     {domain.BYTES, domain.Shape{1}, "\xff\xff\xff\xffabc", "element 0 should have 4294967295 bytes"},
		"texts, more":            {domain.BYTES, domain.Shape{1}, "\x01\x00\x00\x00abc", "has 2 bytes behind its last element"},
		"texts, negative axis":   {domain.BYTES, domain.Shape{-1}, "", "axis 0"},
	} {
		got, err := openinference.ParseRaw(c.datatype, c.shape, []byte(c.data))
		if domain.KindOf(err) != domain.Invalid || err == nil || !strings.Contains(err.Error(), c.says) || !got.IsZero() {
			t.Errorf("%s: %v, %v, want %q", name, got, err, c.says)
		}
	}
}

func TestNoTensorHasNoRawForm(t *testing.T) {
	if _, err := openinference.AppendRaw(nil, domain.Tensor{}); domain.KindOf(err) != domain.Internal || err == nil {
		t.Errorf("%v", err)
	}
}

// FuzzRaw: what parses is written as it came, and nothing else parses.
func FuzzRaw(f *testing.F) {
	for raw, made := range everyDatatype(f) {
		shape := make([]byte, 0, 4)
		for _, n := range made.Shape() {
			shape = append(shape, byte(n))
		}
		f.Add(uint8(made.Datatype()), shape, []byte(raw))
	}
	f.Fuzz(func(t *testing.T, datatype uint8, axes, raw []byte) {
		shape := domain.Shape{}
		for _, n := range axes[:min(len(axes), 6)] {
			shape = append(shape, int(int8(n)))
		}
		got, err := openinference.ParseRaw(domain.Datatype(datatype), shape, raw)
		if err != nil {
			var reason *domain.Error
			if !errors.As(err, &reason) || reason.Kind != domain.Invalid || reason.Msg == "" || !got.IsZero() {
				t.Fatalf("%v, %#v", got, err)
			}
			return
		}
		back, err := openinference.AppendRaw(nil, got)
		if err != nil || !bytes.Equal(back, raw) || openinference.RawSize(got) != len(raw) || !reflect.DeepEqual(got.Shape(), shape) {
			t.Fatalf("%v %v of %x gives %x, %v", got.Datatype(), got.Shape(), raw, back, err)
		}
	})
}
