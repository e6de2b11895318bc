package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// sampled returns a log that lets two lines of a kind through a second, and what
// it has written.
func sampled() (*slog.Logger, *bytes.Buffer) {
	var out bytes.Buffer
	return slog.New(newLogSampler(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}), 2)), &out
}

func TestRepeatedLinesAreLeftOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, out := sampled()
		for i := range 5 {
			logger.Error("a request failed", "error", i)
			logger.With("part", "x").Error("a request failed", "error", i) // is of the same kind
			logger.Warn(fmt.Sprintf("handshake with 127.0.0.1:%d failed", i))
			logger.Warn("a request failed")
			logger.Debug("request")
		}
		logger.Info("loaded")
		for kind, want := range map[string]int{"ERROR msg=\"a request": 2, "WARN msg=\"handshake": 2, "WARN msg=\"a request": 2, "DEBUG": 5, "INFO": 1, "left_out": 0} {
			if got := strings.Count(out.String(), kind); got != want {
				t.Errorf("%d lines %s, expected %d:\n%s", got, kind, want, out)
			}
		}
		out.Reset()
		time.Sleep(time.Second) // which is no time at all here
		logger.Error("a request failed")
		logger.Error("a request failed")
		logger.Info("loaded")
		if got := out.String(); strings.Count(got, "left_out=8") != 1 || strings.Count(got, "left_out") != 1 || strings.Count(got, "\n") != 3 {
			t.Errorf("in the next second:\n%s", got)
		}
	})
}

// TestKindsOfLinesAreBounded writes more different messages than are told apart.
func TestKindsOfLinesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		logger, out := sampled()
		letters := strings.NewReplacer("0", "a", "1", "b", "2", "c", "3", "d", "4", "e", "5", "f", "6", "g", "7", "h", "8", "i", "9", "j")
		for i := range 3 * maxLineKinds {
			logger.Warn(letters.Replace(fmt.Sprint(i)))
		}
		if got := strings.Count(out.String(), "\n"); got != maxLineKinds+2 {
			t.Errorf("%d lines, expected %d", got, maxLineKinds+2)
		}
	})
}

func TestAllLinesIfAskedFor(t *testing.T) {
	for burst, want := range map[int]int{0: 50, 20: 20} {
		synctest.Test(t, func(t *testing.T) {
			var out bytes.Buffer
			logger, end, err := (&observing{logLevel: "info", logFormat: "json", logBurst: burst}).logger(&out)
			if err != nil {
				t.Fatal(err)
			}
			for range 50 {
				logger.Error("no")
			}
			end()
			if got := strings.Count(out.String(), `"msg":"no"`); got != want {
				t.Errorf("burst %d: %d lines, expected %d", burst, got, want)
			}
		})
	}
}
