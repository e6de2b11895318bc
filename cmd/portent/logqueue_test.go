package main

import (
	"fmt"
	"strings"
	"testing"
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
	var queue *logQueue
	queue, end := newLogQueue(out, func(leftOut int64) { fmt.Fprintf(queue, "%d left out\n", leftOut) })
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
	if len(out.lines) != 1+queuedLines+1 || out.lines[0] != "first\n" || out.lines[1] != "line 0\n" {
		t.Fatalf("%d lines were written: %.3q", len(out.lines), out.lines)
	}
	if text := strings.Join(out.lines, ""); !strings.Contains(text, "7 left out\n") {
		t.Errorf("the log does not tell that lines are missing: %s", text[len(text)-100:])
	}
}
