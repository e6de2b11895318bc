package domain_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/portent-go/portent/domain"
)

func tensor[T domain.Element](t *testing.T, shape domain.Shape, values ...T) domain.Tensor {
	t.Helper()
	made, err := domain.NewTensor(shape, values)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func TestDatatypeNamesBothWays(t *testing.T) {
	sizes := map[string]int{"BOOL": 1, "UINT8": 1, "UINT16": 2, "UINT32": 4, "UINT64": 8, "INT8": 1, "INT16": 2, "INT32": 4, "INT64": 8, "FP16": 2, "BF16": 2, "FP32": 4, "FP64": 8, "BYTES": 0}
	for name, size := range sizes {
		d, err := domain.ParseDatatype(name)
		if err != nil || d.String() != name || d.Size() != size || !d.Valid() {
			t.Errorf("%s: %v of %d bytes, %v", name, d, d.Size(), err)
		}
	}
	for _, name := range []string{"", "fp32", "INVALID", "FLOAT"} {
		if _, err := domain.ParseDatatype(name); domain.KindOf(err) != domain.Invalid {
			t.Errorf("%q: %v", name, err)
		}
	}
	if d := domain.Datatype(99); d.Valid() || d.Size() != 0 || d.String() != "Datatype(99)" {
		t.Errorf("%v", d)
	}
}

func TestShape(t *testing.T) {
	for _, test := range []struct {
		shape domain.Shape
		want  int
		fails bool
	}{
		{domain.Shape{}, 1, false},
		{domain.Shape{2, 3, 4}, 24, false},
		{domain.Shape{2, 0, 3}, 0, false},
		{domain.Shape{2, 0, 1 << 62}, 0, true},
		{domain.Shape{1 << 62, 2, 0}, 0, true},
		{domain.Shape{-1, 3}, 0, true},
		{domain.Shape{0, -3}, 0, true},
		{domain.Shape{1 << 40, 1 << 40}, 0, true},
		{domain.Shape{math.MaxInt}, math.MaxInt, false},
	} {
		n, err := test.shape.Elements()
		if n != test.want || (err != nil) != test.fails {
			t.Errorf("%v has %d elements, %v", test.shape, n, err)
		}
	}
	s := domain.Shape{-1, 3}
	if s.String() != "[-1,3]" || s.Static() || !s.Clone().Equal(s) || !s.Accepts(domain.Shape{7, 3}) || s.Accepts(domain.Shape{7, 4}) || s.Accepts(domain.Shape{3}) {
		t.Errorf("%v misbehaves", s)
	}
}

// elements makes a tensor of n different elements of a datatype.
func elements(t *testing.T, datatype domain.Datatype, shape domain.Shape) domain.Tensor {
	t.Helper()
	made, err := domain.MakeTensor(datatype, shape)
	if err != nil {
		t.Fatal(err)
	}
	fill(made, func(i int, v []uint8) { v[i] = uint8(i) })
	fill(made, func(i int, v []int64) { v[i] = int64(i) })
	fill(made, func(i int, v []float32) { v[i] = float32(i) })
	fill(made, func(i int, v []domain.Float16) { v[i] = domain.Float16(i) })
	fill(made, func(i int, v []string) { v[i] = fmt.Sprint(i) })
	fill(made, func(i int, v []bool) { v[i] = i%2 == 1 })
	return made
}

func fill[T domain.Element](t domain.Tensor, set func(i int, v []T)) {
	data, _ := domain.Data[T](t)
	for i := range data {
		set(i, data)
	}
}

func TestTensorsOfEveryDatatype(t *testing.T) {
	for d := domain.BOOL; d.Valid(); d++ {
		whole := elements(t, d, domain.Shape{3, 2})
		if whole.Datatype() != d || whole.Len() != 6 || whole.IsZero() {
			t.Errorf("%v: %v of %d", d, whole.Datatype(), whole.Len())
		}
		clone := whole.Clone()
		rows := make([]domain.Tensor, 3)
		for i := range rows {
			var err error
			if rows[i], err = whole.Rows(i, i+1); err != nil || !rows[i].Shape().Equal(domain.Shape{1, 2}) {
				t.Fatalf("%v: row %v, %v", d, rows[i].Shape(), err)
			}
		}
		joined, err := domain.Concat(rows)
		if err != nil || !joined.Shape().Equal(whole.Shape()) {
			t.Fatalf("%v: %v %v", d, joined.Shape(), err)
		}
		if err := domain.Copy(clone, joined); err != nil {
			t.Errorf("%v: %v", d, err)
		}
		for i := range whole.Len() {
			want, numeric := domain.Number(whole, i)
			if got, _ := domain.Number(clone, i); numeric == (d == domain.BYTES) || got != want {
				t.Errorf("%v: element %d is %v, expected %v", d, i, got, want)
			}
		}
	}
	if _, err := domain.MakeTensor(domain.InvalidDatatype, nil); domain.KindOf(err) != domain.Invalid {
		t.Errorf("no datatype: %v", err)
	}
}

func TestTensorSharesAndClones(t *testing.T) {
	values := []float32{1, 2, 3, 4}
	shared := tensor(t, domain.Shape{2, 2}, values...)
	cloned := shared.Clone()
	reshaped, err := shared.Reshape(domain.Shape{4})
	if err != nil {
		t.Fatal(err)
	}
	data, _ := domain.Data[float32](shared)
	data[0] = 9
	again, _ := domain.Data[float32](reshaped)
	kept, _ := domain.Data[float32](cloned)
	if again[0] != 9 || kept[0] != 1 {
		t.Errorf("reshaped %v, cloned %v", again, kept)
	}
	if _, ok := domain.Data[float64](shared); ok {
		t.Error("FP32 elements as float64")
	}
	if !(domain.Tensor{}).Clone().IsZero() {
		t.Error("the clone of no tensor is one")
	}
}

func TestTensorRefusals(t *testing.T) {
	whole := tensor[int64](t, domain.Shape{2, 2}, 1, 2, 3, 4)
	scalar := tensor[int64](t, nil, 1)
	other := tensor[float32](t, domain.Shape{2, 2}, 1, 2, 3, 4)
	_, few := domain.NewTensor(domain.Shape{3}, []int64{1})
	_, dynamic := domain.NewTensor(domain.Shape{-1}, []int64{1})
	_, makeDynamic := domain.MakeTensor(domain.FP32, domain.Shape{-1})
	_, size := whole.Reshape(domain.Shape{3})
	_, negative := whole.Reshape(domain.Shape{-4})
	_, beyond := whole.Rows(0, 3)
	_, backwards := whole.Rows(2, 1)
	_, noRows := scalar.Rows(0, 0)
	_, nothing := domain.Concat(nil)
	_, mixed := domain.Concat([]domain.Tensor{whole, other})
	_, scalars := domain.Concat([]domain.Tensor{scalar, scalar})
	for name, err := range map[string]error{
		"few": few, "dynamic": dynamic, "make dynamic": makeDynamic, "size": size, "negative": negative, "beyond": beyond, "backwards": backwards,
		"no rows": noRows, "nothing": nothing, "mixed": mixed, "scalars": scalars, "copy": domain.Copy(whole, other), "copy to nothing": domain.Copy(domain.Tensor{}, domain.Tensor{}),
	} {
		if err == nil || domain.KindOf(err) != domain.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSpecChecksTensors(t *testing.T) {
	spec := domain.TensorSpec{Name: "pixel_values", Datatype: domain.FP32, Shape: domain.Shape{-1, 3, 4, 4}}
	if err := spec.CheckShape(domain.Shape{7, 3, 4, 4}); err != nil {
		t.Error(err)
	}
	for _, test := range []struct {
		shape domain.Shape
		want  string
		hint  string
	}{
		{domain.Shape{1, 3, 4}, "of 3 axes, expected", ""},
		{domain.Shape{1, 3, 4, 5}, "axis 3 is 5, not 4", ""},
		{domain.Shape{0, 3, 4, 4}, "axis 0 is empty", ""},
		{domain.Shape{1, 4, 4, 3}, "axis 1 is 4, not 3", "NHWC"},
		{domain.Shape{1, 4, 4, 4}, "axis 1 is 4, not 3", ""},
	} {
		err := spec.CheckShape(test.shape)
		var e *domain.Error
		if !errors.As(err, &e) || !strings.Contains(e.Error(), test.want) || e.Field != "pixel_values" || (test.hint == "") != (e.Hint == "") || !strings.Contains(e.Hint, test.hint) {
			t.Errorf("%v: %v, hint %q", test.shape, err, e.Hint)
		}
	}
	last := domain.TensorSpec{Name: "x", Datatype: domain.FP32, Shape: domain.Shape{-1, 4, 5, 3}}
	var e *domain.Error
	if err := last.CheckShape(domain.Shape{1, 3, 4, 5}); !errors.As(err, &e) || !strings.Contains(e.Hint, "NCHW") {
		t.Errorf("%v", err)
	}
	if err := spec.Check(tensor(t, domain.Shape{1}, int64(1))); err == nil || !strings.Contains(err.Error(), "INT64, expected FP32") {
		t.Errorf("%v", err)
	}
	if spec.String() != "pixel_values FP32 [-1,3,4,4]" {
		t.Error(spec)
	}
}

func TestErrors(t *testing.T) {
	cause := errors.New("disk full")
	err := domain.Errorf(domain.Unavailable, "writing: %w", cause)
	if err.Error() != "writing: disk full" || !errors.Is(err, cause) || domain.KindOf(fmt.Errorf("x: %w", err)) != domain.Unavailable {
		t.Errorf("%v", err)
	}
	told := &domain.Error{Kind: domain.Invalid, Field: "input[1]", Msg: "is bad", Err: cause}
	if told.Error() != "input[1]: is bad: disk full" || !errors.Is(told, cause) {
		t.Errorf("%v", told)
	}
	if (&domain.Error{Kind: domain.NotFound}).Error() != "not found" || domain.KindOf(cause) != domain.Internal {
		t.Error("an error without a message")
	}
	for _, kind := range domain.Kinds() {
		if strings.HasPrefix(kind.String(), "Kind(") {
			t.Errorf("kind %d has no name", kind)
		}
	}
	if domain.Kind(99).String() != "Kind(99)" {
		t.Error("an unknown kind")
	}
}

func TestLabels(t *testing.T) {
	labels := domain.Labels{"cat", ""}
	for class, want := range map[int]string{0: "cat", 1: "1", 2: "2", -1: "-1"} {
		if got := labels.Of(class); got != want {
			t.Errorf("class %d is %q, expected %q", class, got, want)
		}
	}
}

func TestTopKAgainstSorting(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		values := make([]float32, r.IntN(12))
		for i := range values {
			values[i] = float32(r.IntN(5)) // many ties
		}
		order := make([]int, len(values))
		for i := range order {
			order[i] = i
		}
		sort.SliceStable(order, func(a, b int) bool { return values[order[a]] > values[order[b]] })
		k := r.IntN(15) - 1
		want := order[:max(0, min(k, len(order)))]
		if got := domain.TopK(values, k); !slices.Equal(got, want) {
			t.Fatalf("top %d of %v is %v, expected %v", k, values, got, want)
		}
	}
}

func TestSoftmax(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, scale := range []float32{1, 100, 1e30} {
		logits := make([]float32, 7)
		for i := range logits {
			logits[i] = (r.Float32()*2 - 1) * scale
		}
		sum, exact := 0.0, 0.0
		largest := float64(slices.Max(logits))
		for _, v := range logits {
			exact += math.Exp(float64(v) - largest)
		}
		for i, p := range domain.Softmax(logits) {
			sum += float64(p)
			if want := math.Exp(float64(logits[i])-largest) / exact; math.Abs(float64(p)-want) > 1e-7 {
				t.Errorf("probability %d of %v is %v, expected %v", i, logits, p, want)
			}
		}
		if math.Abs(sum-1) > 1e-6 {
			t.Errorf("the sum is %v", sum)
		}
	}
	if domain.Softmax(nil) != nil {
		t.Error("probabilities of no classes")
	}
}

func TestPrediction(t *testing.T) {
	labels := domain.Labels{"a", "b", "c"}
	for _, test := range []struct {
		name        string
		row         []float32
		activation  domain.Activation
		class       int
		probability float32
	}{
		{"logits", []float32{0, float32(math.Log(2)), 0}, domain.Logits, 1, 0.5},
		{"probabilities", []float32{0.2, 0.3, 0.5}, domain.Probabilities, 2, 0.5},
		{"log-probabilities", []float32{float32(math.Log(0.5)), -2, float32(math.Inf(-1))}, domain.LogProbabilities, 0, 0.5},
		{"independent", []float32{0.9, 0.8, 0.1}, domain.Independent, 0, 0.9},
		{"a tie", []float32{1, 7, 7}, domain.Probabilities, 1, 7},
	} {
		p, err := domain.NewPrediction(test.row, test.activation, labels)
		if err != nil || p.Class != test.class || p.Label != labels[test.class] || math.Abs(float64(p.Probability-test.probability)) > 1e-6 {
			t.Errorf("%s: %+v, %v", test.name, p, err)
		}
		if top := p.Top(2); len(top) != 2 || top[0].Class != p.Class || top[0].Probability != p.Probability || top[0].Label != p.Label {
			t.Errorf("%s: %+v", test.name, top)
		}
	}
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, row := range [][]float32{nil, {1, nan}, {inf, 1}} {
		if _, err := domain.NewPrediction(row, domain.Logits, nil); domain.KindOf(err) != domain.Internal || err == nil {
			t.Errorf("%v: %v", row, err)
		}
	}
}

// TestHalfFloats works out each 16-bit number by its definition.
func TestHalfFloats(t *testing.T) {
	for bits := range 1 << 16 {
		exponent, fraction := bits>>10&31, bits&1023
		want := math.Ldexp(float64(1024+fraction), exponent-25)
		switch {
		case exponent == 0:
			want = math.Ldexp(float64(fraction), -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if bits>>15 == 1 {
			want = -want
		}
		got := float64(domain.Float16(bits).Float32())
		if math.IsNaN(want) != math.IsNaN(got) || (!math.IsNaN(want) && math.Float64bits(got) != math.Float64bits(want)) {
			t.Fatalf("bits %#x are %v, expected %v", bits, got, want)
		}
	}
	if got := domain.BFloat16(0x4049).Float32(); got != 3.140625 {
		t.Errorf("bfloat16 pi is %v", got)
	}
}

func TestBatchedSignatures(t *testing.T) {
	spec := func(shape ...int) domain.TensorSpec { return domain.TensorSpec{Shape: shape} }
	for name, c := range map[string]struct {
		inputs, outputs []domain.TensorSpec
		want            bool
	}{
		"all":              {[]domain.TensorSpec{spec(-1, 2), spec(-1)}, []domain.TensorSpec{spec(-1, 3)}, true},
		"a fixed input":    {[]domain.TensorSpec{spec(-1, 2), spec(1)}, []domain.TensorSpec{spec(-1, 3)}, false},
		"a fixed output":   {[]domain.TensorSpec{spec(-1, 2)}, []domain.TensorSpec{spec(1, -1)}, false},
		"an output scalar": {[]domain.TensorSpec{spec(-1, 2)}, []domain.TensorSpec{spec()}, false},
	} {
		if got := (domain.Signature{Inputs: c.inputs, Outputs: c.outputs}).Batched(); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
