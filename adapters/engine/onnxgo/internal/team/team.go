// Package team spreads the parts of a step over threads. It must not know what
// is computed.
package team

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// Team is the threads that work on one prediction: the caller's own, and helpers
// between Start and Stop. It is for one prediction at a time. A nil Team has one
// thread.
type Team struct {
	size    int
	pause   func()
	helpers int
	current atomic.Pointer[job]
	stopped atomic.Bool
	asleep  atomic.Int32
	wake    chan struct{}
	running sync.WaitGroup
}

// job is the parts of one step. It is never used again, so that a helper that
// comes late finds nothing to do.
type job struct {
	do      func(part, worker int)
	parts   int32
	next    atomic.Int32
	pending atomic.Int32
	failure atomic.Pointer[any] // what a part panicked with
}

// New returns a team of at most size threads. Pause is called while one waits in
// a loop.
func New(size int, pause func()) *Team {
	size = max(size, 1)
	return &Team{size: size, pause: pause, wake: make(chan struct{}, size)}
}

// Size returns how many threads there are at most.
func (t *Team) Size() int {
	if t == nil {
		return 1
	}
	return t.size
}

// Start lets up to helpers other threads take part until Stop.
func (t *Team) Start(helpers int) {
	if t == nil {
		return
	}
	t.helpers = max(0, min(helpers, t.size-1))
	t.stopped.Store(false)
	for worker := 1; worker <= t.helpers; worker++ {
		t.running.Go(func() { t.help(worker) })
	}
}

// Stop returns when no helper runs any more.
func (t *Team) Stop() {
	if t == nil || t.helpers == 0 {
		return
	}
	t.stopped.Store(true)
	t.rouse()
	t.running.Wait()
	t.helpers = 0
	t.current.Store(nil)
	for len(t.wake) > 0 {
		<-t.wake
	}
}

// Do calls do for every part from 0 to parts-1 and returns when all are done.
// Worker tells the threads apart: from 0 to Size-1. Which thread does which part
// is not said, so no result may depend on it.
func (t *Team) Do(parts int, do func(part, worker int)) {
	if t == nil || t.helpers == 0 || parts < 2 {
		for part := range parts {
			do(part, 0)
		}
		return
	}
	j := &job{do: do, parts: int32(parts)}
	j.pending.Store(j.parts)
	t.current.Store(j)
	if t.asleep.Load() > 0 {
		t.rouse()
	}
	j.work(0)
	for turn := 1; j.pending.Load() > 0; turn++ {
		t.idle(turn)
	}
	if cause := j.failure.Load(); cause != nil {
		panic(*cause) // in the goroutine that knows what to do about it
	}
}

// work does parts until there are none left.
func (j *job) work(worker int) {
	for {
		part := j.next.Add(1) - 1
		if part >= j.parts {
			return
		}
		j.one(int(part), worker)
	}
}

// one does a part. A panic is kept for the caller of Do.
func (j *job) one(part, worker int) {
	defer j.pending.Add(-1)
	defer func() {
		if cause := recover(); cause != nil {
			j.failure.Store(&cause)
		}
	}()
	j.do(part, worker)
}

// patience is how often a thread looks for work before it goes to sleep: some
// ten microseconds, the time between two steps.
const patience = 500

// idle waits a little. A thread whose turn does not come gives its processor to
// others now and then.
func (t *Team) idle(turn int) {
	if turn%patience == 0 {
		runtime.Gosched()
	}
	t.pause()
}

// help works on every job until the team stops.
func (t *Team) help(worker int) {
	var last *job
	for turn := 1; !t.stopped.Load(); turn++ {
		j := t.current.Load()
		switch {
		case j != nil && j != last:
			j.work(worker)
			last, turn = j, 0
		case turn < patience:
			t.pause()
		default:
			t.sleep(last)
			turn = 0
		}
	}
}

// sleep waits to be woken, unless there is a new job.
func (t *Team) sleep(last *job) {
	t.asleep.Add(1)
	if j := t.current.Load(); (j == nil || j == last) && !t.stopped.Load() {
		<-t.wake
	}
	t.asleep.Add(-1)
}

// rouse wakes all who sleep. One who is woken for nothing looks again.
func (t *Team) rouse() {
	for range t.helpers {
		select {
		case t.wake <- struct{}{}:
		default:
		}
	}
}
