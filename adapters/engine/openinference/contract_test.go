package openinference_test

import (
	"testing"

	"github.com/portent-go/portent/adapters/engine/openinference"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

// TestKeepsTheContract runs the suite over real connections, to one endpoint and to
// three, which answer raw and typed.
func TestKeepsTheContract(t *testing.T) {
	for name, n := range map[string]int{"one endpoint": 1, "three endpoints": 3} {
		t.Run(name, func(t *testing.T) {
			var endpoints []string
			for i := range n {
				p := newPeer()
				p.typed = i == 1
				address, _ := p.serve(t)
				endpoints = append(endpoints, "grpc://"+address)
			}
			predictortest.Run(t, func() (ports.Predictor, error) {
				return openinference.Open(t.Context(), openinference.Options{Endpoints: endpoints, Model: "m", MaxInFlight: 4})
			}, predictortest.Options{})
		})
	}
}
