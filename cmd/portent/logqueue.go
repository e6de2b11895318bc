package main

import (
	"io"
	"sync/atomic"
	"time"
)

// logQueue writes the log in the background, so that no request waits for whoever
// reads it: a pipe whose reader hangs takes 64 kB and then nothing for ever. Lines
// for which there is no room are left out and counted.
type logQueue struct {
	lines   chan []byte
	bytes   atomic.Int64 // of the lines
	leftOut atomic.Int64
	tell    func(leftOut int64)
	told    time.Time     // when it has been told last
	written chan struct{} // closed when all is
}

const (
	queuedLines = 1 << 10
	queuedBytes = 4 << 20     // a line may hold the path of a request, which takes 64 KiB and more once it is quoted
	tellEvery   = time.Second // while lines wait: else half of a log that is too slow would be about itself
	lastWords   = time.Second // for what is queued at the end
)

// newLogQueue returns a queue before a writer, and what ends it: lines that are
// queued are written, if that is possible soon. Tell is called, between two lines, when
// some have been left out and others are written again. It writes to the same writer
// and not to the queue, which may be full again.
func newLogQueue(to io.Writer, tell func(leftOut int64)) (queue *logQueue, end func()) {
	queue = &logQueue{lines: make(chan []byte, queuedLines), tell: tell, written: make(chan struct{})}
	stop := make(chan struct{})
	go func() {
		defer close(queue.written)
		queue.run(to, stop)
	}()
	return queue, func() {
		close(stop)
		select {
		case <-queue.written:
		case <-time.After(lastWords):
		}
	}
}

// Write queues a line.
func (q *logQueue) Write(line []byte) (int, error) {
	if q.bytes.Add(int64(len(line))) <= queuedBytes {
		select {
		case q.lines <- append([]byte(nil), line...):
			return len(line), nil
		default:
		}
	}
	q.bytes.Add(-int64(len(line)))
	q.leftOut.Add(1)
	return len(line), nil
}

// run writes lines until it is stopped and there are no more.
func (q *logQueue) run(to io.Writer, stop <-chan struct{}) {
	for {
		select {
		case line := <-q.lines:
			q.write(to, line)
			continue
		case <-stop:
		}
		for {
			select {
			case line := <-q.lines:
				q.write(to, line)
			default:
				q.tellNow()
				return
			}
		}
	}
}

// write writes a line. There is nobody to tell that it cannot be written.
func (q *logQueue) write(to io.Writer, line []byte) {
	_, _ = to.Write(line)
	q.bytes.Add(-int64(len(line)))
	if len(q.lines) == 0 || time.Since(q.told) >= tellEvery {
		q.tellNow()
	}
}

// tellNow tells how many lines have been left out since it was told last.
func (q *logQueue) tellNow() {
	if n := q.leftOut.Swap(0); n > 0 {
		q.told = time.Now()
		q.tell(n)
	}
}
