package jsontensor

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/portent-go/portent/domain"
)

func TestEveryDatatype(t *testing.T) {
	cases := []struct {
		datatype domain.Datatype
		good     string
		want     any
		bad      []string
	}{
		{domain.FP64, `[1,-0.1,1e308]`, []float64{1, -0.1, 1e308}, []string{`1e309`, `"1"`, `true`}},
		{domain.FP32, `[1,-0.1,1e-50]`, []float32{1, -0.1, 0}, []string{`1e39`, `null`}},
		{domain.INT8, `[-128,0,127]`, []int8{-128, 0, 127}, []string{`128`, `-129`, `1.0`, `1e1`, `true`}},
		{domain.INT16, `[-32768,0,32767]`, []int16{-32768, 0, 32767}, []string{`32768`}},
		{domain.INT32, `[-2147483648,0,2147483647]`, []int32{math.MinInt32, 0, math.MaxInt32}, []string{`2147483648`}},
		{domain.INT64, `[-9223372036854775808,0,9223372036854775807]`, []int64{math.MinInt64, 0, math.MaxInt64}, []string{`9223372036854775808`, `1.5`}},
		{domain.UINT8, `[0,1,255]`, []uint8{0, 1, 255}, []string{`256`, `-1`}},
		{domain.UINT16, `[0,1,65535]`, []uint16{0, 1, 65535}, []string{`65536`}},
		{domain.UINT32, `[0,1,4294967295]`, []uint32{0, 1, math.MaxUint32}, []string{`4294967296`}},
		{domain.UINT64, `[0,1,18446744073709551615]`, []uint64{0, 1, math.MaxUint64}, []string{`18446744073709551616`, `-1`}},
		{domain.BOOL, `[true,false,true]`, []bool{true, false, true}, []string{`1`, `"true"`, `null`, `tru`}},
		{domain.BYTES, `["a","\u00e9\n","𝄞"]`, []string{"a", "é\n", "𝄞"}, []string{`1`, `null`, `"\x"`}},
	}
	for _, c := range cases {
		spec := domain.TensorSpec{Datatype: c.datatype, Shape: domain.Shape{3}}
		tensor, err := decode(spec, `{"input":`+c.good+`}`)
		if err != nil {
			t.Errorf("%v: %v", c.datatype, err)
			continue
		}
		want := reflect.ValueOf(c.want)
		if got := dataOf(tensor); !reflect.DeepEqual(got, want.Interface()) {
			t.Errorf("%v: got %v, want %v", c.datatype, got, c.want)
		}
		for _, bad := range c.bad {
			_, err := decode(spec, fmt.Sprintf(`{"input":[%s,%s,%s]}`, bad, bad, bad))
			var refused *Error
			if !errors.As(err, &refused) || refused.Pointer != "/input/0" {
				t.Errorf("%v: %s gives %v", c.datatype, bad, err)
			}
		}
	}
	for _, datatype := range []domain.Datatype{domain.FP16, domain.BF16} {
		_, err := decode(domain.TensorSpec{Datatype: datatype, Shape: domain.Shape{3}}, `{"input":[1,2,3]}`)
		var refused *Error
		if !errors.As(err, &refused) || refused.Reason.Kind != domain.Unsupported || refused.Reason.Hint != "no JSON" {
			t.Errorf("%v: %v", datatype, err)
		}
	}
}

func dataOf(t domain.Tensor) any {
	switch t.Datatype() {
	case domain.FP32:
		return data[float32](t)
	case domain.FP64:
		return data[float64](t)
	case domain.INT8:
		return data[int8](t)
	case domain.INT16:
		return data[int16](t)
	case domain.INT32:
		return data[int32](t)
	case domain.INT64:
		return data[int64](t)
	case domain.UINT8:
		return data[uint8](t)
	case domain.UINT16:
		return data[uint16](t)
	case domain.UINT32:
		return data[uint32](t)
	case domain.UINT64:
		return data[uint64](t)
	case domain.BOOL:
		return data[bool](t)
	default:
		return data[string](t)
	}
}

func data[T domain.Element](t domain.Tensor) []T {
	values, _ := domain.Data[T](t)
	return values
}
