package onnxgo_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/micro"
	"github.com/portent-go/portent/adapters/format/onnxfile"
	"github.com/portent-go/portent/domain"
)

const modelFolder = "../../../model"

func readFile(t testing.TB, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func openShipped(t testing.TB, options onnxgo.Options) *onnxgo.Engine {
	t.Helper()
	engine, err := onnxgo.Open(readFile(t, filepath.Join(modelFolder, "model.onnx")), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Error(err)
		}
	})
	return engine
}

// settings are the ways to compute: each instruction set that the processor has,
// and several threads for one prediction.
func settings() map[string]onnxgo.Options {
	ways := map[string]onnxgo.Options{"threads": {Workers: 4, Threads: 3}}
	for _, set := range instructionSets() {
		ways[set] = onnxgo.Options{Workers: 2, ISA: set}
	}
	return ways
}

// instructionSets are those that the processor has. The race detector does not
// look into assembly, but makes the kernels in Go fifty times slower; what they
// share is the same.
func instructionSets() (names []string) {
	for _, set := range micro.Available() {
		if !raceEnabled || set.Name != "generic" {
			names = append(names, set.Name)
		}
	}
	return names
}

func readTensor(t testing.TB, path string) domain.Tensor {
	t.Helper()
	_, tensor, err := onnxfile.ReadTensor(readFile(t, path))
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

func predict(t testing.TB, engine *onnxgo.Engine, input domain.Tensor) []float32 {
	t.Helper()
	outputs, err := engine.Predict(t.Context(), []domain.Tensor{input})
	if err != nil {
		t.Fatal(err)
	}
	values, ok := domain.Data[float32](outputs[0])
	if !ok {
		t.Fatalf("output %v", outputs[0].Datatype())
	}
	return values
}

// pictures returns n inputs of the shipped model, all different.
func pictures(t testing.TB, n int) domain.Tensor {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 12))
	values := make([]float32, n*3*32*32)
	for i := range values {
		values[i] = r.Float32()
	}
	tensor, err := domain.NewTensor(domain.Shape{n, 3, 32, 32}, values)
	if err != nil {
		t.Fatal(err)
	}
	return tensor
}

func rowOf(t testing.TB, batch domain.Tensor, i int) domain.Tensor {
	t.Helper()
	row, err := batch.Rows(i, i+1)
	if err != nil {
		t.Fatal(err)
	}
	return row
}

func TestShippedModelDescribesItself(t *testing.T) {
	engine := openShipped(t, onnxgo.Options{})
	signature, metadata := engine.Signature(), engine.Metadata()
	if got := fmt.Sprint(signature.Inputs[0], signature.Outputs[0]); got != "pixel_values FP32 [-1,3,32,32] logits FP32 [-1,10]" {
		t.Errorf("signature %s", got)
	}
	if len(signature.Inputs) != 1 || len(signature.Outputs) != 1 || signature.Outputs[0].Activation != domain.Logits {
		t.Errorf("signature %+v", signature)
	}
	if !slices.Equal(metadata.Opsets, []domain.Opset{{Version: 17}}) || !strings.HasPrefix(metadata.Producer, "pytorch") || metadata.Platform != "onnx_onnxv1" {
		t.Errorf("metadata %+v", metadata)
	}
}

func TestShippedModelAgreesWithPyTorch(t *testing.T) {
	for name, with := range settings() {
		t.Run(name, func(t *testing.T) { checkVectors(t, openShipped(t, with)) })
	}
}

func checkVectors(t *testing.T, engine *onnxgo.Engine) {
	t.Helper()
	sets, err := filepath.Glob(filepath.Join(modelFolder, "test_data_set_*"))
	if err != nil || len(sets) != 4 {
		t.Fatalf("%d test data sets, %v", len(sets), err)
	}
	for _, set := range sets {
		got := predict(t, engine, readTensor(t, filepath.Join(set, "input_0.pb")))
		want, _ := domain.Data[float32](readTensor(t, filepath.Join(set, "output_0.pb")))
		if len(got) != len(want) {
			t.Fatalf("%s: %d logits, expected %d", set, len(got), len(want))
		}
		worst := 0.0
		for i := range want {
			worst = max(worst, math.Abs(float64(got[i]-want[i])))
		}
		t.Logf("%s: largest difference %.2g", filepath.Base(set), worst)
		if !(worst <= 1e-4) {
			t.Errorf("%s differs by %g", set, worst)
		}
	}
}

func TestManyAtOnceGiveTheBitsOfOne(t *testing.T) {
	engine := openShipped(t, onnxgo.Options{Workers: 4})
	const kinds = 5
	inputs := pictures(t, kinds)
	var want [kinds][]float32
	for i := range want {
		want[i] = predict(t, engine, rowOf(t, inputs, i))
	}
	rounds := 100
	if testing.Short() || raceEnabled {
		rounds = 6
	}
	var callers sync.WaitGroup
	for caller := range 16 {
		callers.Go(func() {
			for round := range rounds {
				kind := (caller + round) % kinds
				outputs, err := engine.Predict(context.Background(), []domain.Tensor{rowOf(t, inputs, kind)})
				if err != nil {
					t.Error(err)
					return
				}
				if got, _ := domain.Data[float32](outputs[0]); !slices.Equal(got, want[kind]) {
					t.Errorf("caller %d, round %d: %v, alone %v", caller, round, got, want[kind])
					return
				}
			}
		})
	}
	callers.Wait()
}

// TestTheThousandthGivesTheBitsOfTheFirst has other inputs between.
func TestTheThousandthGivesTheBitsOfTheFirst(t *testing.T) {
	engine := openShipped(t, onnxgo.Options{})
	const kinds = 3
	inputs := pictures(t, kinds)
	var want [kinds][]float32
	rounds := 1000
	if testing.Short() || raceEnabled {
		rounds = 20
	}
	for round := range rounds {
		kind := round % kinds
		got := predict(t, engine, rowOf(t, inputs, kind))
		if want[kind] == nil {
			want[kind] = got
		}
		if !slices.Equal(got, want[kind]) {
			t.Fatalf("prediction %d: %v, at first %v", round, got, want[kind])
		}
	}
}

func TestBatchesGiveTheBitsOfSingles(t *testing.T) {
	for name, with := range settings() {
		t.Run(name, func(t *testing.T) {
			engine := openShipped(t, with)
			batch := pictures(t, 7)
			together := predict(t, engine, batch)
			for i := range 7 {
				if alone := predict(t, engine, rowOf(t, batch, i)); !slices.Equal(alone, together[10*i:10*i+10]) {
					t.Errorf("row %d is %v alone, %v in the batch", i, alone, together[10*i:10*i+10])
				}
			}
		})
	}
}

// With an instruction set the bits are the same for any number of threads.
func TestThreadsGiveTheBitsOfOne(t *testing.T) {
	input := pictures(t, 1)
	for _, set := range instructionSets() {
		alone := predict(t, openShipped(t, onnxgo.Options{ISA: set}), input)
		several := openShipped(t, onnxgo.Options{ISA: set, Workers: 5, Threads: 5})
		for range 20 {
			if got := predict(t, several, input); !slices.Equal(got, alone) {
				t.Fatalf("%s: %v with five threads, %v with one", set, got, alone)
			}
		}
	}
}

// A batch stops when its caller has gone, whoever computes it.
func TestACanceledBatchIsGivenUp(t *testing.T) {
	engine := openShipped(t, onnxgo.Options{Workers: 3})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if outputs, err := engine.Predict(ctx, []domain.Tensor{pictures(t, 9)}); outputs != nil || domain.KindOf(err) != domain.Canceled {
		t.Errorf("%v, %v", outputs, err)
	}
	if got := predict(t, engine, pictures(t, 9)); len(got) != 90 {
		t.Errorf("%d logits afterwards", len(got))
	}
}

func TestUnknownInstructionSetsAreRefused(t *testing.T) {
	_, err := onnxgo.Open(readFile(t, filepath.Join(modelFolder, "model.onnx")), onnxgo.Options{ISA: "mmx"})
	if domain.KindOf(err) != domain.Invalid || !strings.Contains(fmt.Sprint(err), `"mmx"`) || !strings.Contains(fmt.Sprint(err), "generic") {
		t.Errorf("%v", err)
	}
}

func TestMetadataNamesTheInstructionSet(t *testing.T) {
	if device := openShipped(t, onnxgo.Options{ISA: "generic"}).Metadata().Device; !strings.Contains(device, "generic") {
		t.Errorf("device %q", device)
	}
}

func TestPredictionAllocatesNoTensors(t *testing.T) {
	engine := openShipped(t, onnxgo.Options{Workers: 1})
	inputs := []domain.Tensor{pictures(t, 1)}
	ctx := context.Background()
	allocations := testing.AllocsPerRun(20, func() {
		if _, err := engine.Predict(ctx, inputs); err != nil {
			t.Fatal(err)
		}
	})
	if allocations > 150 { // Gorgonia makes some five an operator, of a few words each
		t.Errorf("%v allocations a prediction", allocations)
	}
}

func BenchmarkShippedModel(b *testing.B) {
	for _, batch := range []int{1, 8} {
		b.Run(fmt.Sprintf("batch=%d", batch), func(b *testing.B) {
			engine := openShipped(b, onnxgo.Options{Workers: 1})
			input := pictures(b, batch)
			predict(b, engine, input)
			b.ReportAllocs()
			for b.Loop() {
				predict(b, engine, input)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*batch), "us/picture")
		})
	}
}

func BenchmarkOpenShippedModel(b *testing.B) {
	data := readFile(b, filepath.Join(modelFolder, "model.onnx"))
	for b.Loop() {
		engine, err := onnxgo.Open(data, onnxgo.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := engine.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
