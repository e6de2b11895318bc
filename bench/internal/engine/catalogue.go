package engine

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/portent-go/portent/bench/internal/plain"
)

// Skipped is a peer that cannot be measured on this machine.
type Skipped struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// Places are where the peers' programs are, and what they need.
type Places struct {
	Programs    string // folder of the built programs
	ONNXRuntime string // shared library
	Python      string // interpreter
	Scripts     string // folder of TorchScript's scripts
	Nets        string // folder of the models
}

// Peers returns the peers, the reference first, and those that are not there.
// Portent runs once for each instruction set.
func (p Places) Peers(ctx context.Context, isas []string) (peers []Peer, skipped []Skipped) {
	add := func(peer Peer, err error) {
		if err != nil {
			skipped = append(skipped, Skipped{peer.Name, err.Error()})
			return
		}
		peers = append(peers, peer)
	}
	add(p.onnxRuntime())
	for _, isa := range isas {
		add(p.portent(isa))
	}
	for _, name := range []string{"gomlx", "gorgonnx"} {
		add(p.program(name))
	}
	add(p.torchScript(ctx))
	return peers, skipped
}

// program returns a peer whose program is built from this module.
func (p Places) program(name string) (Peer, error) {
	path := filepath.Join(p.Programs, name)
	_, err := os.Stat(path)
	return Peer{Name: name, Program: []string{path}}, err
}

func (p Places) portent(isa string) (Peer, error) {
	peer, err := p.program(portentName)
	peer.Name, peer.ISA = PortentName(isa), isa
	return peer, err
}

func (p Places) onnxRuntime() (Peer, error) {
	peer, err := p.program(Reference)
	if err != nil {
		return peer, fmt.Errorf("%w; it needs cgo, that is a C compiler", err)
	}
	peer.Environment = []string{"ONNXRUNTIME=" + p.ONNXRuntime}
	_, err = os.Stat(p.ONNXRuntime)
	return peer, err
}

func (p Places) torchScript(ctx context.Context) (Peer, error) {
	peer := Peer{
		Name:    "torchscript",
		Program: []string{p.Python, filepath.Join(p.Scripts, "serve.py")},
		Model:   p.Export,
	}
	return peer, PythonHas(ctx, p.Python, "torch", "numpy")
}

// Export makes a TorchScript model of a subject's ONNX file.
func (p Places) Export(ctx context.Context, s Subject) (string, error) {
	graph, model := filepath.Join(p.Nets, s.Name+".json"), filepath.Join(p.Nets, s.Name+".pt")
	if newer(model, s.Model) {
		return model, nil
	}
	if err := plain.Write(s.Model, graph); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, p.Python, filepath.Join(p.Scripts, "export.py"), graph, model).CombinedOutput() //nolint:gosec // the interpreter is a setting
	if err != nil {
		return "", fmt.Errorf("export.py: %w: %s", err, lastLine(out))
	}
	return model, nil
}

// newer reports whether a file is there and was written after another.
func newer(path, than string) bool {
	a, err := os.Stat(path)
	b, errThan := os.Stat(than)
	return err == nil && errThan == nil && a.ModTime().After(b.ModTime())
}

// PythonHas returns an error if an interpreter is not there or lacks a module.
func PythonHas(ctx context.Context, python string, modules ...string) error {
	out, err := exec.CommandContext(ctx, python, "-c", "import "+strings.Join(modules, ", ")).CombinedOutput() //nolint:gosec // the interpreter is a setting
	if err != nil {
		return fmt.Errorf("%s cannot import %s: %w: %s", python, strings.Join(modules, ", "), err, lastLine(out))
	}
	return nil
}

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
