package team_test

import (
	"sync/atomic"
	"testing"

	"github.com/portent-go/portent/adapters/engine/onnxgo/internal/team"
)

// threads are the sizes of teams that are tried, with as many helpers.
var threads = []int{1, 2, 3, 8}

func TestEveryPartIsDoneOnce(t *testing.T) {
	for _, size := range threads {
		tm := team.New(size, func() {})
		for range 20 { // predictions
			tm.Start(size - 1)
			for parts := range 40 {
				done := make([]atomic.Int32, parts)
				tm.Do(parts, func(part, worker int) {
					if worker < 0 || worker >= size {
						t.Errorf("worker %d of %d", worker, size)
					}
					done[part].Add(1)
				})
				for part := range done {
					if n := done[part].Load(); n != 1 {
						t.Fatalf("%d threads: part %d of %d was done %d times", size, part, parts, n)
					}
				}
			}
			tm.Stop()
		}
	}
}

func TestAWorkerDoesOnePartAtATime(t *testing.T) {
	const size = 4
	tm := team.New(size, func() {})
	tm.Start(size - 1)
	defer tm.Stop()
	var busy [size]atomic.Bool
	for range 200 {
		tm.Do(16, func(_, worker int) {
			if !busy[worker].CompareAndSwap(false, true) {
				t.Error("two parts at once for one worker, which share its memory")
			}
			busy[worker].Store(false)
		})
	}
}

// A helper that fell asleep is woken for the next step: both parts can only end
// together, so without a second thread this would never return.
func TestHelpersAreWoken(t *testing.T) {
	tm := team.New(2, func() {})
	tm.Start(1)
	defer tm.Stop()
	for range 50 {
		met := make(chan struct{})
		tm.Do(2, func(part, _ int) {
			if part == 0 {
				met <- struct{}{}
			} else {
				<-met
			}
		})
	}
}

func TestAPanicReachesTheCaller(t *testing.T) {
	for _, size := range threads[1:] {
		tm := team.New(size, func() {})
		tm.Start(size - 1)
		func() {
			defer func() {
				if cause := recover(); cause != "part 5" {
					t.Errorf("%d threads: recovered %v, expected part 5", size, cause)
				}
			}()
			tm.Do(9, func(part, _ int) {
				if part == 5 {
					panic("part 5")
				}
			})
		}()
		tm.Stop()
	}
}

func TestNoTeamIsOneThread(t *testing.T) {
	var none *team.Team
	none.Start(3)
	sum := 0
	none.Do(5, func(part, worker int) { sum += part + worker })
	none.Stop()
	if none.Size() != 1 || sum != 10 {
		t.Errorf("size %d, sum %d, expected 1 and 10", none.Size(), sum)
	}
}

func TestAloneNothingIsAllocated(t *testing.T) {
	tm := team.New(4, func() {})
	part := func(_, _ int) {}
	if n := testing.AllocsPerRun(100, func() { tm.Do(8, part) }); n > 0 {
		t.Errorf("%v allocations a step", n)
	}
}
