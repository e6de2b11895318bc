package onnxgo_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/format/onnxfile/onnxtest"
	"github.com/portent-go/portent/domain"
)

func named(names ...string) []string { return names }

func int64s(values ...int64) domain.Tensor {
	tensor, _ := domain.NewTensor(domain.Shape{len(values)}, values)
	return tensor
}

// small is a model from x [-1,4] to y, without nodes.
func small() *onnxtest.Model {
	shape := domain.Shape{domain.Dynamic, 4}
	return onnxtest.NewModel(17).Input("x", domain.FP32, shape).Output("y", domain.FP32, shape)
}

// Each of these is refused, quickly and without taking much memory.
func TestHostileModelsAreRefused(t *testing.T) {
	const huge = 1 << 62
	for name, c := range map[string]struct {
		model *onnxtest.Model
		said  string
	}{
		"a cycle":               {small().Node("Add", named("x", "b"), named("a")).Node("Relu", named("a"), named("b")).Node("Relu", named("b"), named("y")), `its input "b" is made by no node before it`},
		"a name from nowhere":   {small().Node("Add", named("x", "nowhere"), named("y")), `"nowhere" is made by no node`},
		"an output from nobody": {small().Node("Relu", named("x"), named("z")), "no node makes it"},
		"a value made twice":    {small().Node("Relu", named("x"), named("y")).Node("Relu", named("x"), named("y")), "exists already"},
		"a shape of 2^62":       {onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{huge, huge}).Output("y", domain.FP32, nil).Node("Relu", named("x"), named("y")), "more elements than can be counted"},
		"a length of 2^62":      {onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{huge}).Output("y", domain.FP32, nil).Node("Relu", named("x"), named("y")), ""},
		"a negative length":     {onnxtest.NewModel(17).Input("x", domain.FP32, domain.Shape{-7}).Output("y", domain.FP32, nil).Node("Relu", named("x"), named("y")), "-7"},
		"an enormous constant":  {small().Initializer("shape", int64s(1<<31, 1<<20)).Node("ConstantOfShape", named("shape"), named("c")).Node("Add", named("x", "c"), named("y")), "more than the"},
		"an overflowing constant": {small().Initializer("shape", int64s(1<<40, 1<<40)).
			Node("ConstantOfShape", named("shape"), named("c")).Node("Add", named("x", "c"), named("y")), "more elements than can be counted"},
		"an impossible reshape": {small().Initializer("shape", int64s(-1, -1)).Node("Reshape", named("x", "shape"), named("y")), "impossible"},
		"weights elsewhere":     {small().Field(5, outside("../../etc/passwd")).Node("Add", named("x", "w"), named("y")), "../../etc/passwd"},
	} {
		t.Run(name, func(t *testing.T) {
			data := c.model.Bytes()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			engine, err := onnxgo.Open(data, onnxgo.Options{MaxMemory: 1 << 24, External: fstest.MapFS{}})
			if err == nil {
				defer func() { _ = engine.Close() }()
				input, _ := domain.MakeTensor(domain.FP32, domain.Shape{1, 4})
				_, err = engine.Predict(t.Context(), []domain.Tensor{input})
			}
			runtime.ReadMemStats(&after)
			if err == nil || domain.KindOf(err) == domain.Internal || !strings.Contains(err.Error(), c.said) {
				t.Errorf("%v, expected %q", err, c.said)
			}
			if taken := after.TotalAlloc - before.TotalAlloc; taken > 16<<20 {
				t.Errorf("%d bytes were allocated", taken)
			}
		})
	}
}

// outside is an initializer w [4] whose elements are in another file.
func outside(location string) []byte {
	entry := func(key, value string) string {
		content := fmt.Sprintf("\x0a%c%s\x12%c%s", len(key), key, len(value), value)
		return fmt.Sprintf("\x6a%c%s", len(content), content)
	}
	return []byte("\x08\x04\x10\x01\x42\x01w" + entry("location", location) + "\x70\x01")
}

// Ten thousand nodes, one on another, are a model like any other.
func TestDeepModelsAreRun(t *testing.T) {
	depth := 10_000
	if raceEnabled || testing.Short() {
		depth = 1000
	}
	m, from := small(), "x"
	for i := range depth {
		to := fmt.Sprint("v", i)
		if i == depth-1 {
			to = "y"
		}
		m.Node([]string{"Relu", "LeakyRelu"}[i%2], named(from), named(to))
		from = to
	}
	engine, err := onnxgo.Open(m.Bytes(), onnxgo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close() }()
	input, _ := domain.NewTensor(domain.Shape{1, 4}, []float32{1, -2, 3, -4})
	outputs, err := engine.Predict(t.Context(), []domain.Tensor{input})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := domain.Data[float32](outputs[0]); fmt.Sprint(got) != "[1 0 3 0]" {
		t.Errorf("%v", got)
	}
}

func TestGraphsInGraphsHaveAnEnd(t *testing.T) {
	inner := onnxtest.NewModel(17).Output("y", domain.FP32, nil).Node("Relu", named("x"), named("y"))
	for range 300 {
		inner = onnxtest.NewModel(17).Output("y", domain.FP32, nil).Node("If", named("c"), named("y"), onnxtest.Graph("then_branch", inner))
	}
	m := small().Node("If", named("x"), named("y"), onnxtest.Graph("then_branch", inner))
	if _, err := onnxgo.Open(m.Bytes(), onnxgo.Options{}); domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), "nested") {
		t.Errorf("%.300v", err)
	}
}
