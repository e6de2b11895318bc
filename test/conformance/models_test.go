package conformance

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain"
)

// tolerance is how far each element of an answer may be from ONNX Runtime's, as a
// part of the largest element of the output.
const tolerance = 1e-4

// tolerances are those of models that round in between: where a sum is within the
// last digits of a tie, it becomes another step of the quantisation.
var tolerances = map[string]float64{"resnet18_qdq": 0.02, "resnet18_qoperator": 0.02, "mlp_dynamic": 0.02}

func toleranceOf(model string) float64 {
	if t, ok := tolerances[model]; ok {
		return t
	}
	return tolerance
}

// refusals are the models that are refused when they are loaded, with what the
// error must say.
var refusals = map[string]string{
	// skl2onnx cuts texts into words by an operator of ONNX Runtime's own.
	"sklearn_count_vectorizer":          `node "Tokenizer" (Tokenizer): operators of the domain "com.microsoft" are not supported`,
	"sklearn_tfidf_vectorizer":          `node "Tokenizer" (Tokenizer): operators of the domain "com.microsoft" are not supported`,
	"sklearn_characters_vectorizer":     `node "Tokenizer" (Tokenizer): operators of the domain "com.microsoft" are not supported`,
	"sklearn_tfidf_logistic_regression": `node "Tokenizer" (Tokenizer): operators of the domain "com.microsoft" are not supported`,
}

// TestModels runs whole models of the folder that ONNX_MODELS names, which make
// models fills, against the answers that came with them.
func TestModels(t *testing.T) {
	folder := os.Getenv("ONNX_MODELS")
	if folder == "" {
		t.Skip("SKIPPED: ONNX_MODELS names no folder of models; make models fills one")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*", "model.onnx"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no model in %s: %v", folder, err)
	}
	for _, file := range files {
		where := filepath.Dir(file)
		t.Run(filepath.Base(where), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			engine, err := onnxgo.Open(data, onnxgo.Options{External: os.DirFS(where)})
			if reason, refused := refusals[filepath.Base(where)]; refused {
				if domain.KindOf(err) != domain.Unsupported || !strings.Contains(fmt.Sprint(err), reason) {
					t.Errorf("%v, expected a refusal that says %s", err, reason)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = engine.Close() }()
			sets, err := readSets(where)
			if err != nil || len(sets) == 0 {
				t.Fatalf("no test vectors: %v", err)
			}
			for _, set := range sets {
				outputs, err := engine.Predict(context.Background(), set.inputs)
				if err != nil {
					t.Fatal(err)
				}
				set.checkClose(t, outputs, toleranceOf(filepath.Base(where)))
			}
		})
	}
}

func (s dataSet) checkClose(t *testing.T, outputs []domain.Tensor, tolerance float64) {
	if len(outputs) != len(s.outputs) {
		t.Fatalf("%d outputs, expected %d", len(outputs), len(s.outputs))
	}
	for i, expected := range s.outputs {
		difference, largest, err := farthest(outputs[i], expected)
		if err != nil {
			t.Errorf("output %d: %v", i, err)
		} else if difference > tolerance*largest {
			t.Errorf("output %d is off by %g, where the largest element is %g", i, difference, largest)
		} else {
			t.Logf("output %d %v %v is off by %.1e of its largest element", i, expected.Datatype(), expected.Shape(), difference/max(largest, math.SmallestNonzeroFloat64))
		}
	}
}

// farthest returns the largest difference of two elements, and the largest element
// expected. What is not FP32, FP64 or half precision must be the same.
func farthest(got, expected domain.Tensor) (difference, largest float64, err error) {
	switch expected.Datatype() {
	case domain.FP32, domain.FP64, domain.FP16, domain.BF16:
	default:
		return 0, 1, compare(got, expected)
	}
	if got.Datatype() != expected.Datatype() || !got.Shape().Equal(expected.Shape()) {
		return 0, 0, compare(got, expected)
	}
	for i := range got.Len() {
		g, _ := domain.Number(got, i)
		e, _ := domain.Number(expected, i)
		if math.IsNaN(g) != math.IsNaN(e) || math.IsInf(g, 0) {
			return math.Inf(1), 0, nil
		}
		difference, largest = max(difference, math.Abs(g-e)), max(largest, math.Abs(e))
	}
	if expected.Datatype() == domain.FP16 || expected.Datatype() == domain.BF16 {
		largest *= 100 // the last bit of a half is a thousandth
	}
	return difference, largest, nil
}
