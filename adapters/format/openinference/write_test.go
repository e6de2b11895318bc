package openinference_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

func TestAppendResponse(t *testing.T) {
	body, size, err := openinference.AppendResponse([]byte("before"), &openinference.Response{
		Model: "m", Version: "2", ID: "4\n2", Parameters: openinference.Parameters{"b": true, "a": "x", "f": 1.5, "i": int64(-1), "u": uint64(math.MaxUint64)},
		Outputs: []openinference.NamedTensor{
			{Name: "a", Tensor: tensor[float32](t, domain.Shape{2, 2}, 0.1, -1, 1e30, 3)},
			{Name: "b", Tensor: tensor[int16](t, domain.Shape{2}, 1, -2), Binary: true},
			{Name: "c", Tensor: tensor(t, domain.Shape{1, 2}, "x\"", "é"), Parameters: openinference.Parameters{"n": int64(1)}},
			{Name: "d", Tensor: tensor(t, domain.Shape{1}, true)},
			{Name: "e", Tensor: tensor(t, domain.Shape{1}, "\xff"), Binary: true, Parameters: openinference.Parameters{"n": int64(2)}},
			{Name: "f", Tensor: tensor(t, domain.Shape{0}, []uint64{}...)},
		},
	})
	document := `{"model_name":"m","model_version":"2","id":"4\n2","parameters":{"a":"x","b":true,"f":1.5,"i":-1,"u":18446744073709551615},"outputs":[` +
		`{"name":"a","datatype":"FP32","shape":[2,2],"data":[0.1,-1,1e+30,3]},` +
		`{"name":"b","datatype":"INT16","shape":[2],"parameters":{"binary_data_size":4}},` +
		`{"name":"c","datatype":"BYTES","shape":[1,2],"parameters":{"n":1},"data":["x\"","é"]},` +
		`{"name":"d","datatype":"BOOL","shape":[1],"data":[true]},` +
		`{"name":"e","datatype":"BYTES","shape":[1],"parameters":{"n":2,"binary_data_size":5}},` +
		`{"name":"f","datatype":"UINT64","shape":[0],"data":[]}]}`
	if want := "before" + document + "\x01\x00\xfe\xff" + "\x01\x00\x00\x00\xff"; err != nil || string(body) != want || size != len(document) || !json.Valid([]byte(document)) {
		t.Errorf("%d of %s, %v\nwant %d of %s", size, body, err, len(document), want)
	}
	body, size, err = openinference.AppendResponse(nil, &openinference.Response{})
	if err != nil || string(body) != `{"outputs":[]}` || size != 0 {
		t.Errorf("%d of %s, %v", size, body, err)
	}
}

func TestAppendRequest(t *testing.T) {
	x := openinference.NamedTensor{Name: "x", Tensor: tensor[uint8](t, domain.Shape{2}, 1, 2)}
	raw := x
	raw.Binary = true
	for _, c := range []struct {
		request *openinference.Request
		want    string
		size    int
	}{
		{&openinference.Request{Inputs: []openinference.NamedTensor{x}}, `{"inputs":[{"name":"x","datatype":"UINT8","shape":[2],"data":[1,2]}]}`, 0},
		{
			&openinference.Request{ID: "i", Model: "m", Binary: true, Inputs: []openinference.NamedTensor{raw}},
			`{"id":"i","model_name":"m","parameters":{"binary_data_output":true},"inputs":[{"name":"x","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]}` + "\x01\x02", 159,
		},
		{
			&openinference.Request{Inputs: []openinference.NamedTensor{x}, Outputs: []openinference.RequestedOutput{{Name: "p"}, {Name: "q", Binary: true, Parameters: openinference.Parameters{"classification": int64(2)}}}},
			`{"inputs":[{"name":"x","datatype":"UINT8","shape":[2],"data":[1,2]}],"outputs":[{"name":"p"},{"name":"q","parameters":{"classification":2,"binary_data":true}}]}`, 0,
		},
		{
			&openinference.Request{Binary: true, Inputs: []openinference.NamedTensor{x}, Outputs: []openinference.RequestedOutput{{Name: "p"}, {Name: "q", Binary: true}}},
			`{"parameters":{"binary_data_output":true},"inputs":[{"name":"x","datatype":"UINT8","shape":[2],"data":[1,2]}],"outputs":[{"name":"p","parameters":{"binary_data":false}},{"name":"q"}]}`, 0,
		},
	} {
		body, size, err := openinference.AppendRequest(nil, c.request)
		if err != nil || string(body) != c.want || size != c.size {
			t.Errorf("%d of %q, %v\nwant %d of %q", size, body, err, c.size, c.want)
		}
	}
}

// TestWhatIsWrittenIsRead sends a tensor of every datatype there and back, raw
// and, where it can be, as JSON.
func TestWhatIsWrittenIsRead(t *testing.T) {
	for raw, want := range everyDatatype(t) {
		for _, binary := range []bool{true, false} {
			named := openinference.NamedTensor{Name: "x", Tensor: want, Binary: binary}
			body, size, err := openinference.AppendRequest(nil, &openinference.Request{Inputs: []openinference.NamedTensor{named}})
			if err != nil {
				var reason *domain.Error
				if binary || !errors.As(err, &reason) || reason.Hint == "" {
					t.Errorf("%v: %v", want.Datatype(), err)
				}
				continue
			}
			if size == 0 {
				size = len(body)
			}
			r, err := openinference.ParseRequest(body[:size], body[size:])
			if err != nil {
				t.Errorf("%s: %v", body, err)
				continue
			}
			got := r.Inputs[0]
			if back, _ := openinference.AppendRaw(nil, got.Tensor); string(back) != raw || got.Binary != binary || !got.Tensor.Shape().Equal(want.Shape()) {
				t.Errorf("%v: %x, want %x", want.Datatype(), back, raw)
			}
		}
	}
}

// TestNumbersKeepTheirBits writes random numbers as JSON and reads them back.
func TestNumbersKeepTheirBits(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	singles, doubles := make([]float32, 1000), make([]float64, 1000)
	for i := range singles {
		for singles[i] = float32(math.NaN()); singles[i]-singles[i] != 0; {
			singles[i] = math.Float32frombits(random.Uint32())
		}
		for doubles[i] = math.NaN(); doubles[i]-doubles[i] != 0; {
			doubles[i] = math.Float64frombits(random.Uint64())
		}
	}
	for _, want := range []domain.Tensor{tensor(t, domain.Shape{1000}, singles...), tensor(t, domain.Shape{10, 100}, doubles...)} {
		body, _, err := openinference.AppendRequest(nil, &openinference.Request{Inputs: []openinference.NamedTensor{{Name: "x", Tensor: want}}})
		if err != nil {
			t.Fatal(err)
		}
		r, err := openinference.ParseRequest(body, nil)
		if err != nil || !reflect.DeepEqual(r.Inputs[0].Tensor, want) {
			t.Errorf("%v: %v", want.Datatype(), err)
		}
	}
}

func TestWhatJSONCannotHold(t *testing.T) {
	for says, output := range map[string]domain.Tensor{
		"x: holds NaN as element 1":              tensor(t, domain.Shape{2}, 1, math.NaN()),
		"x: holds +Inf as element 0":             tensor(t, domain.Shape{1}, float32(math.Inf(1))),
		"x: holds bytes as element 1":            tensor(t, domain.Shape{2}, "a", "\xff"),
		"x: is of datatype FP16, which has no":   tensor(t, domain.Shape{1}, domain.Float16(0)),
		"x: is of datatype BF16, which has no J": tensor(t, domain.Shape{1}, domain.BFloat16(0)),
	} {
		_, _, err := openinference.AppendResponse(nil, &openinference.Response{Outputs: []openinference.NamedTensor{{Name: "x", Tensor: output}}})
		var reason *domain.Error
		if !errors.As(err, &reason) || !strings.Contains(err.Error(), says) || !strings.Contains(reason.Hint, "binary_data") || (reason.Kind != domain.Invalid && reason.Kind != domain.Unsupported) {
			t.Errorf("%v, want %q", err, says)
		}
	}
	for _, value := range []any{math.NaN(), []int{1}, 1, nil} {
		if _, _, err := openinference.AppendResponse(nil, &openinference.Response{Parameters: openinference.Parameters{"p": value}}); domain.KindOf(err) != domain.Invalid {
			t.Errorf("parameter %v: %v", value, err)
		}
	}
}

func FuzzRequest(f *testing.F) {
	for _, c := range refusals {
		if len(c.document) < 1000 {
			f.Add([]byte(c.document), []byte(c.raw))
		}
	}
	f.Add([]byte(`{"id":"1","inputs":[{"name":"a","shape":[2,1],"datatype":"FP32","data":[[1],[2e-3]]},{"name":"b","shape":[2],"datatype":"BYTES","parameters":{"binary_data_size":9,"p":1.5}}]}`), []byte("\x01\x00\x00\x00a\x00\x00\x00\x00"))
	f.Add([]byte(`{"parameters":{"binary_data_output":true,"timeout":3},"outputs":[{"name":"o","parameters":{"binary_data":false}}],"inputs":[{"name":"a","shape":[1],"datatype":"BOOL","data":[true]}]}`), []byte{})
	f.Fuzz(func(t *testing.T, document, raw []byte) {
		r, err := openinference.ParseRequest(document, raw)
		if err != nil {
			wellRefused(t, err)
			return
		}
		if !json.Valid(document) {
			t.Fatalf("accepted, but not JSON: %q", document)
		}
		body, size, err := openinference.AppendRequest(nil, r)
		if err != nil {
			t.Fatalf("%+v cannot be written: %v", r, err)
		}
		if size == 0 {
			size = len(body)
		}
		again, err := openinference.ParseRequest(body[:size], body[size:])
		if err != nil {
			t.Fatalf("what was written cannot be read: %v: %q", err, body)
		}
		second, _, err := openinference.AppendRequest(nil, again)
		if err != nil || string(second) != string(body) || !reflect.DeepEqual(again.Outputs == nil, r.Outputs == nil) {
			t.Fatalf("%q becomes %q, %v", body, second, err)
		}
	})
}

func FuzzResponse(f *testing.F) {
	f.Add([]byte(`{"model_name":"m","outputs":[{"name":"a","shape":[2,1],"datatype":"FP32","data":[1,2e-3]},{"name":"b","shape":[1],"datatype":"INT16","parameters":{"binary_data_size":2},"x":{}}]}`), []byte("\x01\x00"))
	f.Add([]byte(`{"error":"no"}`), []byte(""))
	f.Fuzz(func(t *testing.T, document, raw []byte) {
		r, err := openinference.ParseResponse(document, raw)
		if err != nil {
			wellRefused(t, err)
			return
		}
		if !json.Valid(document) {
			t.Fatalf("accepted, but not JSON: %q", document)
		}
		if _, _, err := openinference.AppendResponse(nil, r); err != nil {
			t.Fatalf("%+v cannot be written: %v", r, err)
		}
	})
}

func wellRefused(t *testing.T, err error) {
	t.Helper()
	var reason *domain.Error
	if !errors.As(err, &reason) || reason.Msg == "" || (reason.Kind != domain.Invalid && reason.Kind != domain.Unsupported) || len(err.Error()) > 4000 {
		t.Fatalf("%#v", err)
	}
}
