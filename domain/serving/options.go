package serving

import (
	"runtime"
	"time"
)

// Options are the limits of a Model. The zero value asks for the defaults.
type Options struct {
	// Concurrency is how many predictions run at once. Default: GOMAXPROCS.
	Concurrency int
	// Queue is how many predictions may wait for their turn; one more is
	// refused as Overloaded. Default: 64 a running one. Negative: none may wait.
	Queue int
	// Timeout bounds a prediction, its wait included, beside whatever deadline
	// the caller's context has. Default: none.
	Timeout time.Duration
	// Vectors are the model's own tests. Where there are any, the model is not
	// ready before Verify has passed.
	Vectors []Vector
	// Tolerance is how far an output may be from a vector's: the difference is
	// at most Tolerance * max(1, |expected|). Default: 1e-4.
	Tolerance float64
}

const (
	queuePerWorker   = 64
	defaultTolerance = 1e-4
)

func (o Options) withDefaults() Options {
	if o.Concurrency < 1 {
		o.Concurrency = runtime.GOMAXPROCS(0)
	}
	if o.Queue == 0 {
		o.Queue = queuePerWorker * o.Concurrency
	}
	o.Queue = max(o.Queue, 0)
	if o.Tolerance <= 0 {
		o.Tolerance = defaultTolerance
	}
	return o
}
