package serving_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/portent-go/portent/domain"
	"github.com/portent-go/portent/domain/serving"
	"github.com/portent-go/portent/ports/predictortest"
)

func TestStatisticsCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s serving.Statistics
		if got := s.Snapshot(); !reflect.DeepEqual(got, serving.Snapshot{}) || !got.Last.IsZero() {
			t.Errorf("at first: %+v", got)
		}
		s.Observe(serving.Observation{Rows: 3, Queue: 1, Input: 2, Infer: 4, Output: 8})
		time.Sleep(time.Hour) // which is no time at all here
		s.Observe(serving.Observation{Rows: 1, Queue: 10, Input: 20, Infer: 40, Output: 80})
		s.Observe(serving.Observation{Rows: 3, Infer: 100})
		s.Observe(serving.Observation{Rows: 9, Queue: 1000, Err: errors.New("no")})
		want := serving.Snapshot{
			Success: serving.Duration{Count: 3, Total: 265}, Fail: serving.Duration{Count: 1, Total: 1000},
			Queue: serving.Duration{Count: 3, Total: 11}, ComputeInput: serving.Duration{Count: 3, Total: 22},
			ComputeInfer: serving.Duration{Count: 3, Total: 144}, ComputeOutput: serving.Duration{Count: 3, Total: 88},
			InferenceCount: 7, ExecutionCount: 3, Last: time.Now(),
			Batches: []serving.BatchSize{{Size: 1, Infer: serving.Duration{Count: 1, Total: 40}}, {Size: 3, Infer: serving.Duration{Count: 2, Total: 104}}},
		}
		got := s.Snapshot()
		if !got.Last.Equal(want.Last) {
			t.Errorf("the last was at %v, expected %v", got.Last, want.Last)
		}
		got.Last = want.Last
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%+v\nexpected %+v", got, want)
		}
	})
}

func TestNoStatistics(t *testing.T) {
	var s *serving.Statistics
	s.Observe(serving.Observation{Rows: 1})
	if got := s.Snapshot(); got.Success.Count != 0 {
		t.Errorf("%+v", got)
	}
}

func TestStatisticsAreBounded(t *testing.T) {
	var s serving.Statistics
	var group sync.WaitGroup
	for client := range 4 {
		group.Go(func() {
			for rows := range 1000 {
				s.Observe(serving.Observation{Rows: rows*4 + client + 1})
				s.Snapshot()
			}
		})
	}
	group.Wait()
	got := s.Snapshot()
	if len(got.Batches) != 256 || got.ExecutionCount != 4000 || got.InferenceCount != 4000*4001/2 {
		t.Errorf("%d sizes, %d executions, %d rows", len(got.Batches), got.ExecutionCount, got.InferenceCount)
	}
}

// TestTimingsKnowTheRuns classifies a batch with a model that was exported for
// one: the engine runs for each row.
func TestTimingsKnowTheRuns(t *testing.T) {
	for batch, want := range map[int]serving.BatchSize{1: {Size: 1, Infer: serving.Duration{Count: 5}}, domain.Dynamic: {Size: 5, Infer: serving.Duration{Count: 1}}} {
		classifier := newClassifier(t, predictortest.NewFake(signature(batch)), serving.Card{})
		var timings serving.Timings
		if _, err := classifier.ClassifyBatch(serving.WithTimings(t.Context(), &timings), row(t, 5)[0]); err != nil {
			t.Fatal(err)
		}
		var s serving.Statistics
		s.Observe(timings.Observation(5, nil))
		got := s.Snapshot()
		got.Batches[0].Infer.Total = 0
		if got.InferenceCount != 5 || got.ExecutionCount != want.Infer.Count || len(got.Batches) != 1 || got.Batches[0] != want || got.ComputeInfer.Total <= 0 {
			t.Errorf("%+v, expected %+v", got, want)
		}
	}
}
