package jsontensor

import (
	"encoding/json"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/portent-go/portent/domain"
)

var picture = domain.TensorSpec{Name: "pixel_values", Datatype: domain.FP32, Shape: domain.Shape{3, 32, 32}}

// pictureBody returns 3x32x32 numbers as Python writes them: float32 values as
// doubles, with a space after each comma.
func pictureBody() []byte {
	r := rand.New(rand.NewPCG(5, 6))
	body := []byte(`{"input": [`)
	for c := range 3 {
		body = append(body, "[["...)
		for i := range 32 * 32 {
			if i > 0 && i%32 == 0 {
				body = append(body, "], ["...)
			} else if i > 0 {
				body = append(body, ", "...)
			}
			body = strconv.AppendFloat(body, float64(float32(r.IntN(256))*(1.0/255)), 'f', -1, 64)
		}
		body = append(body, "]]"...)
		if c < 2 {
			body = append(body, ", "...)
		}
	}
	return append(body, "]}"...)
}

func decodePicture(body []byte) (domain.Tensor, error) {
	d, r := NewDecoder(body), NewReader(picture, Hints{})
	if err := d.Object([]string{"input", "image"}, func(int) error { return r.Read(d) }); err != nil {
		return domain.Tensor{}, err
	}
	return r.Tensor(nil)
}

func TestDecodingAllocatesLittleBesideTheTensor(t *testing.T) {
	body := pictureBody()
	allocs := testing.AllocsPerRun(20, func() {
		if _, err := decodePicture(body); err != nil {
			t.Fatal(err)
		}
	})
	if allocs > 20 {
		t.Errorf("%v allocations for one picture, want a small constant", allocs)
	}
}

func TestARowTooLongIsCountedButNotKept(t *testing.T) {
	e := &elements[float32]{read: readFloat32}
	n, err := e.row(NewDecoder([]byte("[1,2,3,4,5]")), 2)
	if n != 5 || err != nil || len(e.data) != 2 {
		t.Errorf("%d elements, %v, %d kept", n, err, len(e.data))
	}
}

func BenchmarkPicture(b *testing.B) {
	body := pictureBody()
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decodePicture(body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPictureWithEncodingJSON(b *testing.B) {
	body := pictureBody()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		var request struct{ Input [][][]float32 }
		if err := json.Unmarshal(body, &request); err != nil {
			b.Fatal(err)
		}
	}
}
