package openinference_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/format/jsontensor"
	"github.com/portent-go/portent/adapters/format/openinference"
	"github.com/portent-go/portent/domain"
)

func data[T domain.Element](t domain.Tensor) []T {
	values, _ := domain.Data[T](t)
	return values
}

func TestParseRequest(t *testing.T) {
	document := `{"id":"42","model_name":"m","parameters":{"timeout":5,"binary_data_output":true,"mine":"x"},
		"inputs":[
			{"name":"a","shape":[2,2],"datatype":"INT32","data":[[1,2],[3,4]]},
			{"name":"b","datatype":"FP32","shape":[1,2],"parameters":{"binary_data_size":8,"note":1.5}},
			{"data":["x","\u00e9"],"shape":[2],"datatype":"BYTES","name":"c"},
			{"parameters":{"binary_data_size":6},"shape":[2],"name":"d","datatype":"BYTES","data":null}],
		"outputs":[{"name":"p"},{"name":"q","parameters":{"binary_data":false,"classification":3}}]}`
	raw := "\x00\x00\x80\x3f\x00\x00\xc0\x7f" + "\x02\x00\x00\x00\xff\xfe"
	_, err := openinference.ParseRequest([]byte(document), []byte(raw))
	if err == nil || !strings.Contains(err.Error(), "inputs[3]: has 6 bytes, too few for 2 BYTES elements") {
		t.Errorf("%v", err)
	}
	r, err := openinference.ParseRequest([]byte(strings.Replace(document, `[2],"name":"d"`, `[1],"name":"d"`, 1)), []byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	if r.ID != "42" || r.Model != "m" || !r.Binary || !reflect.DeepEqual(r.Parameters, openinference.Parameters{"timeout": int64(5), "mine": "x"}) {
		t.Errorf("%+v", r)
	}
	want := []openinference.NamedTensor{
		{Name: "a", Tensor: tensor[int32](t, domain.Shape{2, 2}, 1, 2, 3, 4)},
		{Name: "b", Parameters: openinference.Parameters{"note": 1.5}, Binary: true},
		{Name: "c", Tensor: tensor(t, domain.Shape{2}, "x", "é")},
		{Name: "d", Tensor: tensor(t, domain.Shape{1}, "\xff\xfe"), Parameters: openinference.Parameters{}, Binary: true},
	}
	if bits := data[float32](r.Inputs[1].Tensor); len(bits) != 2 || bits[0] != 1 || bits[1] == bits[1] {
		t.Errorf("b is %v", bits)
	}
	want[1].Tensor = r.Inputs[1].Tensor // its NaN is not equal to itself
	for i := range want {
		if i != 1 && !reflect.DeepEqual(r.Inputs[i], want[i]) {
			t.Errorf("input %d: %+v, want %+v", i, r.Inputs[i], want[i])
		}
	}
	outputs := []openinference.RequestedOutput{
		{Name: "p", Binary: true},
		{Name: "q", Parameters: openinference.Parameters{"classification": int64(3)}},
	}
	if !reflect.DeepEqual(r.Outputs, outputs) {
		t.Errorf("outputs: %+v", r.Outputs)
	}
}

func TestNullsAreAsNothing(t *testing.T) {
	r, err := openinference.ParseRequest([]byte(`{"id":null,"model_name":null,"parameters":null,"outputs":null,
		"inputs":[{"name":"a","shape":[1],"datatype":"BOOL","parameters":null,"data":[true]}]}`), nil)
	if err != nil || r.ID != "" || r.Parameters != nil || r.Outputs != nil || len(r.Inputs) != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

// refusals are requests that must be refused.
var refusals = []struct{ name, document, raw, says, pointer string }{
	{"empty", ``, "", "the body is empty", ""},
	{"an array", `[]`, "", "the document is an array, expected an object", ""},
	{"no inputs", `{}`, "", `the request has no "inputs"`, ""},
	{"inputs null", `{"inputs":null}`, "", "inputs: is null, expected an array", "/inputs"},
	{"unknown field", `{"input":[]}`, "", "input: is not a known field", "/input"},
	{"a field twice", `{"id":"a","id":"b","inputs":[]}`, "", "id: is given twice", "/id"},
	{"id a number", `{"id":7,"inputs":[]}`, "", "id: is 7, expected a string", "/id"},
	{"an id too long", `{"id":"` + strings.Repeat("x", 1025) + `"}`, "", "id: is 1025 bytes long", "/id"},
	{"no name", `{"inputs":[{"shape":[1],"datatype":"FP32","data":[1]}]}`, "", `inputs[0]: has no "name"`, "/inputs/0"},
	{"no shape", `{"inputs":[{"name":"a","datatype":"FP32","data":[1]}]}`, "", `inputs[0]: has no "shape"`, "/inputs/0"},
	{"no datatype", `{"inputs":[{"name":"a","shape":[1],"data":[1]}]}`, "", `inputs[0]: has no "datatype"`, "/inputs/0"},
	{"no data", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP32"}]}`, "", `inputs[0]: has no "data"`, "/inputs/0"},
	{"unknown datatype", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP128","data":[1]}]}`, "", `inputs[0].datatype: unknown datatype "FP128"`, "/inputs/0/datatype"},
	{"FP16 in JSON", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP16","data":[1]}]}`, "", "has no JSON form", "/inputs/0/data"},
	{"unknown field of an input", `{"inputs":[{"name":"a","dims":[1]}]}`, "", "inputs[0].dims: is not a known field", "/inputs/0/dims"},
	{"a negative axis", `{"inputs":[{"name":"a","shape":[-1,4],"datatype":"FP32","data":[1]}]}`, "", "inputs[0].data: cannot have the shape [-1,4]", "/inputs/0/data"},
	{"a negative axis, raw", `{"inputs":[{"name":"a","shape":[-1,4],"datatype":"FP32","parameters":{"binary_data_size":4}}]}`, "1234", "inputs[0]: shape axis 0 of [-1,4] is -1", "/inputs/0"},
	{"an axis of 2^60", `{"inputs":[{"name":"a","shape":[1152921504606846976],"datatype":"FP32","data":[1]}]}`, "", "has 1 value, expected 1152921504606846976", "/inputs/0/data"},
	{"an axis of 2^60, raw", `{"inputs":[{"name":"a","shape":[1152921504606846976],"datatype":"FP64","parameters":{"binary_data_size":0}}]}`, "", "inputs[0]: has 0 bytes", "/inputs/0"},
	{"an axis of 2^64", `{"inputs":[{"name":"a","shape":[18446744073709551616],"datatype":"FP32","data":[1]}]}`, "", "expected a whole number of 64 bits", "/inputs/0/shape/0"},
	{"a product of 2^80", `{"inputs":[{"name":"a","shape":[1099511627776,1099511627776],"datatype":"FP32","data":[1]}]}`, "", "cannot have the shape", "/inputs/0/data"},
	{"a shape of a float", `{"inputs":[{"name":"a","shape":[1.0],"datatype":"FP32","data":[1]}]}`, "", "inputs[0].shape[0]: is 1.0, expected a whole number", "/inputs/0/shape/0"},
	{"1,000 axes", `{"inputs":[{"name":"a","shape":[` + strings.Repeat("1,", 999) + `1],"datatype":"FP32","data":[1]}]}`, "", "inputs[0].shape[64]: is an axis too many", "/inputs/0/shape/64"},
	{"too few values", `{"inputs":[{"name":"a","shape":[3],"datatype":"FP32","data":[1,2]}]}`, "", "inputs[0].data: has 2 values, expected 3", "/inputs/0/data"},
	{"too few values, data first", `{"inputs":[{"data":[1,2],"name":"a","shape":[3],"datatype":"FP32"}]}`, "", "inputs[0].data: has 2 values, expected 3", "/inputs/0/data"},
	{"too large a number", `{"inputs":[{"name":"a","shape":[1],"datatype":"INT8","data":[128]}]}`, "", "inputs[0].data[0]: is 128, not a whole number that INT8 can hold", "/inputs/0/data/0"},
	{"a string among numbers", `{"inputs":[{"name":"a","shape":[2],"datatype":"INT8","data":[1,"2"]}]}`, "", `inputs[0].data[1]: is the string "2"`, "/inputs/0/data/1"},
	{"NaN", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[NaN]}]}`, "", "is not JSON", "/inputs/0/data/0"},
	{"10,000 deep", `{"inputs":[{"name":"a","shape":[1],"datatype":"FP32","data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}]}`, "", "nested 10000 deep, expected 1", "/inputs/0/data"},
	{"10,000 deep, data first", `{"inputs":[{"data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}]}`, "", "nested more than 64 deep", "/inputs/0/data"},
	{"10,000 objects deep", strings.Repeat(`{"inputs":[`, 10_000), "", "inputs[0].inputs: is not a known field", "/inputs/0/inputs"},
	{"parameters deep", `{"parameters":{"a":` + strings.Repeat("[", 10_000) + `}}`, "", "parameters.a: is an array", "/parameters/a"},
	{"two of a name", `{"inputs":[{"name":"a","shape":[1],"datatype":"BOOL","data":[true]},{"name":"a","shape":[1],"datatype":"BOOL","data":[true]}]}`, "", `inputs[1]: has the name "a"`, "/inputs/1"},
	{"two outputs of a name", `{"outputs":[{"name":"a"},{"name":"a"}],"inputs":[]}`, "", `outputs[1]: has the name "a"`, "/outputs/1"},
	{"an output without a name", `{"outputs":[{}],"inputs":[]}`, "", `outputs[0]: has no "name"`, "/outputs/0"},
	{"1,025 outputs", `{"outputs":[` + manyOutputs() + `],"inputs":[]}`, "", "outputs[1024]: is one more than the 1024", "/outputs/1024"},
	{"both", `{"inputs":[{"name":"a","shape":[1],"datatype":"INT8","data":[1],"parameters":{"binary_data_size":1}}]}`, "1", "has both data and binary_data_size", "/inputs/0"},
	{"both, data first", `{"inputs":[{"data":[1],"name":"a","shape":[1],"datatype":"INT8","parameters":{"binary_data_size":1}}]}`, "1", "has both data and binary_data_size", "/inputs/0"},
	{"a size beyond the body", `{"inputs":[{"name":"a","shape":[4],"datatype":"INT8","parameters":{"binary_data_size":4}}]}`, "123", "should have 4 bytes behind the JSON, but 3 are left", "/inputs/0"},
	{"a size beyond all", `{"inputs":[{"name":"a","shape":[4],"datatype":"INT8","parameters":{"binary_data_size":9223372036854775807}}]}`, "123", "should have 9223372036854775807 bytes", "/inputs/0"},
	{"another size", `{"inputs":[{"name":"a","shape":[4],"datatype":"INT8","parameters":{"binary_data_size":3}}]}`, "123", "inputs[0]: has 3 bytes, INT8 of shape [4] takes 4 elements of 1", "/inputs/0"},
	{"a negative size", `{"inputs":[{"name":"a","shape":[4],"datatype":"INT8","parameters":{"binary_data_size":-4}}]}`, "1234", "binary_data_size is -4, expected a number of bytes", "/inputs/0"},
	{"a size in text", `{"inputs":[{"name":"a","shape":[4],"datatype":"INT8","parameters":{"binary_data_size":"4"}}]}`, "1234", "binary_data_size is 4, expected a number of bytes", "/inputs/0"},
	{"bytes left over", `{"inputs":[{"name":"a","shape":[1],"datatype":"INT8","data":[1]}]}`, "123", "3 bytes follow the JSON that belong to no tensor", ""},
	{"binary_data of text", `{"outputs":[{"name":"a","parameters":{"binary_data":"yes"}}],"inputs":[]}`, "", "binary_data is yes, expected true or false", "/outputs/0"},
	{"binary_data_output of a number", `{"parameters":{"binary_data_output":1},"inputs":[]}`, "", "binary_data_output is 1, expected true or false", ""},
	{"shared memory", `{"inputs":[{"name":"a","shape":[1],"datatype":"INT8","parameters":{"shared_memory_region":"r"}}]}`, "", "no memory is shared here", "/inputs/0"},
	{"shared memory for an output", `{"outputs":[{"name":"a","parameters":{"shared_memory_region":"r"}}]}`, "", "no memory is shared here", "/outputs/0"},
	{"cut off", `{"inputs":[{"name":"a","shape":[1],`, "", "ends too early", "/inputs/0"},
	{"trailing", `{"inputs":[]} x`, "", "there are bytes after the document", ""},
	{"not UTF-8", "{\"inputs\":[{\"name\":\"\xff\"}]}", "", "holds a byte that is not UTF-8", "/inputs/0/name"},
}

func manyOutputs() string {
	names := make([]string, 1025)
	for i := range names {
		names[i] = fmt.Sprintf(`{"name":"%d"}`, i)
	}
	return strings.Join(names, ",")
}

func TestRequestsThatAreRefused(t *testing.T) {
	for _, c := range refusals {
		r, err := openinference.ParseRequest([]byte(c.document), []byte(c.raw))
		var refused *jsontensor.Error
		if r != nil || !errors.As(err, &refused) || !strings.Contains(err.Error(), c.says) || refused.Pointer != c.pointer {
			t.Errorf("%s: %v, %v (%+v), want %q at %s", c.name, r, err, refused, c.says, c.pointer)
		}
	}
}

func TestParseResponse(t *testing.T) {
	document := `{"model_name":"m","model_version":"3","id":"42","parameters":{"x":{"nested":[1]},"y":1},"took":{"a":[1,{}]},
		"outputs":[{"name":"a","shape":[2],"datatype":"FP64","data":[1,2.5],"extra":[]},{"name":"b","shape":[0,2],"datatype":"INT64","parameters":{"binary_data_size":0}},
		{"name":"c","shape":[1,2],"datatype":"UINT8","parameters":{"binary_data_size":2}}]}`
	r, err := openinference.ParseResponse([]byte(document), []byte("\x07\x08"))
	want := &openinference.Response{
		Model: "m", Version: "3", ID: "42", Parameters: openinference.Parameters{"y": int64(1)},
		Outputs: []openinference.NamedTensor{
			{Name: "a", Tensor: tensor(t, domain.Shape{2}, 1, 2.5)},
			{Name: "b", Tensor: tensor(t, domain.Shape{0, 2}, []int64{}...), Parameters: openinference.Parameters{}, Binary: true},
			{Name: "c", Tensor: tensor[uint8](t, domain.Shape{1, 2}, 7, 8), Parameters: openinference.Parameters{}, Binary: true},
		},
	}
	if err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := openinference.ParseResponse([]byte(`{"model_version":null,"id":null,"parameters":null,"outputs":[]}`), nil); err != nil || len(r.Outputs) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	for document, says := range map[string]string{
		`{"error":"no"}`: `the answer has no "outputs"`,
		`{"outputs":{}}`: "outputs: is an object",
		`<html>`:         "is not JSON",
		`{"outputs":[{"name":"a","shape":[1],"datatype":"FP32","data":[null]}]}`: "outputs[0].data[0]: is null, expected a number",
		`{"outputs":[]}tail`: "after the document",
	} {
		if _, err := openinference.ParseResponse([]byte(document), nil); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", document, err, says)
		}
	}
	if _, err := openinference.ParseResponse([]byte(`{"outputs":[]}`), []byte("x")); err == nil {
		t.Error("bytes too many: accepted")
	}
}

// TestParsingAllocatesLittle counts for a picture in raw form, which should cost
// the tensor and little beside it.
func TestParsingAllocatesLittle(t *testing.T) {
	document := []byte(`{"inputs":[{"name":"pixel_values","shape":[1,3,32,32],"datatype":"FP32","parameters":{"binary_data_size":12288}}],"parameters":{"binary_data_output":true}}`)
	raw := make([]byte, 12288)
	if allocs := testing.AllocsPerRun(100, func() {
		if _, err := openinference.ParseRequest(document, raw); err != nil {
			t.Fatal(err)
		}
	}); allocs > 30 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkParseRaw(b *testing.B) {
	document := []byte(`{"inputs":[{"name":"pixel_values","shape":[1,3,32,32],"datatype":"FP32","parameters":{"binary_data_size":12288}}],"parameters":{"binary_data_output":true}}`)
	raw := make([]byte, 12288)
	b.SetBytes(12288)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := openinference.ParseRequest(document, raw); err != nil {
			b.Fatal(err)
		}
	}
}
