package worker

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test's own program be a peer.
func TestMain(m *testing.M) {
	if os.Getenv("WORKER_TEST_PEER") != "" {
		Serve(openDoubler)
		return
	}
	os.Exit(m.Run())
}

// doubler is an engine that doubles numbers. Its model's name says how it fails.
type doubler struct{ name string }

func openDoubler(config Config) (Engine, error) {
	if config.Model == "unloadable" {
		return nil, errors.New("no such operator")
	}
	return doubler{config.Model}, nil
}

func (doubler) Version() string { return "doubler 1" }

func (d doubler) Bind(input []float32, _ []int) (Predict, error) {
	return func() ([]float32, error) {
		switch d.name {
		case "panics":
			panic("index out of range")
		case "dies":
			fmt.Fprint(os.Stderr, "one\npanic: out of luck\n\ngoroutine 1\n")
			os.Exit(2)
		case "hangs":
			time.Sleep(time.Hour)
		}
		output := make([]float32, len(input))
		for i, v := range input {
			output[i] = 2 * v
		}
		return output, nil
	}, nil
}

func testConfig(t *testing.T, model string) Config {
	t.Helper()
	samples := filepath.Join(t.TempDir(), "samples")
	if err := WriteFloats(samples, []float32{1, 2, 3, 4, 5, 6}); err != nil {
		t.Fatal(err)
	}
	return Config{Model: model, InputShape: []int{3}, Samples: samples, Threads: 1, Callers: 2}
}

func startPeer(t *testing.T, model string) *Process {
	t.Helper()
	p, err := Start(t.Context(), []string{os.Args[0]}, []string{"WORKER_TEST_PEER=1"}, testConfig(t, model))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Stop)
	return p
}

func TestPredicts(t *testing.T) {
	p := startPeer(t, "sound")
	path := filepath.Join(t.TempDir(), "output")
	reply, err := p.Ask(Request{Batch: 2, Output: path}, time.Minute)
	if err != nil || reply.Version != "doubler 1" {
		t.Fatalf("%+v, %v", reply, err)
	}
	if output, err := ReadFloats(path); err != nil || !slices.Equal(output, []float32{2, 4, 6, 8, 10, 12}) {
		t.Errorf("%v, %v, expected the doubles of 1 to 6", output, err)
	}
	if memory, err := p.Memory(); err != nil || memory == 0 {
		t.Errorf("%d bytes, %v", memory, err)
	}
	if p.Age() <= 0 {
		t.Error("the process has no age")
	}
}

func TestMeasures(t *testing.T) {
	p := startPeer(t, "sound")
	reply, err := p.Ask(Request{Batch: 2, Seconds: 0.01}, time.Minute)
	if err != nil || len(reply.Latencies) < 2 || reply.Rate <= 0 {
		t.Errorf("%d latencies, %v a second, %v, expected at least one of each caller", len(reply.Latencies), reply.Rate, err)
	}
}

func TestFailuresAreTold(t *testing.T) {
	for _, test := range []struct {
		model string
		batch int
		want  string
	}{
		{"unloadable", 1, "no such operator"},
		{"panics", 1, "index out of range"},
		{"sound", 3, "expected 1 to 6"},
		{"dies", 1, "panic: out of luck"},
		{"hangs", 1, "no answer within"},
	} {
		t.Run(test.model, func(t *testing.T) {
			p := startPeer(t, test.model)
			if _, err := p.Ask(Request{Batch: test.batch, Seconds: 0.01}, 5*time.Second); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, expected %q", err, test.want)
			}
		})
	}
}

func TestServeRefuses(t *testing.T) {
	config, err := json.Marshal(testConfig(t, "sound"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args     []string
		requests string
	}{
		{nil, ""},
		{[]string{"no JSON"}, ""},
		{[]string{string(config)}, "no JSON\n"},
	} {
		if err := serve(test.args, strings.NewReader(test.requests), &bytes.Buffer{}, openDoubler); err == nil {
			t.Errorf("%q %q is accepted", test.args, test.requests)
		}
	}
}

func TestReadFloatsRefusesHalfANumber(t *testing.T) {
	path := filepath.Join(t.TempDir(), "odd")
	if err := os.WriteFile(path, make([]byte, 6), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadFloats(path); err == nil {
		t.Error("6 bytes are accepted as float32 numbers")
	}
}
