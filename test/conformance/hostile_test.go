package conformance

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/portent-go/portent/adapters/engine/onnxgo"
	"github.com/portent-go/portent/domain"
)

// budget is what a damaged model may take for its values, and twice that in all
// is what it may allocate.
const budget = 64 << 20

// TestDamagedCases changes bytes of every case's model. What comes out is an error
// that is nobody's fault but the file's, or a model that answers.
func TestDamagedCases(t *testing.T) {
	cases, _ := allCases(t)
	rounds := 20
	if testing.Short() {
		rounds = 2
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			seed := fnv.New64()
			_, _ = seed.Write([]byte(c.name))
			random := rand.New(rand.NewPCG(seed.Sum64(), 1))
			for range rounds {
				data := damaged(random, c.model)
				if err := survive(data, c.sets); err != nil {
					t.Fatalf("%v\n%q", err, data)
				}
			}
		})
	}
}

// damaged changes, repeats or removes some bytes.
func damaged(random *rand.Rand, model []byte) []byte {
	data := append([]byte(nil), model...)
	for range 1 + random.IntN(4) {
		at := random.IntN(len(data))
		switch random.IntN(5) {
		case 0:
			data[at] ^= 1 << random.IntN(8)
		case 1:
			data[at] = []byte{0, 1, 2, 0x7f, 0x80, 0xff}[random.IntN(6)]
		case 2:
			data = append(data[:at], data[min(at+1+random.IntN(8), len(data)):]...)
		case 3:
			end := min(at+1+random.IntN(32), len(data))
			data = append(data[:end:end], data[at:]...)
		default:
			data[at] = data[random.IntN(len(data))]
		}
		if len(data) == 0 {
			return []byte{0}
		}
	}
	return data
}

// survive opens a model and predicts with the inputs of the case, if they fit. It
// returns what is wrong about that.
func survive(data []byte, sets []dataSet) error {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	start := time.Now()
	engine, err := onnxgo.Open(data, onnxgo.Options{Workers: 1, MaxMemory: budget})
	if err == nil {
		defer func() { _ = engine.Close() }()
		for _, set := range sets {
			if engine.Signature().CheckInputs(set.inputs) == nil {
				_, err = engine.Predict(ctx, set.inputs)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if err != nil && domain.KindOf(err) == domain.Internal {
		return fmt.Errorf("not a clear error: %w", err)
	}
	if took := time.Since(start); took > patience/2 {
		return fmt.Errorf("it took %v: %w", took, err)
	}
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 4*budget {
		return fmt.Errorf("%d bytes were allocated: %w", taken, err)
	}
	return nil
}
