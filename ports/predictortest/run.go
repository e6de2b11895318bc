package predictortest

import (
	"fmt"
	"testing"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/ports"
)

// Options adapt the suite to a Predictor. The zero value asks for the defaults.
type Options struct {
	// Rounds is how often a clause repeats a prediction. Default: 20.
	Rounds int
	// Callers is how many predict at once. Default: 8.
	Callers int
	// Length is the length of a dynamic axis that is not the batch axis.
	// Default: 3.
	Length func(spec domain.TensorSpec, axis int) int
	// Limit is how long a clause may take before it is said to hang. Default: two
	// minutes.
	Limit time.Duration
}

func (o Options) withDefaults() Options {
	if o.Rounds < 1 {
		o.Rounds = 20
	}
	if o.Callers < 1 {
		o.Callers = 8
	}
	if o.Length == nil {
		o.Length = func(domain.TensorSpec, int) int { return 3 }
	}
	if o.Limit <= 0 {
		o.Limit = 2 * time.Minute
	}
	return o
}

// Clause is one part of the contract.
type Clause struct {
	Name  string
	check func(*subject) error
}

// clauses are the contract, in the order of ports.Predictor's comment.
var clauses = []Clause{
	{"safe for concurrent use", concurrentCalls},
	{"inputs are not changed", inputsNotChanged},
	{"inputs are not kept", inputsNotKept},
	{"outputs belong to the caller", outputsOwned},
	{"outputs are what the signature says", outputsAsSigned},
	{"the same input gives the same bits", sameBitsAgain},
	{"a row does not depend on its batch", rowsIndependent},
	{"a context that has ended is honoured", endedContext},
	{"a context that ends is honoured", endingContext},
	{"inputs that are not the signature's are refused", strangersRefused},
	{"nothing an input holds makes it panic", hostileValues},
	{"it describes itself always the same", describesItself},
	{"closing twice is closing once", closesOnce},
	{"closing waits for calls under way", closeWaits},
	{"nothing is left behind", nothingLeft},
}

// Clauses returns the parts of the contract.
func Clauses() []Clause { return append([]Clause(nil), clauses...) }

// Check checks the clause on a Predictor of its own. A panic, or taking longer
// than the limit, is an error too.
func (c Clause) Check(open func() (ports.Predictor, error), options Options) error {
	options = options.withDefaults()
	done := make(chan error, 1)
	go func() {
		defer func() {
			if cause := recover(); cause != nil {
				done <- fmt.Errorf("panicked: %v", cause)
			}
		}()
		done <- c.checkFresh(open, options)
	}()
	select {
	case err := <-done:
		return err
	case <-time.After(options.Limit):
		return fmt.Errorf("hangs: it is not done after %v", options.Limit)
	}
}

func (c Clause) checkFresh(open func() (ports.Predictor, error), options Options) error {
	s := &subject{open: open, options: options}
	if err := s.fresh(); err != nil {
		return err
	}
	err := c.check(s)
	if closeErr := s.Close(); err == nil && closeErr != nil {
		return fmt.Errorf("Close: %w", closeErr)
	}
	return err
}

// Run checks every clause of the contract. Open returns a new Predictor, which
// the suite closes.
func Run(t *testing.T, open func() (ports.Predictor, error), options Options) {
	t.Helper()
	for _, clause := range clauses {
		t.Run(clause.Name, func(t *testing.T) {
			if err := clause.Check(open, options); err != nil {
				t.Error(err)
			}
		})
	}
}

// Benchmark measures predictions of a batch of one, one after the other and from
// all processors at once.
func Benchmark(b *testing.B, open func() (ports.Predictor, error), options Options) {
	b.Helper()
	s := &subject{open: open, options: options.withDefaults()}
	if err := s.fresh(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := s.Close(); err != nil {
			b.Error(err)
		}
	})
	inputs, err := s.inputs(1, 1)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := s.Predict(b.Context(), inputs); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("together", func(b *testing.B) {
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if _, err := s.Predict(b.Context(), inputs); err != nil {
					b.Error(err)
				}
			}
		})
	})
}
