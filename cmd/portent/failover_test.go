package main

import (
	"path/filepath"
	"sync"
	"testing"
)

// TestNoRequestIsLostWhileServersEnd asks a server in front of two others, which
// replace their model and end, one of them first over each form of the protocol.
func TestNoRequestIsLostWhileServersEnd(t *testing.T) {
	for _, form := range []string{"grpc", "http"} {
		t.Run(form, func(t *testing.T) {
			folder := t.TempDir()
			scaler(t, filepath.Join(folder, "stays"), 1)
			ends, remains := serveModel(t, "--models", folder, "--poll", "5ms"), serveModel(t, "--models", folder, "--poll", "5ms")
			endpoints := map[string]string{"grpc": "grpc://" + ends.grpc + ",grpc://" + remains.grpc, "http": ends.url + "," + remains.url}[form]
			front := serveModel(t, "--engine", "remote", "--endpoint", endpoints, "--remote-model", "stays", "--batch", "8")
			var served bounds
			served.least.Store(1)
			served.most.Store(1)
			stop := make(chan struct{})
			var asking sync.WaitGroup
			for _, ask := range front.askers(t, 8) {
				asking.Go(func() { served.demand(t, stop, ask, "stays", true) })
			}
			served.most.Store(2)
			scaler(t, filepath.Join(folder, "stays"), 2)
			for _, s := range []*server{ends, remains} {
				s.until(t, "stays", func(numbers []float32, _ bool) bool { return numbers[0] == 2 })
			}
			served.least.Store(2)
			ends.stop()
			if err := <-ends.done; err != nil {
				t.Error(err)
			}
			front.until(t, "stays", func(_ []float32, served bool) bool { return served })
			close(stop)
			asking.Wait()
			front.stop()
			if err := <-front.done; err != nil {
				t.Error(err)
			}
		})
	}
}
