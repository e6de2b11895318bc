package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// slowOutput takes a line only when it is told to.
type slowOutput struct {
	begun, goOn chan struct{}
	lines       []string
}

func (s *slowOutput) Write(line []byte) (int, error) {
	s.begun <- struct{}{}
	<-s.goOn
	s.lines = append(s.lines, string(line))
	return len(line), nil
}

func TestLogQueueLeavesOutWhatItHasNoRoomFor(t *testing.T) {
	out := &slowOutput{begun: make(chan struct{}), goOn: make(chan struct{})}
	queue, end := newLogQueue(out, func(leftOut int64) { out.lines = append(out.lines, fmt.Sprintf("%d left out\n", leftOut)) })
	fmt.Fprintf(queue, "first\n")
	<-out.begun // it hangs
	for i := range queuedLines + 7 {
		fmt.Fprintf(queue, "line %d\n", i)
	}
	go func() {
		for range out.begun { // what follows is written
			out.goOn <- struct{}{}
		}
	}()
	out.goOn <- struct{}{}
	end()
	close(out.begun)
	if len(out.lines) != 1+1+queuedLines || out.lines[0] != "first\n" || out.lines[1] != "7 left out\n" || out.lines[2] != "line 0\n" {
		t.Fatalf("%d lines were written: %.3q", len(out.lines), out.lines)
	}
}

// TestLongLinesTakeBoundedMemory has long lines wait, and go.
func TestLongLinesTakeBoundedMemory(t *testing.T) {
	out := &slowOutput{begun: make(chan struct{}), goOn: make(chan struct{})}
	queue, end := newLogQueue(out, func(int64) {})
	const size, room = 256 << 10, queuedBytes / (256 << 10)
	long := make([]byte, size)
	for range room + 5 {
		_, _ = queue.Write(long)
	}
	go func() {
		for range out.begun {
			out.goOn <- struct{}{}
		}
	}()
	end()
	close(out.begun)
	if len(out.lines) != room || queue.bytes.Load() != 0 {
		t.Errorf("%d lines of %d bytes were written, expected %d; %d bytes are left", len(out.lines), size, room, queue.bytes.Load())
	}
}

// TestEveryLineThatIsLeftOutIsTold has the queue be full again and again: that lines
// are missing is told now and then, and of each of them by the end.
func TestEveryLineThatIsLeftOutIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var logger *slog.Logger
		var sent atomic.Int64
		line := func() { sent.Add(1); logger.Debug("a line") }
		written, told, times, more := int64(0), int64(0), int64(0), 2*queuedLines
		o := observing{logLevel: "debug", logFormat: "json", logBurst: 20}
		logger, end, err := o.logger(writing(func(text []byte) {
			time.Sleep(10 * time.Millisecond) // of the bubble's time
			var entry struct {
				Msg     string
				LeftOut int64 `json:"left_out"`
			}
			if err := json.Unmarshal(text, &entry); err != nil || entry.Msg != "a line" {
				told, times = told+entry.LeftOut, times+1
				return
			}
			if written++; written%3 == 0 {
				for range min(more, 5) {
					more--
					line()
				}
			}
		}))
		if err != nil {
			t.Fatal(err)
		}
		for range queuedLines + 1 {
			line()
		}
		time.Sleep(time.Hour)
		end()
		if written+told != sent.Load() || told == 0 {
			t.Errorf("of %d lines %d were written and %d told to be missing", sent.Load(), written, told)
		}
		if most := 2 + written/100; times > most {
			t.Errorf("it was told %d times, expected at most %d", times, most)
		}
	})
}

// writing is an io.Writer that calls a function.
type writing func(line []byte)

func (w writing) Write(line []byte) (int, error) {
	w(line)
	return len(line), nil
}
