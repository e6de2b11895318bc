package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// logSampler lets so many lines of one kind through a second. The first of the
// next second says how many were left out, so that a log can neither fill a disk
// nor hide that something happened. Lines of level debug are asked for, and all
// go through.
type logSampler struct {
	slog.Handler
	counts *lineCounts
}

// lineCounts are the lines of each kind in the current second. Loggers made from
// one another share them.
type lineCounts struct {
	most int
	mu   sync.Mutex
	of   map[lineKind]*lineCount
}

type lineKind struct {
	level slog.Level
	text  string // of the message up to its first number, such as an address
}

type lineCount struct {
	second  time.Time
	passed  int
	leftOut int
}

// maxLineKinds bounds how many kinds are told apart: some messages hold what
// clients send.
const maxLineKinds = 1000

func newLogSampler(over slog.Handler, most int) slog.Handler {
	return &logSampler{over, &lineCounts{most: most, of: make(map[lineKind]*lineCount)}}
}

// Handle writes a line unless there have been too many of its kind.
func (s *logSampler) Handle(ctx context.Context, line slog.Record) error {
	if line.Level < slog.LevelInfo {
		return s.Handler.Handle(ctx, line)
	}
	passes, leftOut := s.counts.pass(kindOfLine(line), line.Time.Truncate(time.Second))
	if !passes {
		return nil
	}
	if leftOut > 0 {
		line = line.Clone()
		line.AddAttrs(slog.Int("left_out", leftOut))
	}
	return s.Handler.Handle(ctx, line)
}

func kindOfLine(line slog.Record) lineKind {
	text := line.Message
	if at := strings.IndexAny(text, "0123456789"); at >= 0 {
		text = text[:at]
	}
	return lineKind{line.Level, text}
}

// pass counts a line, and reports whether it is to be written, and how many were
// left out before it.
func (c *lineCounts) pass(kind lineKind, second time.Time) (passes bool, leftOut int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.of[kind]; !known && len(c.of) >= maxLineKinds {
		kind.text = "" // all others together
	}
	count := c.of[kind]
	if count == nil {
		count = new(lineCount)
		c.of[kind] = count
	}
	if !count.second.Equal(second) {
		leftOut = count.leftOut
		*count = lineCount{second: second}
	}
	if count.passed == c.most {
		count.leftOut++
		return false, 0
	}
	count.passed++
	return true, leftOut
}

// WithAttrs returns a handler of lines that have these attributes too.
func (s *logSampler) WithAttrs(attributes []slog.Attr) slog.Handler {
	return &logSampler{s.Handler.WithAttrs(attributes), s.counts}
}

// WithGroup returns a handler of lines whose further attributes are in a group.
func (s *logSampler) WithGroup(name string) slog.Handler {
	return &logSampler{s.Handler.WithGroup(name), s.counts}
}
