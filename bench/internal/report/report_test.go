package report

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/service"
)

func number(v float64) *float64 { return &v }

// sample is a document with something of everything.
func sample() Document {
	return Document{
		Arguments: []string{"-quick"},
		Skipped:   []engine.Skipped{{Name: "torchscript", Reason: "no PyTorch"}},
		Engine: []engine.Result{
			{
				Subject: "resnet18", Peer: "onnxruntime", Version: "ONNX Runtime 1", Memory: 3 << 20, FirstAnswer: 0.25, Difference: number(0),
				Latency:    &engine.Latency{P50: 0.02, Min: 0.01, P99: 0.03, Ratio: number(1)},
				Throughput: &engine.Throughput{Rate: 123.4, Setup: "2 batches at once", Ratio: number(1)},
			},
			{Subject: "resnet18", Peer: "portent", Latency: &engine.Latency{P50: 0.0123, Min: 0.01, P99: 0.03, Ratio: number(0.615)}, Difference: number(2.4e-6)},
			{Subject: "resnet18", Peer: "gorgonnx", Failure: "one thread: no such operator\nsecond line"},
		},
		Service: []*service.Result{
			{Server: "fastapi", Body: "JSON", Connections: 16, Rate: 400, P50: 0.03},
			{Server: "fastapi", Body: "JSON", Connections: 1, Rate: 100, P50: 0.01},
			{Server: "portent", Body: "binary", Connections: 1, Rate: 2000, P50: 0.0005, P99Ratio: number(0.05), Binary: 29_700_000},
			{Server: "portent without engine", Body: "binary", Connections: 1, Rate: 10000, P50: 0.0001},
			{Server: "broken", Failure: "the server has ended"},
		},
	}
}

func TestTextSaysEverything(t *testing.T) {
	text := sample().Text()
	for _, want := range []string{
		"resnet18", "onnxruntime", "20.0", "123", "2 batches at once", "12.3", "0.61", "2e-06", "fails: one thread: no such operator",
		"HTTP, 1 connection ", "HTTP, 16 connections", "p99 0.050 of ref", "binary 29.7 MB", "fails: the server has ended",
		"The prediction is 80 % of a binary request", "SKIPPED: torchscript: no PyTorch", "Peer onnxruntime: ONNX Runtime 1.",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, unwanted := range []string{"NaN", "second line"} {
		if strings.Contains(text, unwanted) {
			t.Errorf("%q is in\n%s", unwanted, text)
		}
	}
}

func TestMarkdownHasAColumnForEachFigure(t *testing.T) {
	for line := range strings.Lines(sample().Markdown()) {
		if strings.HasPrefix(line, "|") && strings.Count(line, "|") != len(header)+1 {
			t.Errorf("%q has %d bars, expected %d", line, strings.Count(line, "|"), len(header)+1)
		}
	}
}

func TestWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "results")
	if err := sample().Write(folder); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(folder, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read Document
	if err := json.Unmarshal(raw, &read); err != nil || len(read.Engine) != 3 || len(read.Service) != 5 {
		t.Errorf("%v in\n%s", err, raw)
	}
	chart, err := os.ReadFile(filepath.Join(folder, "results.svg"))
	if err != nil || !bytes.Contains(chart, []byte("<svg")) || !bytes.Contains(chart, []byte("resnet18")) {
		t.Errorf("%v, %d bytes, expected an SVG that names resnet18", err, len(chart))
	}
	if _, err := os.Stat(filepath.Join(folder, "results.md")); err != nil {
		t.Error(err)
	}
}

func TestAnEmptyDocumentCanBeWritten(t *testing.T) {
	if err := (Document{}).Write(t.TempDir()); err != nil {
		t.Error(err)
	}
}

func TestFigures(t *testing.T) {
	for _, test := range []struct {
		v    float64
		want string
	}{{None, ""}, {1234.5, "1234"}, {12.34, "12.3"}, {1.234, "1.23"}, {0.01234, "0.0123"}, {0, "0"}} {
		if got := figure(test.v); got != test.want {
			t.Errorf("%v is written %q, expected %q", test.v, got, test.want)
		}
	}
}
