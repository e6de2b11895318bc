package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strconv"

	"github.com/portent-go/portent/bench/internal/engine"
	"github.com/portent-go/portent/bench/internal/report"
	"github.com/portent-go/portent/bench/internal/service"
)

// shippedModel is the model inside Portent's binary.
const shippedModel = "../model/model.onnx"

// portentBinary is what the root's `make build` makes.
const portentBinary = "../bin/portent"

// servers returns the servers to measure, the reference first, and those that
// are not there.
func servers(ctx context.Context, s *settings, places engine.Places) (found []service.Server, skipped []engine.Skipped, err error) {
	json, picture, tensor, err := service.Bodies()
	if err != nil {
		return nil, nil, err
	}
	all := []service.Server{fastAPI(s.python, json)}
	for _, isa := range s.isas {
		all = append(all, portent(isa, json, picture, tensor))
	}
	all = append(all, withoutEngine(filepath.Join(places.Programs, "nothing"), tensor))
	for _, server := range all {
		if !chosen(s.peers, server.Name) {
			continue
		}
		if err := available(ctx, &server, s, places); err != nil {
			skipped = append(skipped, engine.Skipped{Name: server.Name, Reason: err.Error()})
			continue
		}
		found = append(found, server)
	}
	return found, skipped, nil
}

// fastAPI has one worker a core.
func fastAPI(python string, bodies ...service.Body) service.Server {
	return service.Server{Name: service.Reference, Bodies: bodies, Program: func(port string) []string {
		return []string{
			python, "-m", "uvicorn", "main:app", "--app-dir", filepath.Join("service", "fastapi"), "--host", "127.0.0.1", "--port", port,
			"--workers", strconv.Itoa(runtime.NumCPU()), "--no-access-log", "--log-level", "warning",
		}
	}}
}

// portent has its defaults.
func portent(isa string, bodies ...service.Body) service.Server {
	return service.Server{Name: engine.PortentName(isa), Bodies: bodies, Binary: portentBinary, Program: func(port string) []string {
		return []string{portentBinary, "serve", "--addr", "127.0.0.1:" + port, "--log-level", "warn", "--isa", isa}
	}}
}

func withoutEngine(program string, bodies ...service.Body) service.Server {
	return service.Server{Name: report.WithoutEngine, Bodies: bodies, Empty: true, Program: func(port string) []string {
		return []string{program, "-addr", "127.0.0.1:" + port}
	}}
}

// available prepares what a server needs.
func available(ctx context.Context, server *service.Server, s *settings, places engine.Places) error {
	if server.Name != service.Reference {
		_, err := os.Stat(server.Program("0")[0])
		return err
	}
	if err := engine.PythonHas(ctx, s.python, "torch", "numpy", "fastapi", "pydantic", "uvicorn"); err != nil {
		return err
	}
	subject, err := engine.File(shippedName, shippedModel, places.Nets)
	if err != nil {
		return err
	}
	model, err := places.Export(ctx, subject)
	server.Environment = []string{"MODEL=" + model, "OMP_NUM_THREADS=1", "PYTHONDONTWRITEBYTECODE=1"}
	return err
}
