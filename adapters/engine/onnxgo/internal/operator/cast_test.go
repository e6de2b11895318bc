package operator

import (
	"testing"

	"github.com/portent-go/portent/domain"
)

// onnxNumber returns ONNX's number for a datatype.
func onnxNumber(t *testing.T, datatype domain.Datatype) int64 {
	t.Helper()
	for number, d := range onnxDatatypes {
		if d == datatype {
			return int64(number)
		}
	}
	t.Fatalf("no number for %v", datatype)
	return 0
}

// smallNumbers holds 0, 1 and 2 in every datatype that Cast takes; BOOL has 0, 1
// and 1.
var smallNumbers = map[domain.Datatype]domain.Tensor{
	domain.BOOL: vector(false, true, true),
	domain.INT8: vector[int8](0, 1, 2), domain.INT16: vector[int16](0, 1, 2), domain.INT32: vector[int32](0, 1, 2), domain.INT64: vector[int64](0, 1, 2),
	domain.UINT8: vector[uint8](0, 1, 2), domain.UINT16: vector[uint16](0, 1, 2), domain.UINT32: vector[uint32](0, 1, 2), domain.UINT64: vector[uint64](0, 1, 2),
	domain.FP16: vector[domain.Float16](0, 0x3c00, 0x4000), domain.BF16: vector[domain.BFloat16](0, 0x3f80, 0x4000),
	domain.FP32: vector[float32](0, 1, 2), domain.FP64: vector[float64](0, 1, 2),
}

func TestCastFromEachDatatypeToEach(t *testing.T) {
	for from, src := range smallNumbers {
		for to, want := range smallNumbers {
			outputs, err := results(heavyNode("Cast", 13, 1, whole("to", onnxNumber(t, to))), tensors(src), 1)
			if err != nil {
				t.Errorf("%v to %v: %v", from, to, err)
				continue
			}
			if from == domain.BOOL && to != domain.BOOL {
				for i := range 2 {
					if x, _ := domain.Number(outputs[0], i); x != float64(i) || outputs[0].Datatype() != to {
						t.Errorf("%v to %v: got %s", from, to, contents(outputs[0]))
					}
				}
				continue
			}
			if got := contents(outputs[0]); got != contents(want) {
				t.Errorf("%v to %v: got %s, want %s", from, to, got, contents(want))
			}
		}
	}
}

func TestCastOfWhatDoesNotFit(t *testing.T) {
	to := func(number int64) []Attribute { return attrs(whole("to", number)) }
	reals := vector[float32](notANumber, infinite, -infinite, 300.7, -1.5, 0.9)
	checkExamples(t, []example{
		{"truncated", "Cast", 7, to(6), tensors(vector(-2.9, 2.9)), vector[int32](-2, 2)},
		{"to UINT8", "Cast", 13, to(2), tensors(reals), vector[uint8](0, 255, 0, 255, 0, 0)},
		{"to INT64", "Cast", 13, to(7), tensors(reals), vector[int64](0, 1<<63-1, -1<<63, 300, -1, 0)},
		{"to BOOL", "Cast", 9, to(9), tensors(reals), vector(true, true, true, true, true, true)},
		{"to FP16", "Cast", 13, to(10), tensors(vector(65519.999, 65520, 1+0x1p-11+1e-12)), vector[domain.Float16](0x7bff, 0x7c00, 0x3c01)},
		{"to BF16", "Cast", 13, to(16), tensors(vector[float32](1.00390625, 1.01171875)), vector[domain.BFloat16](0x3f80, 0x3f82)},
		{"INT64 to INT8", "Cast", 13, to(3), tensors(vector[int64](200, -200)), vector[int8](-56, 56)},
		{"INT64 to UINT64", "Cast", 13, to(13), tensors(vector[int64](-1)), vector[uint64](1<<64 - 1)},
		{"saturate", "Cast", 19, attrs(whole("to", 1), whole("saturate", 0)), tensors(vector[uint8](7)), vector[float32](7)},
		{"same", "Cast", 13, to(1), tensors(vector[float32](7)), vector[float32](7)},
	})
}

func TestCastRefuses(t *testing.T) {
	for number, said := range map[int64]string{17: "to = 17", 14: "to = 14", 0: "to = 0", 22: "to = 22"} {
		_, err := Parse(heavyNode("Cast", 21, 1, whole("to", number)))
		checkRefused(t, err, domain.Unsupported, `node "n" (Cast)`, said)
	}
	_, err := Parse(heavyNode("Cast", 13, 1))
	checkRefused(t, err, domain.Unsupported, "to (left out)")
	_, err = Parse(heavyNode("Cast", 19, 1, whole("to", 1), whole("saturate", 2)))
	checkRefused(t, err, domain.Unsupported, "saturate = 2")
	_, err = parsed[Operator](t, heavyNode("Cast", 13, 1, whole("to", 1))).Infer(inputsOf(vector("1")))
	if err != nil {
		t.Errorf("a text that is a number: %v", err)
	}
}
