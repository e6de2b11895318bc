package benchresult

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portent-go/portent/cmd/portent/internal/loadgen"
	"github.com/portent-go/portent/domain"
)

// shown is a document with all that can be shown.
func shown() *Document {
	cell := func(concurrency int, rate, p50 float64) Cell {
		return Cell{
			Concurrency: concurrency, Batch: 1, Requests: 1000, Throughput: rate, Failures: []Failure{},
			Latency: Latency{P50: p50, P90: 2 * p50, P99: 4 * p50, Max: 10 * p50, Mean: p50},
			Rounds:  []Round{{Requests: 1000, Throughput: rate, Complete: true}},
		}
	}
	d := &Document{
		Schema: Schema, Portent: "1.2.3", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Machine: Machine{Cores: 2, Go: "go1.26", System: "linux/amd64"},
		Settings: Settings{Rounds: 10, Duration: 5, WarmUp: 1},
		Targets:  []Target{{Name: `<script>alert("x")</script>`, Model: "m", SHA256: strings.Repeat("0", 64), Engine: "onnxgo", Device: "cpu", Sent: "x", Checked: "y"}},
		Cells:    []Cell{cell(1, 1000, 0.001), cell(4, 2000, 0.002), cell(16, 0, 0)},
	}
	d.Cells[1].Failures = []Failure{{"overloaded", "the queue is full", 3}}
	d.Cells[2] = Cell{Concurrency: 16, Batch: 1, Error: "it has no batch axis"}
	return d
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := shown().Table(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"          1      1      1000      1000    ?  1.00 ms  2.00 ms  4.00 ms  10.0 ms       0\n",
		"          4      1      1000      2000    ?  2.00 ms  4.00 ms  8.00 ms  20.0 ms       3\n",
		"concurrency 4, batch 1: 3 failed (overloaded): the queue is full\n",
		"concurrency 16, batch 1: not measured: it has no batch axis\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestChartInTheTerminal(t *testing.T) {
	var b strings.Builder
	shown().Chart(&b, 60, false)
	want := `latency: o p50  + p90  | p99  . largest, on a logarithmic axis
                          500 us    2 ms   5 ms     20 ms
   concurrency 1, batch 1      o----+----|     .
   concurrency 4, batch 1           o----+----|     .
`
	if got := strings.TrimRight(b.String(), "\n") + "\n"; got != want {
		t.Errorf("the chart is\n%sexpected\n%s", got, want)
	}
	b.Reset()
	shown().Chart(&b, 0, true)
	if !strings.Contains(b.String(), "●") {
		t.Error("no Unicode where it is shown")
	}
	b.Reset()
	if (&Document{}).Chart(&b, 80, true); b.Len() != 0 {
		t.Errorf("nothing is drawn as %q", b.String())
	}
}

// The chart is well-formed, has a title and a description, runs nothing and asks nobody.
func TestSVGStandsForItself(t *testing.T) {
	var b bytes.Buffer
	if err := shown().SVG(&b); err != nil {
		t.Fatal(err)
	}
	elements := make(map[string]int)
	decoder := xml.NewDecoder(bytes.NewReader(b.Bytes()))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, b.String())
		}
		if start, ok := token.(xml.StartElement); ok {
			elements[start.Name.Local]++
		}
	}
	if elements["circle"] != 4 || elements["desc"] != 1 || elements["title"] != 5 || elements["script"] != 0 {
		t.Errorf("%v", elements)
	}
	// The 99th percentile of the second cell is twice that of the first, which is four times the
	// median, on an axis from 0.5 to 50 ms over 376 pixels.
	for _, want := range []string{`cx="456" cy="347.4" r="4"><title>concurrency 1, batch 1: 1000 inputs/s, p50 1.00 ms`, `cx="456" cy="234.2" r="4"><title>concurrency 1, batch 1: 1000 inputs/s, p99 4.00 ms`, `p99 8.00 ms`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s is not in\n%s", want, b.String())
		}
	}
	checkStandsForItself(t, b.String())
}

func TestPageStandsForItself(t *testing.T) {
	var b bytes.Buffer
	if err := shown().HTML(&b); err != nil {
		t.Fatal(err)
	}
	checkStandsForItself(t, b.String())
	if strings.Count(b.String(), "<svg") != 1 || !strings.Contains(b.String(), "CONCURRENCY") {
		t.Error(b.String())
	}
}

func checkStandsForItself(t *testing.T, text string) {
	t.Helper()
	outside := strings.ReplaceAll(text, "http://www.w3.org/2000/svg", "")
	for _, barred := range []string{"<script", "http:", "https:", "@import", "url(", "src=", "ZgotmplZ"} {
		if strings.Contains(outside, barred) {
			t.Errorf("%s is in\n%s", barred, text)
		}
	}
	for _, want := range []string{"prefers-color-scheme: dark", "aria-labelledby", "1000 inputs a second, median 1.00 ms, 99th percentile 4.00 ms"} {
		if !strings.Contains(text, want) {
			t.Errorf("%s is not in\n%s", want, text)
		}
	}
}

// A chart of nothing is no panic.
func TestSVGOfNothing(t *testing.T) {
	if err := (&Document{Targets: []Target{{}}}).SVG(io.Discard); err != nil {
		t.Error(err)
	}
}

func TestSteps(t *testing.T) {
	scale, ok := scaleOf([]float64{0.0013, 0.42, 0})
	if !ok {
		t.Fatal("no scale")
	}
	want := []float64{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5}
	steps := scale.steps()
	if len(steps) != len(want) {
		t.Fatalf("%v", steps)
	}
	for i, v := range want {
		near(t, "a step", steps[i], v)
	}
	near(t, "the beginning", scale.at(0.001), 0)
	near(t, "the end", scale.at(0.5), 1)
}

func TestNumbersForPeople(t *testing.T) {
	for s, want := range map[float64]string{0: "-", 0.0000123: "12.3 us", 0.00123: "1.23 ms", 0.0456: "45.6 ms", 0.789: "789 ms", 12.34: "12.3 s"} {
		if got := seconds(s); got != want {
			t.Errorf("%v is %q, expected %q", s, got, want)
		}
	}
}

func TestDocumentsComeBack(t *testing.T) {
	name := filepath.Join(t.TempDir(), "run.json")
	var b bytes.Buffer
	if err := errors.Join(shown().Write(&b), os.WriteFile(name, b.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	d, err := Read(name)
	if err != nil {
		t.Fatal(err)
	}
	var again bytes.Buffer
	if err := d.Write(&again); err != nil || !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Errorf("%v\n%s", err, again.String())
	}
}

func TestOtherFilesAreRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "run.json")
	for _, text := range []string{"", "no JSON", "{}", `{"schema":"portent.bench/2"}`, `{"schema":"portent.bench/1","cells":[{"target":0}]}`} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(name); domain.KindOf(err) != domain.Invalid || !strings.Contains(err.Error(), name) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := Read(name + "x"); domain.KindOf(err) != domain.NotFound {
		t.Errorf("no file: %v", err)
	}
}

// Rounds become a cell: latencies of all, the median of their throughputs, reasons by their number.
func TestCollector(t *testing.T) {
	c := NewCollector(Cell{Concurrency: 2, Batch: 8})
	for _, rate := range []float64{10, 30, 20} {
		c.Add(round(rate, true))
	}
	c.Add(round(1, false)) // it was interrupted
	c.Add(&loadgen.Round{Latencies: loadgen.NewHistogram(), Complete: true})
	cell := c.Cell()
	if len(cell.Rounds) != 3 || cell.Throughput != 160 || cell.Requests != 0 || cell.Failed() != 9 {
		t.Errorf("%+v", cell)
	}
	if cell.Failures[0] != (Failure{"invalid", "bad", 6}) {
		t.Errorf("%+v", cell.Failures)
	}
	only := NewCollector(Cell{Batch: 1})
	if only.Add(round(5, false)); len(only.Cell().Rounds) != 1 {
		t.Error("the only round is left out, as it was interrupted")
	}
}

func round(rate float64, complete bool) *loadgen.Round {
	return &loadgen.Round{
		Latencies: loadgen.NewHistogram(), Rate: rate, Complete: complete, Elapsed: time.Second,
		Failures: loadgen.Failures{{Kind: "invalid", Message: "bad"}: 2, {Kind: "timeout", Message: "slow"}: 1},
	}
}
