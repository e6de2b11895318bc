package serving

import (
	"sync/atomic"
	"time"
)

// Statistics counts what became of a model's requests. It is safe for concurrent
// use; the zero value has counted nothing.
type Statistics struct {
	success, fail atomic.Uint64
	last          atomic.Int64
}

// Snapshot is what Statistics had counted at one moment.
type Snapshot struct {
	Success, Fail uint64
	Last          time.Time
}
