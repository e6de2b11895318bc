//go:build browser

package browser_test

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Element types as ONNX numbers them.
const (
	ofFloat  = 1
	ofInt64  = 7
	ofText   = 8
	ofHalf   = 10
	ofBfloat = 16
)

// message joins fields of a protocol buffer.
func message(fields ...[]byte) (m []byte) {
	for _, field := range fields {
		m = append(m, field...)
	}
	return m
}

func varint(number int, value uint64) []byte {
	return binary.AppendUvarint([]byte{byte(number << 3)}, value)
}

func bytesField[T string | []byte](number int, value T) []byte {
	return append(binary.AppendUvarint([]byte{byte(number<<3 | 2)}, uint64(len(value))), value...)
}

// tensorOf describes an input or an output of a graph; a length of 0 is dynamic.
func tensorOf(field int, name string, element uint64, shape ...uint64) []byte {
	var axes []byte
	for _, n := range shape {
		axis := varint(1, n)
		if n == 0 {
			axis = bytesField(2, "n")
		}
		axes = append(axes, bytesField(1, axis)...)
	}
	kind := bytesField(1, message(varint(1, element), bytesField(2, axes)))
	return bytesField(field, message(bytesField(1, name), bytesField(2, kind)))
}

func node(operator, output string, inputs ...string) []byte {
	var fields []byte
	for _, input := range inputs {
		fields = append(fields, bytesField(1, input)...)
	}
	return bytesField(1, message(fields, bytesField(2, output), bytesField(4, operator)))
}

// graphFile is a model's file of a graph's nodes, inputs (field 11) and outputs (12).
func graphFile(parts ...[]byte) []byte {
	graph := message(append(parts, bytesField(2, "g"))...)
	return message(varint(1, 8), bytesField(7, graph), bytesField(8, varint(2, 17)))
}

// folder writes a model's folder.
func folder(t *testing.T, name string, files map[string][]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
	for file, content := range files {
		if err := os.WriteFile(filepath.Join(path, file), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// mixed takes several tensors and is no classifier.
func mixed(t *testing.T, more ...[]byte) string {
	return folder(t, "mixed", map[string][]byte{"model.onnx": graphFile(append(more,
		node("Add", "sum", "a", "b"), node("Identity", "same ids", "ids"), node("Identity", "same words", "words"),
		tensorOf(11, "a", ofFloat, 0, 2), tensorOf(11, "b", ofFloat, 0, 2), tensorOf(11, "ids", ofInt64, 0), tensorOf(11, "words", ofText, 0),
		tensorOf(12, "sum", ofFloat, 0, 2), tensorOf(12, "same ids", ofInt64, 0), tensorOf(12, "same words", ofText, 0),
	)...)})
}

// halves is a part of a graph whose numbers have no JSON form.
func halves(name string, element uint64) []byte {
	return message(node("Identity", "same "+name, name), tensorOf(11, name, element, 0), tensorOf(12, "same "+name, element, 0))
}

// TestNumbersWithoutAJSONForm sends some of 16 bits.
func TestNumbersWithoutAJSONForm(t *testing.T) {
	p := open(t, serve(t, "--model", mixed(t, halves("fp16", ofHalf), halves("bf16", ofBfloat))))
	p.visit(t, "/")
	typed(t, p, "#tensor-0", "[0.1, -2, 65504]")
	typed(t, p, "#tensor-1", "[0.1, -2, 1.00390625, 1.01171875]") // the last two lie between two numbers
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, "#result", "[ 0.0999755859375, -2, 65504 ]")
	p.waitFor(t, "#result", "[ 0.10009765625, -2, 1, 1.015625 ]")
	for place, text := range map[string]string{"#tensor-0": "[65520]", "#tensor-1": "[3.4e38, 1]"} {
		typed(t, p, place, text)
		p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
		p.waitFor(t, place+"-error [role=alert]", "no numbers that")
		typed(t, p, place, `["x"]`)
		p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
		p.waitFor(t, place+"-error [role=alert]", "no numbers that")
		typed(t, p, place, "[1]")
	}
	p.check(t)
}

// typed puts a text into a field.
func typed(t *testing.T, p *tab, selector, text string) {
	t.Helper()
	p.run(t, chromedp.SetValue(selector, text, chromedp.ByQuery))
}

func TestAModelOfSeveralTensors(t *testing.T) {
	p := open(t, serve(t, "--model", mixed(t)))
	p.visit(t, "/")
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible)) // the example, as it is
	p.waitFor(t, "#result", "same ids")
	typed(t, p, "#tensor-0", "[[1, 2], [3, 4]]")
	typed(t, p, "#tensor-1", "[0.5, 0.5, 0.5, 0.5]") // flat
	typed(t, p, "#tensor-2", "[9007199254740993, -1]")
	typed(t, p, "#tensor-3", `["<b>é", ""]`)
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, "#result", "[ 1.5, 2.5, 3.5, 4.5 ]")
	p.waitFor(t, "#result", "9007199254740993")
	p.waitFor(t, "#result", `"<b>é"`)
	p.waitFor(t, "#time", "run the model")

	typed(t, p, "#tensor-1", "[[1, 2, 3]]")
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, "#tensor-1-error [role=alert]", "b has shape")
	typed(t, p, "#tensor-1", "[[1, 2], [3, 4]")
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, "#tensor-1-error [role=alert]", "is not JSON")
	if invalid := eval[[]string](t, p, `[...document.querySelectorAll("[aria-invalid]")].map(e => e.id)`); len(invalid) != 1 || invalid[0] != "tensor-1" {
		t.Errorf("%v are marked as wrong", invalid)
	}
	p.check(t, "status of 400")
}

// TestAClassifierOfTensors is one whose labels mean harm.
func TestAClassifierOfTensors(t *testing.T) {
	p := open(t, serve(t, "--model", folder(t, "tensors", map[string][]byte{
		"model.onnx":  graphFile(node("Identity", "y", "x"), tensorOf(11, "x", ofFloat, 0, 3), tensorOf(12, "y", ofFloat, 0, 3)),
		"config.json": []byte(`{"id2label": {"0": "one", "1": "<img src=x onerror=alert(1)>", "2": "three"}}`),
	})))
	p.visit(t, "/")
	typed(t, p, "#tensor-0", "[1, 7, 3]")
	p.run(t, chromedp.Click("#tensors button.main", chromedp.NodeVisible))
	p.waitFor(t, label, "<img src=x onerror=alert(1)>")
	p.waitFor(t, "#line", `{"input": [1, 7, 3]}`)
	if eval[int](t, p, `document.querySelectorAll("#result img").length`) != 0 {
		t.Error("a label has become markup")
	}
	p.check(t)
}

func TestSeveralModels(t *testing.T) {
	models := t.TempDir()
	for name, files := range map[string]map[string]string{
		"numbers":  {"model.onnx": string(graphFile(node("Identity", "y", "x"), tensorOf(11, "x", ofFloat, 0, 3), tensorOf(12, "y", ofFloat, 0, 3)))},
		"pictures": {"model.onnx": "", "config.json": "", "preprocessor_config.json": "", "samples/ship.png": ""},
	} {
		for file, content := range files {
			path := filepath.Join(models, name, file)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if content == "" {
				shipped, err := os.ReadFile(filepath.Join(root, "model", file))
				if err != nil {
					t.Fatal(err)
				}
				content = string(shipped)
			}
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	p := open(t, serve(t, "--models", models))
	p.visit(t, "/")
	p.waitFor(t, "#name", "numbers")
	p.run(t, chromedp.SendKeys("#chooser", "pictures", chromedp.ByQuery))
	p.waitFor(t, "#name", "pictures")
	p.run(t, chromedp.Click(sampleButton, chromedp.NodeVisible))
	p.waitFor(t, label, "ship")
	p.waitFor(t, "#seen figcaption", "32\u00a0×\u00a032 pixels")
	p.waitFor(t, "#line", "/models/pictures/predict")
	if text := p.textOf(t, "#line"); !strings.Contains(text, "/models/pictures/samples/ship.png") {
		t.Errorf("the lines do not say where the sample is: %s", text)
	}
	p.run(t, chromedp.Reload())
	p.waitFor(t, "#name", "pictures")
	p.check(t)
}
