package operator

import (
	"math"
	"testing"

	"github.com/portent-go/portent/domain"
)

// oddities are numbers at which functions differ.
var oddities = []float32{-infinite, -20, -3, -1, -0.5, float32(math.Copysign(0, -1)), 0.25, 1, 2.5, 30, infinite, notANumber}

// What ONNX Runtime 1.32 computes of oddities, but for Gelu of -3, where it loses
// digits.
func TestFunctionsOfOneNumber(t *testing.T) {
	number := func(name string, value float32) []Attribute {
		return []Attribute{{Name: name, Kind: FloatAttribute, Float: value}}
	}
	for _, c := range []struct {
		opType string
		attrs  []Attribute
		want   []float32
	}{
		{"Softplus", nil, []float32{0, 2.0611537e-09, 4.8587356e-02, 3.1326169e-01, 4.7407699e-01, 6.9314718e-01, 8.2593948e-01, 1.3132617, 2.5788898, 30, infinite, notANumber}},
		{"Softsign", nil, []float32{notANumber, -0.95238096, -0.75, -0.5, -0.33333334, 0, 0.2, 0.5, 0.71428573, 0.9677419, notANumber, notANumber}},
		{"Mish", nil, []float32{notANumber, -4.1223068e-08, -1.4564745e-01, -3.0340144e-01, -2.2074378e-01, 0, 1.6957243e-01, 8.6509848e-01, 2.4713924, 30, infinite, notANumber}},
		{"Gelu", nil, []float32{notANumber, 0, -4.0496941e-03, -1.5865526e-01, -1.5426877e-01, 0, 1.4967658e-01, 8.4134471e-01, 2.4844761, 30, infinite, notANumber}},
		{"Gelu", []Attribute{{Name: "approximate", Kind: StringAttribute, String: "tanh"}}, []float32{notANumber, 0, -3.6373921e-03, -1.5880796e-01, -1.5428600e-01, 0, 1.4967535e-01, 8.4119201e-01, 2.4849157, 30, infinite, notANumber}},
		{"Elu", number("alpha", 2), []float32{-2, -2, -1.9004259, -1.2642411, -0.78693867, 0, 0.25, 1, 2.5, 30, infinite, notANumber}},
		{"Celu", number("alpha", 2), []float32{-2, -1.9999092, -1.5537397, -0.78693867, -0.44239843, 0, 0.25, 1, 2.5, 30, infinite, notANumber}},
		{"Selu", nil, []float32{-1.7580993, -1.7580993, -1.6705687, -1.1113307, -0.69175816, 0, 0.26267526, 1.050701, 2.6267526, 31.52103, infinite, notANumber}},
		{"ThresholdedRelu", number("alpha", 1), []float32{0, 0, 0, 0, 0, 0, 0, 0, 2.5, 30, infinite, 0}},
		{"Shrink", append(number("lambd", 1), number("bias", 0.5)...), []float32{-infinite, -19.5, -2.5, 0, 0, 0, 0, 0, 2, 29.5, infinite, 0}},
		{"Erf", nil, []float32{-1, -1, -0.9999779, -0.8427008, -0.5204999, 0, 0.2763264, 0.8427008, 0.9995931, 1, 1, notANumber}},
		{"Sign", nil, []float32{-1, -1, -1, -1, -1, 0, 1, 1, 1, 1, 1, notANumber}},
		{"Abs", nil, []float32{infinite, 20, 3, 1, 0.5, 0, 0.25, 1, 2.5, 30, infinite, notANumber}},
		{"Neg", nil, []float32{infinite, 20, 3, 1, 0.5, 0, -0.25, -1, -2.5, -30, -infinite, notANumber}},
		{"Round", nil, []float32{-infinite, -20, -3, -1, 0, 0, 0, 1, 2, 30, infinite, notANumber}},
		{"Reciprocal", nil, []float32{0, -0.05, -0.33333334, -1, -2, -infinite, 4, 1, 0.4, 0.03333334, 0, notANumber}},
		{"Exp", nil, []float32{0, 2.0611537e-09, 4.9787067e-02, 3.6787945e-01, 6.0653067e-01, 1, 1.2840254, 2.7182817, 1.2182494e+01, 1.0686474e+13, infinite, notANumber}},
		{"Log", nil, []float32{notANumber, notANumber, notANumber, notANumber, notANumber, -infinite, -1.3862944, 0, 0.91629076, 3.4011974, infinite, notANumber}},
		{"Sqrt", nil, []float32{notANumber, notANumber, notANumber, notANumber, notANumber, 0, 0.5, 1, 1.5811388, 5.477226, infinite, notANumber}},
	} {
		node := heavyNode(c.opType, 24, 1, c.attrs...)
		outputs, err := results(node, tensors(vector(oddities...)), 1)
		if err != nil {
			t.Errorf("%s: %v", c.opType, err)
			continue
		}
		doubled := make([]float64, len(oddities))
		for i, x := range oddities {
			doubled[i] = float64(x)
		}
		double, err := results(node, tensors(vector(doubled...)), 1)
		if err != nil {
			t.Errorf("%s in FP64: %v", c.opType, err)
			continue
		}
		for i, want := range c.want {
			if got := floats(outputs[0])[i]; !nearly(float64(got), float64(want)) {
				t.Errorf("%s of %v is %v, expected %v", c.opType, oddities[i], got, want)
			}
			if got := dataOf[float64](double[0])[i]; !nearly(got, float64(want)) {
				t.Errorf("%s of %v in FP64 is %v, expected %v", c.opType, oddities[i], got, want)
			}
		}
	}
}

// nearly allows for the last digits of FP32.
func nearly(got, want float64) bool {
	if got == want || got != got && want != want {
		return true
	}
	return math.Abs(got-want) <= 1e-6*math.Abs(want)
}

func TestElementsOfOtherDatatypes(t *testing.T) {
	word := func(name, value string) []Attribute {
		return []Attribute{{Name: name, Kind: StringAttribute, String: value}}
	}
	checkExamples(t, []example{
		{"INT8", "Abs", 13, nil, tensors(vector[int8](-128, -1, 0, 5)), vector[int8](-128, 1, 0, 5)},
		{"UINT64", "Sign", 13, nil, tensors(vector[uint64](0, 1<<63)), vector[uint64](0, 1)},
		{"INT32", "Relu", 14, nil, tensors(vector[int32](-3, 0, 3)), vector[int32](0, 0, 3)},
		{"INT64", "Shrink", 9, attrs(Attribute{Name: "bias", Kind: FloatAttribute, Float: 1}), tensors(vector[int64](-3, 0, 3)), vector[int64](-2, 0, 2)},
		{"truth", "Not", 7, nil, tensors(vector(true, false)), vector(false, true)},
		{"bits", "BitwiseNot", 18, nil, tensors(vector[uint8](0, 0xf0)), vector[uint8](0xff, 0x0f)},
		{"NaN", "IsNaN", 20, nil, tensors(vector[float32](1, notANumber, infinite)), vector(false, true, false)},
		{"both", "IsInf", 20, nil, tensors(vector(1, math.Inf(1), math.Inf(-1), math.NaN())), vector(false, true, true, false)},
		{"below", "IsInf", 10, attrs(whole("detect_positive", 0)), tensors(vector[float32](infinite, -infinite)), vector(false, true)},
		{"to the float", "CastLike", 19, nil, tensors(vector[int8](-1, 2), vector[float32](0)), vector[float32](-1, 2)},
		{"number to text", "Cast", 19, attrs(whole("to", 8)), tensors(vector[float32](0.1, 1e20, infinite, notANumber)), vector("0.1", "1e+20", "INF", "NaN")},
		{"integer to text", "Cast", 19, attrs(whole("to", 8)), tensors(vector[int64](-1<<63, 7)), vector("-9223372036854775808", "7")},
		{"text to integer", "Cast", 19, attrs(whole("to", 7)), tensors(vector(" 9007199254740993", "-2.7", "1e3")), vector[int64](9007199254740993, -2, 1000)},
		{"text to float", "Cast", 19, attrs(whole("to", 1)), tensors(vector("-INF", "1.5", "NaN")), vector[float32](-infinite, 1.5, notANumber)},
		{"float to bits", "BitCast", 26, attrs(whole("to", 12)), tensors(vector[float32](1, -2)), vector[uint32](0x3f800000, 0xc0000000)},
		{"bits to half", "BitCast", 26, attrs(whole("to", 10)), tensors(vector[int16](0x3c00)), vector[domain.Float16](0x3c00)},
		{"left", "BitShift", 28, word("direction", "LEFT"), tensors(vector[int8](1, 1, -1), vector[int8](3, 9, 1)), vector[int8](8, 0, -2)},
		{"right", "BitShift", 11, word("direction", "RIGHT"), tensors(vector[uint16](1<<15, 1), vector[uint16](15, 16)), vector[uint16](1, 0)},
	})
	for node, inputs := range map[*Node][]Value{
		new(heavyNode("Cast", 19, 1, whole("to", 7))):     valuesOf(tensors(vector("seven")), 0),
		new(heavyNode("BitCast", 26, 1, whole("to", 11))): inputsOf(vector[float32](1)),
	} {
		if _, err := parsed[Operator](t, *node).Infer(inputs); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%v: %v", node, err)
		}
	}
	if err := parsed[Checker](t, heavyNode("Cast", 19, 1, whole("to", 7))).Check(tensors(vector("seven"))); domain.KindOf(err) != domain.Invalid {
		t.Errorf("a text that is no number, when it runs: %v", err)
	}
}
