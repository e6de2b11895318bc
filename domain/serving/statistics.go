package serving

import (
	"slices"
	"sync"
	"time"
)

// Statistics counts what became of a model's requests. It is safe for concurrent
// use; the zero value has counted nothing, and nil counts nothing.
type Statistics struct {
	mu       sync.Mutex
	snapshot Snapshot
	batches  map[int]Duration // by rows
}

// Duration is how often something was done, and how long that took together.
type Duration struct {
	Count uint64
	Total time.Duration
}

// BatchSize is what the engine's runs of one number of rows took.
type BatchSize struct {
	Size  int
	Infer Duration
}

// Snapshot is what Statistics had counted at one moment. Except for Fail it is
// about requests that were answered.
type Snapshot struct {
	Success, Fail Duration // a request, from its parts
	Queue         Duration // waiting for a turn
	ComputeInput  Duration // making tensors of what came
	ComputeInfer  Duration // in the engine
	ComputeOutput Duration // writing tensors down

	InferenceCount uint64      // rows
	ExecutionCount uint64      // runs of the engine
	Last           time.Time   // when the last request ended, answered or not; zero if there was none
	Batches        []BatchSize // of the engine's runs, smallest first
}

// Observation is what became of one request.
type Observation struct {
	Transport                   string // by which the request came, such as "grpc"
	Rows                        int    // the length of the batch axis; 1 for a model without
	Queue, Input, Infer, Output time.Duration
	Err                         error // why there was no answer

	accounted bool // runs and runRows are known; otherwise the engine ran once, for these rows alone
	runs      int  // of the engine, as far as they are not accounted to other requests
	runRows   int  // of each run
}

// Runs returns how often the engine ran for the request, and with how many rows
// each time. A run that was joined from several requests is counted for one of
// them.
func (o Observation) Runs() (runs, rows int) {
	switch {
	case o.accounted:
		return o.runs, o.runRows
	case o.Err != nil:
		return 0, 0
	default:
		return 1, max(1, o.Rows)
	}
}

// maxSizes bounds how many different numbers of rows are listed: clients choose
// them.
const maxSizes = 256

func (d *Duration) add(took time.Duration) {
	d.Count++
	d.Total += took
}

// Observe counts one request. A transport calls it once the request has been
// answered or refused.
func (s *Statistics) Observe(o Observation) {
	if s == nil {
		return
	}
	now, total := time.Now(), o.Queue+o.Input+o.Infer+o.Output
	s.mu.Lock()
	defer s.mu.Unlock()
	s.snapshot.Last = now
	if o.Err != nil {
		s.snapshot.Fail.add(total)
		return
	}
	s.snapshot.Success.add(total)
	s.snapshot.Queue.add(o.Queue)
	s.snapshot.ComputeInput.add(o.Input)
	s.snapshot.ComputeInfer.add(o.Infer)
	s.snapshot.ComputeOutput.add(o.Output)
	s.snapshot.InferenceCount += uint64(max(0, o.Rows))
	if runs, rows := o.Runs(); runs > 0 {
		s.ran(runs, rows, o.Infer)
	}
}

// ran counts runs of the engine, of so many rows each, by what they took
// together.
func (s *Statistics) ran(runs, rows int, took time.Duration) {
	s.snapshot.ExecutionCount += uint64(runs)
	d, known := s.batches[rows]
	if !known && len(s.batches) == maxSizes {
		return
	}
	if s.batches == nil {
		s.batches = make(map[int]Duration)
	}
	d.Count += uint64(runs)
	d.Total += took
	s.batches[rows] = d
}

// Snapshot returns what has been counted.
func (s *Statistics) Snapshot() Snapshot {
	if s == nil {
		return Snapshot{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	snapshot := s.snapshot
	for size, infer := range s.batches {
		snapshot.Batches = append(snapshot.Batches, BatchSize{Size: size, Infer: infer})
	}
	slices.SortFunc(snapshot.Batches, func(a, b BatchSize) int { return a.Size - b.Size })
	return snapshot
}
