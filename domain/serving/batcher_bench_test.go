package serving_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports"
	"github.com/portent-go/portent/ports/predictortest"
)

// BenchmarkBatcher asks an engine whose calls cost a millisecond each, however
// many rows they have, and which answers one call after the other, as one on
// another machine may. A lone caller must not lose by the batcher, many must win.
func BenchmarkBatcher(b *testing.B) {
	engine := func() ports.Predictor {
		var line sync.Mutex
		fake := predictortest.NewFake(signature(domain.Dynamic))
		fake.Hook = func(context.Context) error {
			line.Lock()
			defer line.Unlock()
			time.Sleep(time.Millisecond)
			return nil
		}
		return fake
	}
	for _, callers := range []int{1, 16} {
		for name, predictor := range map[string]ports.Predictor{
			"without": engine(), "with": serving.NewBatcher(engine(), serving.BatcherOptions{}),
		} {
			inputs := row(b, 1)
			b.Run(map[int]string{1: "one caller ", 16: "16 callers "}[callers]+name, func(b *testing.B) {
				var group sync.WaitGroup
				b.ResetTimer()
				for caller := range callers {
					group.Go(func() {
						for range (b.N + caller) / callers { // together b.N
							if _, err := predictor.Predict(b.Context(), inputs); err != nil {
								b.Error(err)
							}
						}
					})
				}
				group.Wait()
			})
			if err := predictor.Close(); err != nil {
				b.Error(err)
			}
		}
	}
}
