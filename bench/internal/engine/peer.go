package engine

import (
	"context"
	"fmt"
	"runtime"
	"strings"

	"github.com/portent-go/portent/bench/internal/worker"
)

// Reference is the peer that the others are compared with.
const Reference = "onnxruntime"

const portentName = "portent"

// Peer is an engine to measure.
type Peer struct {
	Name        string
	Program     []string // to start, without the configuration
	Environment []string
	ISA         string // instruction set that it is to use, "" for its choice
	// Model returns the path of the model in the form that the peer reads; nil
	// for the ONNX file itself.
	Model func(context.Context, Subject) (string, error)
}

// PortentName is what Portent is called on an instruction set, "" for the best.
func PortentName(isa string) string {
	if isa == "" {
		return portentName
	}
	return portentName + "-" + isa
}

// IsPortent reports whether a peer is Portent, on whatever instruction set.
func (p Peer) IsPortent() bool {
	name, _, _ := strings.Cut(p.Name, "-")
	return name == portentName
}

// setup is how many cores a process may use, and in which way.
type setup struct {
	name    string
	threads int // of one prediction
	callers int // that predict at once
}

var oneThread = setup{name: "one thread", threads: 1, callers: 1}

// allCores returns the ways to keep every core busy, the better of which counts.
func allCores() []setup {
	cores := runtime.NumCPU()
	return []setup{
		{name: fmt.Sprintf("%d threads a batch", cores), threads: cores, callers: 1},
		{name: fmt.Sprintf("%d batches at once", cores), threads: 1, callers: cores},
	}
}

// start starts a peer on a subject.
func (p Peer) start(ctx context.Context, s Subject, with setup) (*worker.Process, error) {
	model := s.Model
	if p.Model != nil {
		var err error
		if model, err = p.Model(ctx, s); err != nil {
			return nil, err
		}
	}
	processors := max(with.threads, with.callers)
	environment := append([]string{
		fmt.Sprintf("GOMAXPROCS=%d", processors),
		fmt.Sprintf("OMP_NUM_THREADS=%d", with.threads),
	}, p.Environment...)
	return worker.Start(ctx, p.Program, environment, worker.Config{
		Model: model, Input: s.Input, Output: s.Output, InputShape: s.InputShape, OutputShape: s.OutputShape,
		Samples: s.Samples, Threads: with.threads, Callers: with.callers, ISA: p.ISA,
	})
}
