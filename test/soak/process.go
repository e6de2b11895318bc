//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// The server's process as the kernel and its metrics see it.

// tick is the kernel's unit of processor time for programs.
const tick = 10 * time.Millisecond

// rss returns the memory of a process in bytes, 0 if it has ended.
func rss(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for entry := range strings.Lines(string(status)) {
		if fields := strings.Fields(entry); len(fields) == 3 && fields[0] == "VmRSS:" {
			kilobytes, _ := strconv.ParseInt(fields[1], 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}

// processorTime returns how long a process has had a processor.
func processorTime(pid int) time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick
}

// others measures how much of the machine's processors other programs have.
type others struct {
	pid        int
	busy, ours time.Duration
	start      time.Time
}

func newOthers(pid int) *others {
	return &others{pid, busyTime(), processorTime(pid) + processorTime(os.Getpid()), time.Now()}
}

// share returns the share since the beginning: 1 is all of all processors.
func (o *others) share() float64 {
	busy, ours := busyTime()-o.busy, processorTime(o.pid)+processorTime(os.Getpid())-o.ours
	return max(0, float64(busy-ours)) / float64(time.Since(o.start)) / float64(runtime.NumCPU())
}

// busyTime returns how long the machine's processors were not idle.
func busyTime() (busy time.Duration) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	first, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(first) {
		const idle, waiting, guest = 4, 5, 9 // what is not work, and what is counted twice
		if ticks, err := strconv.ParseInt(field, 10, 64); err == nil && i != idle && i != waiting && i < guest {
			busy += time.Duration(ticks) * tick
		}
	}
	return busy
}

// metric returns a metric without labels of a server, as its listener for
// operators tells it.
func (s *server) metric(ctx context.Context, name string) (float64, error) {
	client := http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.admin+"/metrics", http.NoBody)
	if err != nil {
		return 0, err
	}
	answer, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return 0, err
	}
	for entry := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(entry, name+" "); ok {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("there is no metric %s", name)
}

func (s *server) goroutines(ctx context.Context) (int, error) {
	n, err := s.metric(ctx, "go_goroutines")
	return int(n), err
}

// mib is for people.
func mib(bytes int64) string { return fmt.Sprintf("%d MiB", bytes>>20) }
