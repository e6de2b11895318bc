//go:build linux

package main

import (
	"bufio"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"
)

// logbook reads a server's log while it is written.
type logbook struct {
	mu       sync.Mutex
	last     []string
	broken   []string                   // lines of panics and the like
	internal int                        // answers of status 500 and codes INTERNAL
	refusals map[string][]time.Duration // by path or method
	answers  []time.Duration
	failed   map[string]int // by model: how often it could not follow its folder
}

func newLogbook() *logbook {
	return &logbook{refusals: make(map[string][]time.Duration), failed: make(map[string]int)}
}

// entry is the part of a line that is looked at.
type entry struct {
	Msg      string
	Model    string
	Path     string
	Method   string
	Status   int
	Code     string
	Error    string
	Duration time.Duration
}

// where names the path of a request over HTTP, or the method of one over gRPC.
func (e *entry) where() string {
	if e.Path != "" {
		return e.Path
	}
	return path.Base(e.Method)
}

// keptLines is how much of a log is shown when something is wrong.
const keptLines = 20

// read reads a log to its end.
func (l *logbook) read(from io.Reader) {
	lines := bufio.NewReaderSize(from, 64<<10)
	for {
		text, err := lines.ReadString('\n')
		if text != "" {
			l.note(strings.TrimRight(text, "\n"))
		}
		if err != nil {
			return
		}
	}
}

// note looks at a line.
func (l *logbook) note(text string) {
	var e entry
	parsed := strings.HasPrefix(text, "{") && json.Unmarshal([]byte(text), &e) == nil
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last = append(l.last, text); len(l.last) > keptLines {
		l.last = l.last[1:]
	}
	if !parsed || strings.Contains(text, "panic") {
		for _, sign := range []string{"panic", "fatal error", "DATA RACE", "SIGSEGV", "SIGXFSZ", "goroutine "} {
			if strings.Contains(text, sign) {
				l.broken = append(l.broken, text)
				break
			}
		}
		return
	}
	switch {
	case e.Msg == "a model could not follow its folder":
		l.failed[e.Model]++
	case e.Status == 500, e.Code == "Internal" && !strings.HasPrefix(e.Error, "rpc error"):
		l.internal++
	case e.Status == 503, e.Code == "Unavailable":
		l.refusals[e.where()] = append(l.refusals[e.where()], e.Duration)
	case e.Status == 200 && e.Method == http.MethodPost, e.Code == "OK" && strings.HasSuffix(e.Method, "/ModelInfer"):
		l.answers = append(l.answers, e.Duration)
	}
}

func (l *logbook) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.last, "\n")
}

func (l *logbook) crashes() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.broken[:min(len(l.broken), 3)])
}

func (l *logbook) internalErrors() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.internal
}

// failures returns how often a model could not follow its folder.
func (l *logbook) failures(model string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed[model]
}

// forget forgets the times that have been read so far.
func (l *logbook) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.refusals)
	l.answers = nil
}

// refused returns how long refusals took on the server's own clock, from the end of
// the request's headers to the answer's last byte: the shortest first, by where they
// were asked for.
func (l *logbook) refused() map[string][]time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, times := range l.refusals {
		slices.Sort(times)
	}
	return maps.Clone(l.refusals)
}

// answered returns the same of answers.
func (l *logbook) answered() []time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	slices.Sort(l.answers)
	return slices.Clone(l.answers)
}

// percentile returns the value below which so many of 100 are, of a sorted list.
func percentile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, int(p/100*float64(len(sorted))))]
}
