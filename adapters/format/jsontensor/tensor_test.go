package jsontensor

import (
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

// readTensor reads {"data": ...}.
func readTensor(datatype domain.Datatype, shape domain.Shape, document string) (domain.Tensor, error) {
	d := NewDecoder([]byte(document))
	var tensor domain.Tensor
	err := d.Object([]string{"data"}, func(int) (err error) {
		tensor, err = d.Tensor(datatype, shape, Hints{NoJSON: "no JSON", NotNumbers: "not numbers"})
		return err
	})
	return tensor, err
}

func TestATensorIsNestedAsItsShapeOrFlat(t *testing.T) {
	for document, shape := range map[string]domain.Shape{
		`{"data":[[1,2,3],[4,5,6]]}`:               {2, 3},
		`{"data":[1,2,3,4,5,6]}`:                   {2, 3},
		`{"data":[[[1],[2]],[[3],[4]],[[5],[6]]]}`: {3, 2, 1},
	} {
		tensor, err := readTensor(domain.INT32, shape, document)
		if err != nil || !tensor.Shape().Equal(shape) || !reflect.DeepEqual(data[int32](tensor), []int32{1, 2, 3, 4, 5, 6}) {
			t.Errorf("%s: %v %v", document, tensor, err)
		}
	}
	for document, shape := range map[string]domain.Shape{`{"data":[]}`: {0, 3}, `{"data":[[],[]]}`: {2, 0}} {
		if tensor, err := readTensor(domain.FP32, shape, document); err != nil || tensor.Len() != 0 || !tensor.Shape().Equal(shape) {
			t.Errorf("%s: %v %v", document, tensor, err)
		}
	}
	if tensor, err := readTensor(domain.FP64, domain.Shape{}, `{"data":[7]}`); err != nil || tensor.Len() != 1 {
		t.Errorf("a scalar: %v %v", tensor, err)
	}
}

func TestATensorOfAnotherFormIsRefused(t *testing.T) {
	for _, c := range []struct {
		shape                   domain.Shape
		document, says, pointer string
	}{
		{domain.Shape{2, 3}, `{"data":[[[1,2,3],[4,5,6]]]}`, "nested 3 deep, expected 2", "/data"},
		{domain.Shape{1, 2, 3}, `{"data":[[1,2,3],[4,5,6]]}`, "nested 2 deep, expected 3", "/data"},
		{domain.Shape{2, 3}, `{"data":[[1,2,3],[4,5]]}`, "has 2 values, expected 3", "/data/1"},
		{domain.Shape{2, 3}, `{"data":[[1,2,3],[4,5,6],[7,8,9]]}`, "has 3 values, expected 2", "/data"},
		{domain.Shape{2, 3}, `{"data":[1,2,3,4,5]}`, "has 5 values, expected 6", "/data"},
		{domain.Shape{2, 3}, `{"data":[1,2,3,4,5,6,7]}`, "has 7 values, expected 6", "/data"},
		{domain.Shape{2, 3}, `{"data":[1,2,3,4,5,"6"]}`, `is the string "6", expected a number`, "/data/5"},
		{domain.Shape{2, 3}, `{"data":"abc"}`, "expected an array of 6 values", "/data"},
		{domain.Shape{2, 3}, `{"data":[1,2,3,4,5,NaN]}`, "is not JSON", ""},
		{domain.Shape{1 << 30, 1 << 30, 1 << 30}, `{"data":[1]}`, "cannot have the shape", "/data"},
		{domain.Shape{1 << 60}, `{"data":[1]}`, "has 1 value, expected 1152921504606846976", "/data"},
		{domain.Shape{-1}, `{"data":[1]}`, "cannot have the shape", "/data"},
		{make(domain.Shape, 100), `{"data":[1]}`, "cannot have the shape", "/data"},
		{domain.Shape{2}, `{"data":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, "nested 10000 deep, expected 1", "/data"},
	} {
		_, err := readTensor(domain.FP32, c.shape, c.document)
		var refused *Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.says) || c.pointer != "" && refused.Pointer != c.pointer {
			t.Errorf("%.60s: %v, want %q", c.document, err, c.says)
		}
	}
	_, err := readTensor(domain.FP16, domain.Shape{1}, `{"data":[1]}`)
	if domain.KindOf(err) != domain.Unsupported {
		t.Errorf("FP16: %v", err)
	}
}

func FuzzTensor(f *testing.F) {
	for _, document := range []string{`{"data":[[1,2],[3,4]]}`, `{"data":[1,2,3,4e-1]}`, `{"data":[[[1]]]}`, `{"data":[[1,2],[3]]}`, `{"data":[]}`} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		got, err := readTensor(domain.FP32, domain.Shape{2, 2}, string(document))
		if err != nil {
			checkRefusal(t, err)
			return
		}
		if got.IsZero() {
			return // no data
		}
		var want struct{ Data json.RawMessage }
		if err := json.Unmarshal(document, &want); err != nil {
			t.Fatalf("accepted, but not JSON: %v", err)
		}
		values, ok := flatten(want.Data, []int{2, 2})
		if !ok {
			values, ok = flatten(want.Data, []int{4})
		}
		if !ok {
			t.Fatalf("accepted: %s", document)
		}
		for i, v := range data[float32](got) {
			if math.Float32bits(v) != math.Float32bits(values[i]) {
				t.Fatalf("element %d is %v, encoding/json gives %v", i, v, values[i])
			}
		}
	})
}
